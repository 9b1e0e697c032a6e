"""What goes in and out about accounts."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from cellhub_app.core.address import EmailText
from cellhub_app.core.limits import NAME_MAX_LENGTH, PASSWORD_MAX_LENGTH
from cellhub_app.domain.schema import Schema
from cellhub_app.models.session import Scope, SessionKind
from cellhub_app.models.user import Role, UserStatus


class Registering(Schema):
    """What somebody says to get an account; registration.register() checks it."""

    email: EmailText
    password: str = Field(max_length=PASSWORD_MAX_LENGTH)
    name: str = Field(default="", max_length=NAME_MAX_LENGTH)
    invitation: str = Field(default="", max_length=200)


class Credentials(Schema):
    """An e-mail address, its password, and the code of the second factor where there is one."""

    email: EmailText
    password: str = Field(max_length=PASSWORD_MAX_LENGTH)
    code: str = Field(default="", max_length=40)


class RefreshRequest(Schema):
    """A refresh token, to be exchanged for a new pair."""

    refresh_token: str = Field(min_length=1, max_length=200)


class EmailAsked(Schema):
    """An address to write to, if it has an account."""

    email: EmailText


class LinkFollowed(Schema):
    """The secret of a link in a letter."""

    token: str = Field(min_length=1, max_length=200)


class PasswordReset(LinkFollowed):
    """A new password for who could read the letter."""

    password: str = Field(max_length=PASSWORD_MAX_LENGTH)


class PasswordChange(Schema):
    """A new password for who knows the old one."""

    password: str = Field(max_length=PASSWORD_MAX_LENGTH)
    new_password: str = Field(max_length=PASSWORD_MAX_LENGTH)


class EmailChange(Schema):
    """Another address, for who knows the password."""

    email: EmailText
    password: str = Field(max_length=PASSWORD_MAX_LENGTH)


class PasswordGiven(Schema):
    """The password again, before something that cannot be taken back."""

    password: str = Field(max_length=PASSWORD_MAX_LENGTH)


class ProfileChange(Schema):
    """What may be changed of oneself without the password."""

    name: str = Field(min_length=1, max_length=NAME_MAX_LENGTH)


class SessionView(Schema):
    """Somewhere the caller is signed in."""

    id: UUID
    kind: SessionKind
    device: str
    ip: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool


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
    second_factor: bool
    created_at: datetime


class PersonChange(Schema):
    """What an admin may change of somebody else; what is not named stays."""

    status: Literal[UserStatus.ACTIVE, UserStatus.SUSPENDED] | None = None
    role: Role | None = None


class PersonView(UserView):
    """One person, as admins see them."""

    last_seen_at: datetime | None


class UnsentView(Schema):
    """A letter that could not be sent, with the link that its reader waits for."""

    to: str
    subject: str
    link: str
    written_at: datetime


class NewToken(Schema):
    """A personal token to be made: what it is for, what it may do, and for how many days."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
    days: Annotated[int, Field(ge=1, le=366)] = 90


class TokenView(Schema):
    """A personal token, without its secret."""

    id: UUID
    name: str
    scopes: list[Scope]
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


class MadeToken(TokenView):
    """A fresh personal token, with the secret that is shown this once."""

    token: str


class SecondFactorSetup(Schema):
    """What an authenticator app needs: the secret, the address that holds it, and that address as a picture (an SVG in a data URI)."""

    secret: str
    address: str
    picture: str


class CodeGiven(Schema):
    """A code of the authenticator app, or a recovery code."""

    code: str = Field(min_length=1, max_length=40)


class RecoveryCodes(Schema):
    """Codes that each let in once, shown only now."""

    codes: list[str]
