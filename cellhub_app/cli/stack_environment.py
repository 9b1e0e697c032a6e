"""What the stack's processes are: their environment and their commands, the same in one terminal and in containers."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from secrets import token_urlsafe

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from cellhub_app.cli.stack_home import Home
from cellhub_app.cli.stack_process import Program, StackError
from cellhub_app.cli.stack_services import service_urls
from cellhub_app.core.settings import ROOT, Environment, Settings

SCRIPTS = Path(sys.prefix) / "bin"
WORKERS = {"gpu": "ml_worker.worker.GpuWorker", "io": "ml_worker.worker.IoWorker"}
CONFUSING = ("PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "REDIS_URL", "DATABASE_URL", "DB_URL", "REFLEX_REDIS_URL", "REFLEX_DB_URL")


def load_settings(*, brings_secret: bool = True) -> Settings:
    """The settings of this machine; the stack brings a secret key itself where none is set. Raises StackError saying what is wrong."""
    brought = {"secret_key": SecretStr(token_urlsafe(32))} if brings_secret and not os.environ.get("CELLHUB_SECRET_KEY") else {}
    try:
        return Settings(**brought)
    except ValidationError as error:
        problems = (f"{_setting_of(item)}{item['msg'].removeprefix('Value error, ')}" for item in error.errors())
        raise StackError(f"The settings are not right: {'; '.join(problems)}.") from None


def _setting_of(item: ErrorDetails) -> str:
    return "".join(f"CELLHUB_{name} ".upper() for name in item["loc"])


def process_environment(home: Home) -> dict[str, str]:
    """The environment of every process: what the terminal has, our programs on PATH, every cache below the home."""
    environment = {name: value for name, value in os.environ.items() if name not in CONFUSING}
    path = environment.get("PATH") or os.defpath
    environment |= {
        "PATH": path if path.split(os.pathsep)[0] == str(SCRIPTS) else f"{SCRIPTS}{os.pathsep}{path}",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "ALEMBIC_CONFIG": str(ROOT / "alembic" / "alembic.ini"),
        "CELLHUB_HOME": str(home.path),
        "PROMETHEUS_MULTIPROC_DIR": str(home.metrics),
        "XDG_CACHE_HOME": str(home.cache),
        "REFLEX_DIR": str(home.cache / "reflex"),
        "REFLEX_STATES_WORKDIR": str(home.cache / "states"),
        "REFLEX_UPLOADED_FILES_DIR": str(home.cache / "uploaded_files"),
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
    }
    environment.setdefault("OMP_WAIT_POLICY", "passive")  # threads of a network pass that spin while they wait starve a busy machine
    environment.setdefault("NUMBA_CACHE_DIR", str(home.cache / "numba"))
    environment.setdefault("BUN_INSTALL_CACHE_DIR", str(home.cache / "bun"))
    if not os.access(environment.get("HOME", ""), os.W_OK):
        environment["HOME"] = str(home.cache)
    return environment


def service_environment(home: Home, settings: Settings, *, owner: bool = False) -> dict[str, str]:
    """Addresses and secrets of the services that the settings do not name; the migrating role only where it is asked for."""
    secrets = home.secrets()
    given = settings.model_fields_set
    found = {}
    if not {"database_url", "redis_url"} <= given:
        urls = service_urls(home.ports(), secrets)
        if "redis_url" not in given:
            found["CELLHUB_REDIS_URL"] = urls.redis
        if "database_url" not in given:
            found["CELLHUB_DATABASE_URL"] = urls.database
            found |= {"CELLHUB_DATABASE_OWNER_URL": urls.database_owner} if owner else {}
    if not os.environ.get("CELLHUB_SECRET_KEY"):
        found["CELLHUB_SECRET_KEY"] = secrets.secret_key
    return found


def without_owner(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process that must not be able to change the schema."""
    return {name: value for name, value in environment.items() if name != "CELLHUB_DATABASE_OWNER_URL"}


def web_program(settings: Settings, environment: Mapping[str, str]) -> Program:
    """The web process: pages, API and websocket on one port, from the prebuilt frontend."""
    command: list[str | Path] = [SCRIPTS / "granian", "--interface", "asgi", "--factory", "--host", settings.host]
    command += ["--port", str(settings.port), "--workers", str(settings.web_workers), "--workers-kill-timeout", "5"]
    command += ["--loop", "uvloop"]
    if settings.environment is Environment.PRODUCTION:
        command += ["--log-config", ROOT / "deploy" / "granian-log.json"]
    reflex = {"__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true", "__REFLEX_SKIP_COMPILE": "true", "REFLEX_ENV_MODE": "prod"}
    return Program("web", (*command, "cellhub_app.cellhub_app:app"), {**without_owner(environment), **reflex}, ROOT)


def worker_program(kind: str, settings: Settings, environment: Mapping[str, str]) -> Program:
    """The worker of one kind, `gpu` or `io`."""
    command: list[str | Path] = [SCRIPTS / "arq", WORKERS[kind]]
    if settings.environment is Environment.PRODUCTION:
        command += ["--custom-log-dict", "cellhub_app.core.log_lines.JSON_LINES"]
    return Program(f"{kind}-worker", tuple(command), without_owner(environment), ROOT)


def worker_programs(settings: Settings, environment: Mapping[str, str]) -> list[Program]:
    """All workers of one machine: an io worker, and segmentation workers, each on a GPU of its own when there are several."""
    programs = [worker_program(kind, settings, environment) for kind in WORKERS]
    if settings.gpu_workers == 1:
        return programs
    [gpu, *others] = programs
    each = [
        replace(gpu, name=f"{gpu.name}-{number}", environment={**gpu.environment, "CELLHUB_DEVICE": f"cuda:{number}"})
        for number in range(settings.gpu_workers)
    ]
    return [*each, *others]


def migrate_program(environment: Mapping[str, str]) -> Program:
    """Brings the database to the newest revision."""
    return Program("migrate", (SCRIPTS / "alembic", "upgrade", "head"), environment, ROOT)


def prepared(*, owner: bool = False) -> tuple[Settings, dict[str, str]]:
    """Settings and environment for a process that runs alone, with its home made ready. Raises StackError."""
    use_running_services(owner=owner)
    settings = load_settings(brings_secret=False)
    home = Home(settings.home)
    home.prepare()
    return settings, process_environment(home)


def become(program: Program) -> None:
    """Turn this process into the program."""
    os.chdir(program.cwd)
    os.execve(program.command[0], list(map(str, program.command)), dict(program.environment))  # noqa: S606 - the container's entry point


def use_running_services(*, owner: bool = False) -> None:
    """Let this process reach the services that `cellhub up` runs, unless its environment names others. Raises StackError."""
    settings = load_settings()
    home = Home(settings.home)
    if home.has_secrets():
        os.environ.update(service_environment(home, settings, owner=owner))
    elif "database_url" not in settings.model_fields_set:
        raise StackError(f"CellHub was never started from {home.path}: start it with `make run`, or set CELLHUB_DATABASE_URL.")


def clear_metrics(home: Path) -> None:
    """Forget what the processes of the last start counted."""
    for file in (home / "metrics").iterdir():
        file.unlink()
