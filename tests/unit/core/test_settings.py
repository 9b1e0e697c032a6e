import pytest
from pydantic import ValidationError

from cellhub_app.core.settings import Settings, split_list

LONG = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CELLHUB_{name.upper()}", raising=False)


def test_production_refuses_the_default_secret() -> None:
    with pytest.raises(ValidationError, match="CELLHUB_SECRET_KEY must be set"):
        Settings(environment="production", public_url="https://cells.example.org")


def test_production_refuses_a_short_secret() -> None:
    with pytest.raises(ValidationError, match="CELLHUB_SECRET_KEY must be set"):
        Settings(environment="production", public_url="https://cells.example.org", secret_key="short")


def test_production_needs_its_public_address() -> None:
    with pytest.raises(ValidationError, match="CELLHUB_PUBLIC_URL must be set"):
        Settings(environment="production", secret_key=LONG)


def test_development_starts_without_any_setting() -> None:
    settings = Settings()
    assert settings.base_url == "http://localhost:8000"
    assert not settings.is_secure


def test_cookies_are_secure_behind_tls() -> None:
    assert Settings(public_url="https://cells.example.org/").is_secure
    assert Settings(public_url="https://cells.example.org/").base_url == "https://cells.example.org"


def test_secrets_do_not_show_in_print() -> None:
    assert LONG not in repr(Settings(secret_key=LONG))


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
