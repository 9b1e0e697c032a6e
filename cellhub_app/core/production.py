"""What a server that strangers can reach must not be started with; each objection is one sentence that says what to do."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from cellhub_app.core.settings import Settings

SECRET_MIN_LENGTH = 32
SECRET_MIN_VARIETY = 10
PASSWORD_MIN_LENGTH = 16
BCRYPT_COST_MIN = 12


def objections(settings: "Settings", default_secret: str) -> list[str]:
    """Why these settings are no good for production; empty when they are."""
    secret = settings.secret_key.get_secret_value()
    found = []
    if secret == default_secret or len(secret) < SECRET_MIN_LENGTH or len(set(secret)) < SECRET_MIN_VARIETY:
        found.append(f"CELLHUB_SECRET_KEY must be set to at least {SECRET_MIN_LENGTH} random characters in production")
    if not settings.public_url:
        found.append("CELLHUB_PUBLIC_URL must be set in production")
    elif not settings.is_secure:
        found.append("CELLHUB_PUBLIC_URL must begin with https:// in production, or cookies would travel in the open")
    if settings.log_level.upper() == "DEBUG":
        found.append("CELLHUB_LOG_LEVEL must not be DEBUG in production, where it would tell too much")
    if settings.bcrypt_cost < BCRYPT_COST_MIN:
        found.append(f"CELLHUB_BCRYPT_COST must be at least {BCRYPT_COST_MIN} in production")
    return [*found, *_open_doors(settings), *_weak_services(settings)]


def _open_doors(settings: "Settings") -> Iterator[str]:
    if any(not origin.startswith("https://") for origin in settings.further_origins):
        yield "CELLHUB_ALLOWED_ORIGINS must name https:// addresses only in production"
    if any(ip_network(proxy, strict=False).prefixlen == 0 for proxy in settings.proxies):
        yield "CELLHUB_TRUSTED_PROXIES must not be everybody in production: anybody could write any address into a header"


def _weak_services(settings: "Settings") -> Iterator[str]:
    """Services that the stack starts itself have generated passwords; those that were named must have good ones."""
    for name, must_have in (("database_url", False), ("database_owner_url", False), ("redis_url", True)):
        url = getattr(settings, name)
        password = urlsplit(url).password or ""
        is_weak = len(password) < PASSWORD_MIN_LENGTH and (must_have or password)
        if name in settings.model_fields_set and url and is_weak:
            yield f"CELLHUB_{name.upper()} must hold a password of at least {PASSWORD_MIN_LENGTH} characters in production"
