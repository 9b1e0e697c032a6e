"""Identifiers: UUIDv7, ordered by time, made in Python so that every PostgreSQL from 15 on will do."""

from datetime import UTC, datetime
from uuid import UUID

from uuid6 import uuid7


def new_id() -> UUID:
    """A fresh, time-ordered identifier."""
    return UUID(int=uuid7().int)


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)
