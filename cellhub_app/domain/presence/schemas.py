"""Who is here, as doors take it in and show it."""

from dataclasses import dataclass
from uuid import UUID

from cellhub_app.domain.schema import Schema


class Attention(Schema):
    """What somebody's tab is busy with: the object they chose, and whether they are changing it."""

    object_id: UUID | None = None
    is_editing: bool = False


@dataclass(frozen=True)
class Beat:
    """What one tab said last, and when (seconds since 1970)."""

    user_id: UUID
    attention: Attention
    at_s: float


@dataclass(frozen=True)
class Here:
    """One person who looks at an image, whatever the number of their tabs; the address picks their colour and is not shown."""

    user_id: UUID
    name: str
    email: str
    attention: Attention
