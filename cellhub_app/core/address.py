"""What an e-mail address must be."""

import re
import unicodedata
from typing import Annotated

from pydantic import Field

from cellhub_app.core.errors import Invalid

EMAIL_MAX_LENGTH = 254
EmailText = Annotated[str, Field(max_length=EMAIL_MAX_LENGTH)]

_LOCAL = re.compile(r"[^\s@<>(),;:\\\"\[\]\x00-\x1f\x7f]{1,64}")
_LABEL = re.compile(r"[^\W_]([^\W_]|-){0,61}[^\W_]|[^\W_]")


class EmailInvalid(Invalid):
    """Not an e-mail address."""

    code, title = "emailInvalid", "This is not an e-mail address"


def checked_email(typed: str) -> str:
    """The address without spaces around it and with its domain in lower case. Raises EmailInvalid."""
    email = unicodedata.normalize("NFKC", typed).strip()
    local, at, domain = email.rpartition("@")
    labels = domain.lower().split(".")
    plausible = at and _LOCAL.fullmatch(local) and len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
    if not plausible or len(email) > EMAIL_MAX_LENGTH or local.startswith(".") or local.endswith(".") or ".." in local:
        raise EmailInvalid("This does not look like an e-mail address; it should read like name@example.org.")
    return f"{local}@{domain.lower()}"
