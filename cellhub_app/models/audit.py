"""Who did what. The running role may only add to this table and read it."""

from sqlalchemy import Index, text
from sqlmodel import Field

from cellhub_app.models.base import UUID, Table, datetime, document, key, moment


class Audit(Table, table=True):
    """One act of one person; ids are kept without foreign keys, so that the record outlives what it speaks of."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_created", text("created_at desc"), text("id desc")),
        Index("ix_audit_user_created", "user_id", "created_at"),
    )

    id: UUID = key()
    user_id: UUID | None = None
    action: str = Field(max_length=60)
    resource_type: str = Field(default="", max_length=40)
    resource_id: UUID | None = None
    detail: dict[str, object] = document()
    ip: str = Field(default="", max_length=64)
    user_agent: str = Field(default="", max_length=300)
    created_at: datetime = moment(default_now=True)
