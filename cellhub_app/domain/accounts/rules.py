"""What a password and a name must be."""

import re

from zxcvbn import zxcvbn

from cellhub_app.core.errors import Invalid
from cellhub_app.core.limits import NAME_MAX_LENGTH, PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH

_SCORE_NEEDED = 3
_ESTIMATED_CHARACTERS = 48


class PasswordWeak(Invalid):
    """A password that is too easy to guess."""

    code, title = "passwordWeak", "Choose another password"


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
