"""Sign-ins: one row for each browser session, API login or personal token, and the refresh tokens of API logins."""

from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from cellhub_app.models.base import UUID, Table, datetime, key, moment, reference


class SessionKind(StrEnum):
    """Where a session lives."""

    BROWSER = "browser"
    API = "api"
    TOKEN = "token"  # noqa: S105


class Scope(StrEnum):
    """What a personal token may do in its person's name."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class Session(Table, table=True):
    """A sign-in, or a personal token with a name and scopes. Revoked or past its end means out, at the very next request or event."""

    __tablename__ = "session"

    id: UUID = key()
    user_id: UUID = reference("app_user.id", index=True)
    kind: str = Field(max_length=20)
    token_hash: str | None = Field(default=None, max_length=64, unique=True)
    created_at: datetime = moment(default_now=True)
    last_seen_at: datetime = moment(default_now=True)
    expires_at: datetime = moment(default_now=True)
    revoked_at: datetime | None = moment()
    name: str = Field(default="", max_length=100, sa_column_kwargs={"server_default": ""})
    scopes: list[str] | None = Field(default=None, sa_type=ARRAY(String(20)), nullable=True)  # type: ignore[call-overload]
    user_agent: str = Field(default="", max_length=300)
    ip: str = Field(default="", max_length=64)


class RefreshToken(Table, table=True):
    """One link in a session's chain of refresh tokens; using a spent one revokes the session."""

    __tablename__ = "refresh_token"

    id: UUID = key()
    session_id: UUID = reference("session.id", index=True)
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = moment(default_now=True)
    expires_at: datetime = moment(default_now=True)
    spent_at: datetime | None = moment()
