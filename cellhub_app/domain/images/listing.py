"""Pages of a gallery, written so that none of them reads more than it must, however many images there are.

Each order has an index that carries what the filters ask of a row, so that a page walks that index alone and then fetches only the rows
that it shows. Words and tags are not in it: the next `NEAR` rows are looked through first, which is enough for what is
frequent; what is rare is found by the search index and sorted. One or two letters are in no index: the next `STEP` rows of the order are
compared, and the page says where to go on when they do not fill it, so it may be short or empty and still have a next one. Statements
are built once for each shape of question.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import product
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    DateTime,
    Double,
    Integer,
    Select,
    String,
    and_,
    any_,
    bindparam,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid
from sqlmodel import col

from cellhub_app.core.errors import Invalid
from cellhub_app.core.imaging.flaws import FLAWS, Flaw
from cellhub_app.core.pagination import Cursor, Page, PageRequest, paginate
from cellhub_app.core.reading import Fetch
from cellhub_app.domain.access import Viewer, may_view, values_of
from cellhub_app.domain.images.schemas import COLUMNS, ImageFilters
from cellhub_app.models.image import FLAWED, Image

NEAR = 1000
STEP = 10_000
# Shorter words are not in the search index. Spelled in their few cases they are compared as they stand, which is ten times faster.
TRIGRAM = 3
_OF_IMAGES = frozenset({"uploaded", "ingesting", "ready", "failed"})
# The expressions stand to the letter as in the indexes, so that these are used.
_OBJECTS = literal_column("coalesce(object_count, -1)", Integer)
IS_FLAWED = literal_column(FLAWED, Boolean)
_SORTS: dict[str, ColumnElement[Any]] = {
    "createdAt": cast("ColumnElement[Any]", Image.created_at),
    "name": cast("ColumnElement[Any]", Image.name),
    "objectCount": _OBJECTS,
    "doubt": literal_column("coalesce(doubt, -1)", Double),
}
_TYPES: dict[str, Any] = {"createdAt": DateTime(timezone=True), "name": String(), "objectCount": Integer(), "doubt": Double()}


@lru_cache
def _stage(status: str) -> ColumnElement[bool]:
    segmentation = col(Image.segmentation_status)
    if status in _OF_IMAGES:
        return col(Image.status) == status
    if status == "unsuccessful":
        return or_(col(Image.status) == "failed", segmentation == "failed")
    if status == "unsegmented":
        return and_(col(Image.status) == "ready", segmentation.is_(None))
    return segmentation == ("succeeded" if status == "done" else status)


_CONDITIONS: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "q": lambda pattern: col(Image.name).ilike(pattern),
    "letters": lambda patterns: col(Image.name).like(any_(patterns)),
    "tag": lambda tags: col(Image.tags).contains(tags),
    "among": lambda ids: col(Image.id) == any_(ids),
    "flaws": lambda flaws: and_(IS_FLAWED, col(Image.flaws).bool_op("&&")(flaws)),
    "flawless": lambda nothing: and_(_stage("ready"), col(Image.flaws) == nothing),
    "min_objects": lambda number: number <= _OBJECTS,
    "max_objects": lambda number: _OBJECTS.between(0, number),
}
_BOUND: dict[str, BindParameter[Any]] = {
    "q": bindparam("q", type_=String),
    "letters": bindparam("letters", type_=ARRAY(String)),
    "tag": bindparam("tag", type_=ARRAY(String(60))),
    "among": bindparam("among", type_=ARRAY(Uuid)),
    "flaws": bindparam("flaws", type_=ARRAY(String(20))),
    "flawless": bindparam("flawless", type_=ARRAY(String(20))),
    "min_objects": bindparam("min_objects", type_=Integer),
    "max_objects": bindparam("max_objects", type_=Integer),
}


def _escaped(word: str) -> str:
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _values(filters: ImageFilters) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if filters.q and len(filters.q) < TRIGRAM:
        values["letters"] = [f"%{_escaped(''.join(word))}%" for word in product(*({each.lower(), each.upper()} for each in filters.q))]
    elif filters.q:
        values["q"] = f"%{_escaped(filters.q)}%"
    if filters.tag:
        values["tag"] = [filters.tag]
    if filters.flaw == "none":
        values["flawless"] = []
    elif filters.flaw:
        values["flaws"] = [*FLAWS] if filters.flaw == "any" else [filters.flaw]
    if filters.among is not None:
        values["among"] = list(filters.among)
    if filters.min_objects is not None:
        values["min_objects"] = filters.min_objects
    if filters.max_objects is not None:
        values["max_objects"] = filters.max_objects
    return values


def conditions_of(filters: ImageFilters) -> list[ColumnElement[bool]]:
    """What the filters ask of an image."""
    stage = [_stage(filters.status)] if filters.status else []
    return [*stage, *(_CONDITIONS[name](_literal(name, value)) for name, value in _values(filters).items())]


def with_flaws(flaws: Sequence[Flaw]) -> ColumnElement[bool]:
    """Images that have one of the flaws."""
    return _CONDITIONS["flaws"](_literal("flaws", [*flaws]))


def _literal(name: str, value: Any) -> Any:
    return literal(value, _BOUND[name].type)


@dataclass(frozen=True)
class Shape:
    """All that changes the text of a page's statement."""

    sort: str
    descending: bool
    from_cursor: bool
    status: str | None
    trashed: bool
    asked: tuple[str, ...]
    access: ColumnElement[bool] | None = None

    @property
    def is_search(self) -> bool:
        """Whether something is asked that the index of the order does not know, and that few may fit."""
        return bool({"q", "tag", "among", "flaws"} & set(self.asked))

    @property
    def is_stepwise(self) -> bool:
        """Whether something is asked that no index knows."""
        return "letters" in self.asked

    def order(self, value: Any, identifier: Any) -> list[Any]:
        """The keys of this order."""
        return [value.desc(), identifier.desc()] if self.descending else [value.asc(), identifier.asc()]


