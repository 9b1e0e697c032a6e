"""The only reader of the environment. Every setting is `CELLHUB_<NAME>`; README.md lists them all."""

import re
from enum import StrEnum
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from cellhub_app.core.production import objections

ROOT = Path(__file__).resolve().parents[2]
_ORIGIN = re.compile(r"https?://[^\s/*@?#]+")
DEFAULT_SECRET = "only-for-development-never-for-production"  # noqa: S105


class Environment(StrEnum):
    """Where CellHub runs: production refuses default secrets and speaks JSON in its log."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Registration(StrEnum):
    """How people get accounts: by themselves, by themselves with an admin's word, or only when somebody invites them."""

    OPEN = "open"
    APPROVAL = "approval"
    INVITATION = "invitation"


class Settings(BaseSettings):
    """Settings of one process, read once at its start."""

    model_config = SettingsConfigDict(env_prefix="CELLHUB_", extra="ignore", frozen=True, hide_input_in_errors=True)

    environment: Environment = Field(Environment.DEVELOPMENT, description="`development` or `production`")
    home: Path = Field(Path(".cellhub"), description="folder for the embedded services, files, logs and caches")
    port: int = Field(8000, ge=1, le=65535, description="port of the web process")
    host: str = Field("127.0.0.1", description="address the web process listens on")
    public_url: str = Field("", description="address that browsers use, for links and the Origin check; empty: http://localhost:PORT")
    allowed_origins: str = Field("", description="further origins that may call the API from a browser, comma separated")
    trusted_proxies: str = Field("", description="addresses of proxies whose X-Forwarded-For is believed, comma separated")
    database_url: str = Field("postgresql://cellhub_app@127.0.0.1:5432/cellhub", description="PostgreSQL, as the role that runs")
    database_owner_url: str = Field("", description="PostgreSQL, as the role that migrates; empty: the same as database_url")
    database_pool_size: int = Field(8, ge=1, description="database connections a process keeps")
    redis_url: str = Field("redis://127.0.0.1:6379/0", description="Valkey or Redis")
    storage_url: str = Field("", description="`file:///path` or `s3://bucket/prefix`; empty: HOME/files")
    secret_key: SecretStr = Field(SecretStr(DEFAULT_SECRET), description="signs the access tokens; at least 32 characters")
    web_workers: int = Field(1, ge=1, description="web processes")
    weights_dir: Path = Field(ROOT / "ml_worker" / "weights", description="folder of the networks' weights and model cards")
    device: str = Field("", description="`cpu`, `cuda` or `cuda:N`; empty: the best there is")
    engine: Literal["auto", "torch", "openvino", "int8", "compile"] = Field(
        "auto",
        description="what computes networks: `auto` (OpenVINO on a CPU, where it is installed), `torch`, `openvino`, `int8` or `compile`",
    )
    gpu_workers: int = Field(
        1, ge=1, description="segmentation workers that `cellhub up` starts; if more than one, each takes a GPU of its own"
    )
    torch_threads: int = Field(
        0, ge=0, description="CPU threads of the network; 0: what was measured to be fastest, at most the cores less one"
    )
    max_file_mb: int = Field(20, ge=1, description="largest file of a multipart upload, in MB")
    max_upload_mb: int = Field(2048, ge=1, description="largest file of a resumable upload, in MB")
    registration: Registration = Field(Registration.OPEN, description="`open`, `approval` (an admin opens each account) or `invitation`")
    requests_per_minute: int = Field(600, ge=1, description="API requests a minute for one user")
    address_requests_per_minute: int = Field(3000, ge=1, description="API requests and new connections of pages a minute from one address")
    total_requests_per_minute: int = Field(30_000, ge=1, description="API requests a minute of everybody together")
    sign_ins_per_minute: int = Field(20, ge=1, description="sign-in attempts a minute from one address")
    bcrypt_cost: int = Field(12, ge=4, le=16, description="work factor of password hashes")
    smtp_url: str = Field("", description="mail server, `smtp://user:password@host:587` or `smtps://...`; empty: no e-mail is sent")
    mail_from: str = Field("CellHub <cellhub@localhost>", description="sender of e-mails")
    clamav_url: str = Field("", description="ClamAV that checks uploads, `tcp://host:3310` or `unix:///path`; empty: no check")
    ingest_concurrency: int = Field(3, ge=1, description="images an io worker reads at once")
    export_concurrency: int = Field(2, ge=1, description="exports an io worker makes at once")
    results_cache_mb: int = Field(256, ge=16, description="memory in which a web process keeps objects of projects for their charts, in MB")
    lease_s: int = Field(30, ge=2, description="seconds without a sign of life after which a worker's images go to another")
    retry_delay_s: float = Field(5, gt=0, description="seconds before a failed image is tried again; twice as long each further time")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")

    @model_validator(mode="after")
    def _check_addresses(self) -> Self:
        if any(not _ORIGIN.fullmatch(origin) for origin in self.further_origins):
            raise ValueError("CELLHUB_ALLOWED_ORIGINS must be origins such as https://cells.example.org, comma separated; `*` is none")
        if self.public_url and not _ORIGIN.fullmatch(self.base_url):
            raise ValueError("CELLHUB_PUBLIC_URL must be an address such as https://cells.example.org, without a path")
        try:
            for proxy in self.proxies:
                ip_network(proxy, strict=False)
        except ValueError:
            raise ValueError("CELLHUB_TRUSTED_PROXIES must be addresses or networks such as 10.0.0.0/8, comma separated") from None
        return self

    @model_validator(mode="after")
    def _refuse_what_production_must_not_be(self) -> Self:
        if self.environment is Environment.PRODUCTION and (found := objections(self, DEFAULT_SECRET)):
            raise ValueError("; ".join(found))
        return self

    @model_validator(mode="after")
    def _check_scanner(self) -> Self:
        parts = urlsplit(self.clamav_url)
        if self.clamav_url and not ((parts.scheme == "tcp" and parts.hostname and parts.port) or (parts.scheme == "unix" and parts.path)):
            raise ValueError("CELLHUB_CLAMAV_URL must be tcp://host:port or unix:///path")
        return self

    @property
    def base_url(self) -> str:
        """Address that browsers use, without a trailing slash."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins whose pages may call: our own, those allowed by the operator, and 127.0.0.1 where no public address is set."""
        own = [self.base_url] if self.public_url else [self.base_url, f"http://127.0.0.1:{self.port}"]
        return tuple(dict.fromkeys([*map(_origin, own), *self.further_origins]))

    @property
    def further_origins(self) -> tuple[str, ...]:
        """What the operator allows besides our own."""
        return tuple(map(_origin, split_list(self.allowed_origins)))

    @property
    def proxies(self) -> tuple[str, ...]:
        """Addresses and networks whose word on where a request comes from is believed."""
        return split_list(self.trusted_proxies)

    @property
    def is_secure(self) -> bool:
        """Whether browsers come over TLS, so that cookies can be marked Secure."""
        return self.base_url.startswith("https://")

    @property
    def storage_location(self) -> str:
        """URL of the object storage, with the default filled in."""
        return self.storage_url or (self.home.resolve() / "files").as_uri()

    @property
    def partial_folder(self) -> Path:
        """Where resumable uploads grow: beside the stored files where these are on a disk, so that a finished one need not be copied."""
        parts = urlsplit(self.storage_location)
        root = Path(unquote(parts.path)) if parts.scheme == "file" else self.home.resolve()
        return root / ".partial"

    @property
    def max_upload_bytes(self) -> int:
        """Largest file of a resumable upload, in bytes."""
        return self.max_upload_mb * 1024 * 1024

    @property
    def max_file_bytes(self) -> int:
        """Largest file of a multipart upload, in bytes."""
        return self.max_file_mb * 1024 * 1024


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()


def _origin(url: str) -> str:
    parts = urlsplit(url.lower())
    usual_port = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    return f"{parts.scheme}://{parts.netloc.removesuffix(usual_port)}"


def split_list(value: str) -> tuple[str, ...]:
    """The non-empty parts of a comma separated setting."""
    return tuple(part.strip() for part in value.split(",") if part.strip())
