"""Share links: a project for people without an account, to look at."""

from sqlmodel import Field

from cellhub_app.models.base import UUID, Table, datetime, key, moment, reference


class ShareLink(Table, table=True):
    """One link to one project; open until it is revoked or too old. Only the hashes of its secret and its password are stored."""

    __tablename__ = "share_link"

    id: UUID = key()
    project_id: UUID = reference("project.id", index=True)
    created_by: UUID | None = reference("app_user.id", nullable=True, ondelete="SET NULL")
    token_hash: str = Field(max_length=64, unique=True)
    password_hash: str | None = Field(default=None, max_length=100)
    created_at: datetime = moment(default_now=True)
    expires_at: datetime = moment(default_now=True)
    revoked_at: datetime | None = moment()
    last_opened_at: datetime | None = moment()
    open_count: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
