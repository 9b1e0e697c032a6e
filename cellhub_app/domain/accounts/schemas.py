"""What goes in and out about accounts."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from cellhub_app.core.limits import NAME_MAX_LENGTH, PASSWORD_MAX_LENGTH
from cellhub_app.domain.schema import Schema

EMAIL_MAX_LENGTH = 254


class Registering(Schema):
    """What somebody says to get an account; service.register() checks it."""

    email: str = Field(max_length=EMAIL_MAX_LENGTH)
    password: str = Field(max_length=PASSWORD_MAX_LENGTH)
    name: str = Field(default="", max_length=NAME_MAX_LENGTH)


class Credentials(Schema):
    """An e-mail address and its password."""

    email: str = Field(max_length=EMAIL_MAX_LENGTH)
    password: str = Field(max_length=PASSWORD_MAX_LENGTH)


class RefreshRequest(Schema):
    """A refresh token, to be exchanged for a new pair."""

    refresh_token: str = Field(min_length=1, max_length=200)


class RegisteredView(Schema):
    """The answer to every registration, also for an address that has an account already."""

    email: str
    status: str


class TokensView(Schema):
    """What an API client signs its requests with."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105
    expires_in: int


class UserView(Schema):
    """One person, as they see themselves."""

    id: UUID
    email: str
    name: str
    role: str
    status: str
    email_verified: bool
    created_at: datetime
