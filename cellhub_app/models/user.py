"""People."""

from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, func, text
from sqlmodel import Field

from cellhub_app.models.base import UUID, Table, datetime, key, moment, reference


class Role(StrEnum):
    """What a person may do on the whole server."""

    ADMIN = "admin"
    OPERATOR = "operator"
    USER = "user"
    GUEST = "guest"


class UserStatus(StrEnum):
    """Whether a person may come in."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"


class User(Table, table=True):
    """One account; the e-mail address is stored as typed and unique without regard to case.

    `second_factor` names the secret of an authenticator app, which is derived from it and the server's own; it counts from
    `second_factor_at` on. `second_factor_step` is the last time step of which a code was used, so that none works twice.
    """

    __tablename__ = "app_user"
    __table_args__ = (
        Index("uq_app_user_email", func.lower(text("email")), unique=True),
        CheckConstraint("role in ('admin', 'operator', 'user', 'guest')", name="role"),
        CheckConstraint("status in ('pending', 'active', 'suspended')", name="status"),
    )

    id: UUID = key()
    email: str = Field(max_length=254)
    name: str = Field(max_length=200)
    password_hash: str = Field(max_length=200)
    role: str = Field(default=Role.USER, max_length=20)
    status: str = Field(default=UserStatus.ACTIVE, max_length=20)
    created_at: datetime = moment(default_now=True)
    email_verified_at: datetime | None = moment()
    last_seen_at: datetime | None = moment()
    second_factor: str | None = Field(default=None, max_length=64)
    second_factor_at: datetime | None = moment()
    second_factor_step: int | None = Field(default=None, sa_type=BigInteger)


class RecoveryCode(Table, table=True):
    """Lets its person in once when the authenticator app is lost. Only the hash is stored."""

    __tablename__ = "recovery_code"

    id: UUID = key()
    user_id: UUID = reference("app_user.id", index=True)
    code_hash: str = Field(max_length=64)
    used_at: datetime | None = moment()