def _walked(shape: Shape) -> Select[Any]:
    """The ids of a project's images from the cursor on, without their order."""
    value, identifier = _SORTS[shape.sort], col(Image.id)
    gone = col(Image.deleted_at)
    query: Select[Any] = select(identifier.label("id"), value.label("value")).where(
        col(Image.project_id) == bindparam("project_id", type_=Uuid), gone.is_not(None) if shape.trashed else gone.is_(None)
    )
    if shape.access is not None:
        query = query.where(shape.access)
    if shape.from_cursor:
        here = tuple_(bindparam("here", type_=_TYPES[shape.sort]), bindparam("here_id", type_=Uuid))
        place = tuple_(value, identifier)
        query = query.where(place < here if shape.descending else place > here)
    return query


def _asked(shape: Shape) -> list[ColumnElement[bool]]:
    return [*([_stage(shape.status)] if shape.status else []), *(_CONDITIONS[name](_BOUND[name]) for name in shape.asked)]


def _shown(found: Any, shape: Shape) -> Select[Any]:
    """The rows behind the ids that were found, in their order."""
    query = select(*COLUMNS, found.c.value).join_from(found, Image, col(Image.id) == found.c.id)
    return query.order_by(*shape.order(found.c.value, found.c.id))


_COUNT = bindparam("count", type_=Integer)


@lru_cache(maxsize=512)
def walking(shape: Shape) -> Select[Any]:
    """Walk the index of the order until the page is full."""
    query = _walked(shape).where(*_asked(shape)).order_by(*shape.order(_SORTS[shape.sort], col(Image.id)))
    return _shown(query.limit(_COUNT).subquery("found"), shape)


@lru_cache(maxsize=512)
def near(shape: Shape) -> Select[Any]:
    """Look through the next `NEAR` rows only."""
    window = _walked(shape).order_by(*shape.order(_SORTS[shape.sort], col(Image.id))).limit(NEAR)
    return _shown(window.subquery("found"), shape).where(*_asked(shape)).limit(_COUNT)


