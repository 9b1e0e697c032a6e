"""Links in letters: whoever follows one has read the letter. Each works once and ends by itself."""

from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from cellhub_app.models.base import UUID, Table, datetime, key, moment, reference


class LinkPurpose(StrEnum):
    """What a link is for."""

    VERIFY = "verify"
    RESET = "reset"
    CHANGE = "change"


class OneTimeLink(Table, table=True):
    """One link to one person; `email` is where it was sent. Only the hash of its secret is stored."""

    __tablename__ = "one_time_link"
    __table_args__ = (CheckConstraint("purpose in ('verify', 'reset', 'change')", name="purpose"),)

    id: UUID = key()
    user_id: UUID = reference("app_user.id", index=True)
    purpose: str = Field(max_length=20)
    email: str = Field(max_length=254)
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = moment(default_now=True)
    expires_at: datetime = moment(default_now=True)
    used_at: datetime | None = moment()
