import pytest
from pydantic import ValidationError

from cellhub_app.core.settings import DEFAULT_SECRET, Settings, split_list

LONG = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CELLHUB_{name.upper()}", raising=False)


GOOD = {"environment": "production", "public_url": "https://cells.example.org", "secret_key": LONG}


def test_production_starts_with_good_settings() -> None:
    services = {"database_url": f"postgresql://app:{LONG}@db/x", "redis_url": f"redis://:{LONG}@valkey:6379/0"}
    settings = Settings(**GOOD, **services, allowed_origins="https://lab.example.org", trusted_proxies="10.0.0.0/8, ::1")  # type: ignore[arg-type]
    assert settings.origins == ("https://cells.example.org", "https://lab.example.org")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"secret_key": DEFAULT_SECRET}, "CELLHUB_SECRET_KEY must be set to at least 32 random characters"),
        ({"secret_key": "short"}, "CELLHUB_SECRET_KEY must be set to at least 32 random characters"),
        ({"secret_key": "a" * 64}, "CELLHUB_SECRET_KEY must be set to at least 32 random characters"),
        ({"public_url": ""}, "CELLHUB_PUBLIC_URL must be set"),
        ({"public_url": "http://cells.example.org"}, "CELLHUB_PUBLIC_URL must begin with https://"),
        ({"allowed_origins": "http://lab.example.org"}, "CELLHUB_ALLOWED_ORIGINS must name https:// addresses only"),
        ({"trusted_proxies": "0.0.0.0/0"}, "CELLHUB_TRUSTED_PROXIES must not be everybody"),
        ({"trusted_proxies": "10.0.0.1, ::/0"}, "CELLHUB_TRUSTED_PROXIES must not be everybody"),
        ({"log_level": "debug"}, "CELLHUB_LOG_LEVEL must not be DEBUG"),
        ({"bcrypt_cost": 4}, "CELLHUB_BCRYPT_COST must be at least 12"),
        ({"database_url": "postgresql://app:secret@db/x"}, "CELLHUB_DATABASE_URL must hold a password of at least 16"),
        ({"redis_url": "redis://valkey:6379/0"}, "CELLHUB_REDIS_URL must hold a password of at least 16"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
def test_production_refuses_what_lets_strangers_in(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Settings(**GOOD | wrong)


def test_production_says_all_that_is_wrong_at_once() -> None:
    with pytest.raises(ValidationError, match=r"SECRET_KEY must .*; CELLHUB_PUBLIC_URL must .*; CELLHUB_LOG_LEVEL must"):
        Settings(environment="production", log_level="DEBUG")  # type: ignore[arg-type]


@pytest.mark.parametrize("origins", ["*", "https://*.example.org", "lab.example.org", "null", "https://lab.example.org, *"])
def test_only_whole_origins_are_allowed_anywhere(origins: str) -> None:
    with pytest.raises(ValidationError, match="CELLHUB_ALLOWED_ORIGINS must be origins such as"):
        Settings(allowed_origins=origins)


@pytest.mark.parametrize("url", ["cells.example.org", "ftp://cells.example.org", "https://cells.example.org/cells", "https://a@b"])
def test_an_address_that_browsers_could_not_use_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="CELLHUB_PUBLIC_URL must be an address"):
        Settings(public_url=url)


def test_a_proxy_is_an_address_or_a_network() -> None:
    with pytest.raises(ValidationError, match="CELLHUB_TRUSTED_PROXIES must be addresses or networks"):
        Settings(trusted_proxies="10.0.0.1, proxy.example.org")


def test_development_starts_without_any_setting() -> None:
    settings = Settings()
    assert settings.base_url == "http://localhost:8000"
    assert not settings.is_secure


def test_cookies_are_secure_behind_tls() -> None:
    assert Settings(public_url="https://cells.example.org/").is_secure
    assert Settings(public_url="https://cells.example.org/").base_url == "https://cells.example.org"


def test_secrets_do_not_show_in_print() -> None:
    assert LONG not in repr(Settings(secret_key=LONG))
    with pytest.raises(ValidationError) as refused:
        Settings(environment="production", secret_key=LONG, redis_url="redis://:hunter2@valkey")
    assert not any(secret in str(refused.value) for secret in (LONG, "hunter2"))


def test_lists_are_split_at_commas_and_trimmed() -> None:
    assert split_list(" a, b,,c ") == ("a", "b", "c")
    assert split_list("") == ()


@pytest.mark.parametrize("url", ["", "tcp://clamav:3310", "unix:///run/clamav/clamd.sock"])
def test_a_scanner_is_named_by_its_address(url: str) -> None:
    assert Settings(clamav_url=url).clamav_url == url


@pytest.mark.parametrize("url", ["clamav:3310", "tcp://clamav", "http://clamav:3310", "unix://"])
def test_an_address_that_is_no_scanners_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="CELLHUB_CLAMAV_URL must be"):
        Settings(clamav_url=url)
