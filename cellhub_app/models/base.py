"""What every table shares: named constraints, UUIDv7 keys, times in UTC."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from cellhub_app.core.ids import new_id, now

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMES)


def key() -> Any:
    """A primary key made in Python."""
    return Field(default_factory=new_id, primary_key=True)


def moment(*, default_now: bool = False, index: bool = False) -> Any:
    """A time with its zone; null until set, unless it starts as now."""
    if default_now:
        return Field(default_factory=now, sa_type=DateTime(timezone=True), nullable=False, index=index)  # type: ignore[call-overload]
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=True, index=index)  # type: ignore[call-overload]


def document(*, nullable: bool = False) -> Any:
    """A JSON object."""
    if nullable:
        return Field(default=None, sa_type=JSONB(none_as_null=True), nullable=True)  # type: ignore[call-overload]
    return Field(default_factory=dict, sa_type=JSONB, nullable=False)


def reference(target: str, *, nullable: bool = False, index: bool = False, ondelete: str | None = "CASCADE") -> Any:
    """A foreign key to `table.column`."""
    if nullable:
        return Field(default=None, foreign_key=target, nullable=True, index=index, ondelete=ondelete)  # type: ignore[call-overload]
    return Field(foreign_key=target, index=index, ondelete=ondelete)  # type: ignore[call-overload]


__all__ = ["UUID", "Table", "datetime", "document", "key", "moment", "reference"]
