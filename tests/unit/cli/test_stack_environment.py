from pathlib import Path

import pytest

from cellhub_app.cli import stack_environment as stack
from cellhub_app.cli.stack_home import Home
from cellhub_app.cli.stack_process import StackError
from cellhub_app.core.settings import Environment, Settings

RANDOM = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in ("CELLHUB_DATABASE_URL", "CELLHUB_DATABASE_OWNER_URL", "CELLHUB_REDIS_URL", "CELLHUB_SECRET_KEY", "CELLHUB_BCRYPT_COST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CELLHUB_HOME", str(tmp_path))
    home = Home(tmp_path)
    home.prepare()
    home.choose_ports()
    return home


def test_embedded_services_are_named_with_generated_passwords(home: Home) -> None:
    found = stack.service_environment(home, Settings())
    secrets, ports = home.secrets(), home.ports()
    assert found["CELLHUB_DATABASE_URL"] == f"postgresql://cellhub_app:{secrets.app}@127.0.0.1:{ports.postgres}/cellhub"
    assert found["CELLHUB_REDIS_URL"] == f"redis://:{secrets.valkey}@127.0.0.1:{ports.valkey}/0"
    assert found["CELLHUB_SECRET_KEY"] == secrets.secret_key


def test_services_that_are_set_stay_as_they_are(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLHUB_DATABASE_URL", "postgresql://me@db/x")
    monkeypatch.setenv("CELLHUB_SECRET_KEY", "k" * 40)
    assert set(stack.service_environment(home, Settings(), owner=True)) == {"CELLHUB_REDIS_URL"}


def test_only_the_migration_gets_the_role_that_may_change_the_schema(home: Home) -> None:
    settings = Settings()
    environment = stack.process_environment(home) | stack.service_environment(home, settings, owner=True)
    assert "cellhub_owner" in stack.migrate_program(environment).environment["CELLHUB_DATABASE_OWNER_URL"]
    for program in (stack.web_program(settings, environment), stack.worker_program("gpu", settings, environment)):
        assert "cellhub_owner" not in " ".join(program.environment.values())


def test_no_secret_stands_in_a_command_line(home: Home) -> None:
    settings = Settings()
    environment = stack.process_environment(home) | stack.service_environment(home, settings, owner=True)
    programs = [stack.web_program(settings, environment), stack.worker_program("io", settings, environment)]
    programs.append(stack.migrate_program(environment))
    words = " ".join(str(word) for program in programs for word in program.command)
    assert not any(secret in words for secret in vars(home.secrets()).values())
    assert not any(secret in repr(programs) for secret in vars(home.secrets()).values())


def test_another_active_environment_does_not_leak_in(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    others = {"VIRTUAL_ENV": "/other", "PYTHONHOME": "/other", "DATABASE_URL": "x", "PATH": "/other/bin", "HOME": "/nowhere"}
    for name, value in others.items():
        monkeypatch.setenv(name, value)
    environment = stack.process_environment(home)
    assert environment["PATH"].startswith(f"{stack.SCRIPTS}:")
    assert {"VIRTUAL_ENV", "PYTHONHOME", "DATABASE_URL"}.isdisjoint(environment)
    assert environment["HOME"] == str(home.cache)


def test_production_logs_json_lines_from_the_first_line_on(home: Home) -> None:
    settings = Settings(environment=Environment.PRODUCTION, public_url="https://cellhub.example.org", secret_key=RANDOM)  # type: ignore[arg-type]
    assert "--log-config" in stack.web_program(settings, {}).command
    assert "cellhub_app.core.log_lines.JSON_LINES" in stack.worker_program("io", settings, {}).command


def test_a_wrong_setting_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLHUB_PORT", "many")
    with pytest.raises(StackError, match="CELLHUB_PORT"):
        stack.load_settings()


def test_production_with_bad_settings_does_not_start_and_says_why(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ENVIRONMENT": "production", "PUBLIC_URL": "http://cells.example.org", "SECRET_KEY": "short"}.items():
        monkeypatch.setenv(f"CELLHUB_{name}", value)
    with pytest.raises(StackError, match=r"^The settings are not right: CELLHUB_SECRET_KEY must .*; CELLHUB_PUBLIC_URL must begin"):
        stack.load_settings()
    monkeypatch.setenv("CELLHUB_PUBLIC_URL", "https://cells.example.org")
    monkeypatch.delenv("CELLHUB_SECRET_KEY")
    assert stack.load_settings().is_secure
    with pytest.raises(StackError, match="CELLHUB_SECRET_KEY must"):
        stack.load_settings(brings_secret=False)


def test_services_that_never_ran_are_not_looked_for(tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLHUB_HOME", str(tmp_path / "other"))
    with pytest.raises(StackError, match=r"never started .* `make run`"):
        stack.use_running_services()


def test_one_segmentation_worker_chooses_its_device_itself() -> None:
    programs = stack.worker_programs(Settings(), {"CELLHUB_DEVICE": "cpu"})
    assert [program.name for program in programs] == ["gpu-worker", "io-worker"]
    assert programs[0].environment["CELLHUB_DEVICE"] == "cpu"


def test_several_segmentation_workers_take_a_gpu_each() -> None:
    programs = stack.worker_programs(Settings(gpu_workers=3), {})
    assert [program.name for program in programs] == ["gpu-worker-0", "gpu-worker-1", "gpu-worker-2", "io-worker"]
    assert [program.environment.get("CELLHUB_DEVICE") for program in programs] == ["cuda:0", "cuda:1", "cuda:2", None]
