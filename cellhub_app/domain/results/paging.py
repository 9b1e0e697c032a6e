"""Pages of the table of objects: by rank, so that a scroll bar may jump, and by cursor, so that nothing is skipped when objects go."""

import math
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from cellhub_app.core.errors import Invalid
from cellhub_app.core.pagination import Cursor
from cellhub_app.domain.results.columns import Floats
from cellhub_app.domain.results.figures import ranked, sort_keys
from cellhub_app.domain.results.measures import Measure
from cellhub_app.domain.results.schemas import RowsAsked
from cellhub_app.domain.results.view import View

_PLACE = np.uint64(0xFFFFFFFF)


@dataclass(frozen=True)
class Cut:
    """Places in the table in their order, and the words that lead to the pages before and after."""

    rows: list[int]
    prev_cursor: str | None
    next_cursor: str | None


def cut(view: View, measure: Measure | None, asked: RowsAsked, cursor: Cursor | None) -> Cut:
    """One page of the objects in view; without a measure in the order of images. Raises Invalid for the cursor of another order."""
    descending = asked.sort.startswith("-")
    places = view.rows if measure or not descending else view.rows[::-1]
    values = view.values(measure) if measure else np.zeros(len(places), np.float32)
    keys = sort_keys(values, descending=descending and measure is not None)
    start = asked.at if cursor is None else _start(view, places, keys, cursor, asked, by_value=measure is not None)
    chosen = (ranked(keys, start, start + asked.limit) & _PLACE).astype(np.int64)
    rows = places[chosen].tolist()
    ends = [_end(view, places, values if measure else None, index) for index in chosen[[0, -1]].tolist()] if rows else []
    before, after = bool(rows) and start > 0, start + len(rows) < len(places) and bool(rows)
    return Cut(rows, Cursor(*ends[0], backwards=True).encode() if before else None, Cursor(*ends[1]).encode() if after else None)


def _start(
    view: View, places: npt.NDArray[np.intp], keys: npt.NDArray[np.uint64], cursor: Cursor, asked: RowsAsked, *, by_value: bool
) -> int:
    """The rank of the page's first row."""
    target = np.frombuffer(cursor.id.bytes, "V16")
    found = np.flatnonzero(view.table.columns["id"][places] == target)
    if len(found):
        here = keys[found[0]]
        rank = int(np.count_nonzero(keys < here))
        return max(0, rank - asked.limit) if cursor.backwards else rank + 1
    rank = _rank_of_value(keys, cursor, descending=asked.sort.startswith("-")) if by_value else _rank(cursor)
    return max(0, rank - asked.limit) if cursor.backwards else rank


def _rank_of_value(keys: npt.NDArray[np.uint64], cursor: Cursor, *, descending: bool) -> int:
    """Where the objects of the cursor's value begin: its row is gone, and no other may be skipped."""
    value = math.nan if cursor.value is None else cursor.value
    if not isinstance(value, int | float):
        raise Invalid("The cursor belongs to another order; start again without it.")
    edge = sort_keys(np.array([value], np.float32), descending=descending)[0]
    return int(np.count_nonzero(keys < edge))


def _rank(cursor: Cursor) -> int:
    if not isinstance(cursor.value, int) or cursor.value < 0:
        raise Invalid("The cursor belongs to another order; start again without it.")
    return cursor.value


def _end(view: View, places: npt.NDArray[np.intp], values: Floats | None, index: int) -> tuple[float | int | None, UUID]:
    """What a cursor remembers of a row: its value, or its rank where images are the order, and its id."""
    value = index if values is None else float(values[index])
    return None if math.isnan(value) else value, UUID(bytes=view.table.columns["id"][places[index]].tobytes())