@lru_cache(maxsize=512)
def far(shape: Shape) -> Select[Any]:
    """Find all that fits, whatever the order, and sort that."""
    # The walk through an index alone looks cheap and is not, because comparing words is dear; no index carries the bytes.
    hits = _walked(shape).add_columns(col(Image.bytes)).where(*_asked(shape)).cte("hits").prefix_with("MATERIALIZED")
    found = select(hits).order_by(*shape.order(hits.c.value, hits.c.id)).limit(_COUNT).subquery("found")
    return _shown(found, shape)


@lru_cache(maxsize=512)
def stepping(shape: Shape) -> Select[Any]:
    """Walk the index of the order until the page is full, or `STEP` rows were compared."""
    window = _walked(shape).add_columns(and_(*_asked(shape)).label("fits"))
    rows = window.order_by(*shape.order(_SORTS[shape.sort], col(Image.id))).limit(STEP).subquery("rows")
    fitting = select(rows.c.id, rows.c.value).where(rows.c.fits).order_by(*shape.order(rows.c.value, rows.c.id))
    return _shown(fitting.limit(_COUNT).subquery("found"), shape)


@lru_cache(maxsize=512)
def step_end(shape: Shape) -> Select[Any]:
    """The (id, value) of the last row that `stepping` compares, if there are as many."""
    return _walked(shape).order_by(*shape.order(_SORTS[shape.sort], col(Image.id))).offset(STEP - 1).limit(1)


def _statement(shape: Shape) -> Select[Any]:
    if shape.is_search:
        return near(shape)
    return stepping(shape) if shape.is_stepwise else walking(shape)


def _going_on(page: Page[Any], request: PageRequest, end: Sequence[Any]) -> Page[Any]:
    """The page with the way on from a row that is not on it."""
    backwards = request.cursor is not None and request.cursor.backwards
    onward, back = (Cursor(*_place(end), backwards=way).encode() for way in (backwards, not backwards))
    if backwards:
        return replace(page, prev_cursor=onward, next_cursor=page.next_cursor or back)
    return replace(page, next_cursor=onward, prev_cursor=page.prev_cursor or (back if request.cursor else None))


def _cursor_value(sort: str, word: Any) -> Any:
    kinds: dict[str, tuple[type, ...]] = {"createdAt": (str,), "name": (str,), "objectCount": (int,), "doubt": (int, float)}
    if not isinstance(word, kinds[sort]):
        raise Invalid("The cursor belongs to another order; start again without it.")
    try:
        return datetime.fromisoformat(str(word)) if sort == "createdAt" else word
    except ValueError as error:
        raise Invalid("The cursor belongs to another order; start again without it.") from error


def _place(row: Sequence[Any]) -> tuple[Any, UUID]:
    value = row[-1]
    return (value.isoformat() if isinstance(value, datetime) else value), row[0]


async def page(
    fetch: Fetch, project_id: UUID, filters: ImageFilters, request: PageRequest, viewer: Viewer | None = None
) -> Page[Sequence[Any]]:
    """One page in the order that the filters ask for, by keyset on (value, id): rows of COLUMNS.

    With a viewer it is empty also for who may not see the project, which is then for the caller to tell apart.
    """
    sort, cursor, asked = filters.sort.removeprefix("-"), request.cursor, _values(filters)
    down = filters.sort.startswith("-") != (cursor is not None and cursor.backwards)
    access = may_view(viewer) if viewer else None
    shape = Shape(sort, down, cursor is not None, filters.status, filters.trashed, tuple(asked), access)
    values = {"project_id": project_id, "count": request.limit + 1, **asked}
    if viewer:
        values |= values_of(viewer)
    if cursor:
        values |= {"here": _cursor_value(sort, cursor.value), "here_id": cursor.id}
    rows = await fetch(_statement(shape), values)
    if len(rows) > request.limit:
        return paginate(rows, request, _place)
    if shape.is_search:
        rows = await fetch(far(shape), values)
    found = paginate(rows, request, _place)
    end = await fetch(step_end(shape), values) if shape.is_stepwise and not shape.is_search else ()
    return _going_on(found, request, end[0]) if end else found
