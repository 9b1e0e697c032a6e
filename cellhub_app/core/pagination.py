"""Cursor pagination over (sort value, id): `limit`, `cursor` -> `data, nextCursor, prevCursor, hasMore`."""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from cellhub_app.core.errors import Invalid
from cellhub_app.core.limits import PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX

Row = TypeVar("Row")


@dataclass(frozen=True)
class Cursor:
    """A place in a list: the sort value and id of the row it stands after (or before, when `backwards`)."""

    value: Any
    id: UUID
    backwards: bool = False

    def encode(self) -> str:
        """An opaque, URL-safe word for this place."""
        text = json.dumps([self.value, str(self.id), int(self.backwards)], default=str, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, word: str) -> "Cursor":
        """The place behind the word. Raises Invalid for a word that encode() did not make."""
        try:
            value, identifier, backwards = json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
            return cls(value, UUID(identifier), bool(backwards))
        except (ValueError, TypeError, AttributeError, binascii.Error) as error:
            raise Invalid("The cursor is not one of ours; start again without it.") from error

    @property
    def moment(self) -> datetime:
        """The sort value of a list that is ordered by time. Raises Invalid for the cursor of another list."""
        try:
            return datetime.fromisoformat(str(self.value))
        except ValueError as error:
            raise Invalid("The cursor belongs to another list; start again without it.") from error


@dataclass(frozen=True)
class PageRequest:
    """What a caller asks of a list."""

    limit: int = PAGE_SIZE_DEFAULT
    cursor: Cursor | None = None

    @classmethod
    def of(cls, limit: int = PAGE_SIZE_DEFAULT, cursor: str | None = None) -> "PageRequest":
        """From the words of a query string. Raises Invalid outside 1 to 200."""
        if not 1 <= limit <= PAGE_SIZE_MAX:
            raise Invalid(f"limit must be between 1 and {PAGE_SIZE_MAX}.")
        return cls(limit, Cursor.decode(cursor) if cursor else None)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list and the words that lead to its neighbours."""

    data: list[Row]
    next_cursor: str | None = None
    prev_cursor: str | None = None

    @property
    def has_more(self) -> bool:
        """Whether rows follow."""
        return self.next_cursor is not None

    def map(self, convert: Callable[[Row], Any]) -> "Page[Any]":
        """The same page with each row converted."""
        return Page([convert(row) for row in self.data], self.next_cursor, self.prev_cursor)


def paginate(rows: Sequence[Row], request: PageRequest, key: Callable[[Row], tuple[Any, UUID]]) -> Page[Row]:
    """Cut a page from the limit + 1 rows read in the direction of the request's cursor."""
    backwards = request.cursor is not None and request.cursor.backwards
    beyond = len(rows) > request.limit
    kept = list(rows[: request.limit])
    if backwards:
        kept.reverse()
    if not kept:
        return Page([])
    has_next = True if backwards else beyond
    has_prev = beyond if backwards else request.cursor is not None
    return Page(
        kept,
        Cursor(*key(kept[-1])).encode() if has_next else None,
        Cursor(*key(kept[0]), backwards=True).encode() if has_prev else None,
    )


async def first_of(read: Callable[[PageRequest], Awaitable[Page[Row]]], count: int, limit: int) -> tuple[list[Row], bool]:
    """At least the first `count` rows of a list, in pages of `limit`, and whether more follow."""
    page = await read(PageRequest.of(limit))
    found = list(page.data)
    while page.has_more and len(found) < count:
        page = await read(PageRequest.of(limit, page.next_cursor))
        found += page.data
    return found, page.has_more
