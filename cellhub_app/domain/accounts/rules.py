"""What an e-mail address and a password must be."""

import re
import unicodedata

from cellhub_app.core.errors import Invalid
from cellhub_app.core.limits import NAME_MAX_LENGTH, PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH
from cellhub_app.domain.accounts.schemas import EMAIL_MAX_LENGTH

_LOCAL = re.compile(r"[^\s@<>(),;:\\\"\[\]\x00-\x1f\x7f]{1,64}")
_LABEL = re.compile(r"[^\W_]([^\W_]|-){0,61}[^\W_]|[^\W_]")


class EmailInvalid(Invalid):
    """Not an e-mail address."""

    code, title = "emailInvalid", "This is not an e-mail address"


class PasswordWeak(Invalid):
    """A password that is too easy to guess."""

    code, title = "passwordWeak", "Choose another password"


def checked_email(typed: str) -> str:
    """The address without spaces around it and with its domain in lower case. Raises EmailInvalid."""
    email = unicodedata.normalize("NFKC", typed).strip()
    local, at, domain = email.rpartition("@")
    labels = domain.lower().split(".")
    plausible = at and _LOCAL.fullmatch(local) and len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
    if not plausible or len(email) > EMAIL_MAX_LENGTH or local.startswith(".") or local.endswith(".") or ".." in local:
        raise EmailInvalid("This does not look like an e-mail address; it should read like name@example.org.")
    return f"{local}@{domain.lower()}"


def check_password(password: str, email: str) -> None:
    """Let a good password pass. Raises PasswordWeak."""
    if len(password) < PASSWORD_MIN_LENGTH:
        raise PasswordWeak(f"The password needs at least {PASSWORD_MIN_LENGTH} characters.")
    if len(password) > PASSWORD_MAX_LENGTH:
        raise PasswordWeak(f"The password may have at most {PASSWORD_MAX_LENGTH} characters.")
    if password.strip().casefold() == email.casefold():
        raise PasswordWeak("The password must not be the e-mail address.")
    if len(set(password)) < 3:
        raise PasswordWeak("The password repeats the same characters; mix more of them.")


def shown_name(name: str, email: str) -> str:
    """The name without control characters or stray spaces; the address's first part where none is given."""
    clean = " ".join("".join(character if character.isprintable() else " " for character in name).split())
    return (clean or email.partition("@")[0])[:NAME_MAX_LENGTH]
