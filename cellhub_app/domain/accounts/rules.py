"""What an e-mail address and a password must be."""

import re
import unicodedata

from zxcvbn import zxcvbn

from cellhub_app.core.errors import Invalid
from cellhub_app.core.limits import NAME_MAX_LENGTH, PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH
from cellhub_app.domain.accounts.schemas import EMAIL_MAX_LENGTH

_LOCAL = re.compile(r"[^\s@<>(),;:\\\"\[\]\x00-\x1f\x7f]{1,64}")
_SCORE_NEEDED = 3
_ESTIMATED_CHARACTERS = 48
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


def check_password(password: str, email: str, name: str = "") -> None:
    """Let a password pass that takes at least 10^8 guesses, also for somebody who knows the person. Raises PasswordWeak."""
    if len(password) < PASSWORD_MIN_LENGTH:
        raise PasswordWeak(f"The password needs at least {PASSWORD_MIN_LENGTH} characters.")
    if len(password) > PASSWORD_MAX_LENGTH:
        raise PasswordWeak(f"The password may have at most {PASSWORD_MAX_LENGTH} characters.")
    if email.casefold() in password.casefold():
        raise PasswordWeak("The password must not hold the e-mail address.")
    # What follows the first characters only makes it harder, and the estimate's time grows with the square of the length.
    found = zxcvbn(password[:_ESTIMATED_CHARACTERS], user_inputs=_known_words(email, name))
    if found["score"] < _SCORE_NEEDED:
        feedback = found["feedback"]
        advice = " ".join([feedback["warning"], *feedback["suggestions"][:1]]).strip() or "Add another word or two."
        raise PasswordWeak(f"This password is too easy to guess. {advice}")


def _known_words(email: str, name: str) -> list[str]:
    words = re.split(r"[\W_]+", f"{email} {name}".casefold())
    return [email.casefold(), *(word for word in words if len(word) > 2), "cellhub"]


def shown_name(name: str, email: str) -> str:
    """The name without control characters or stray spaces; the address's first part where none is given."""
    clean = " ".join("".join(character if character.isprintable() else " " for character in name).split())
    return (clean or email.partition("@")[0])[:NAME_MAX_LENGTH]
