"""One change in many images at once, a revision in each: objects are deleted or get a class, and come back when it is taken back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, SmallInteger, and_, cast, exists, func, insert, literal, null, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlalchemy.types import Uuid
from sqlmodel import col

from cellhub_app.core.errors import Conflict
from cellhub_app.core.ids import new_id
from cellhub_app.domain.access import Principal
from cellhub_app.domain.annotations import news, repository
from cellhub_app.domain.annotations.appending import Place
from cellhub_app.models.annotation import Object, Revision, RevisionKind, Segmentation
from cellhub_app.models.image import Image

_KEPT = ("id", "parents", "score", "doubt", "area_px", "bbox", "geometry", "measures_version", "measures")


class ObjectsMoved(Conflict):
    """Somebody changed some of the chosen objects in between."""

    code, title = "objectsMoved", "Somebody changed some of these objects first"


@dataclass(frozen=True)
class Sweeping:
    """What was done: the id that takes it back, and how much it was."""

    change_id: UUID
    images: int
    objects: int


async def sweep(
    session: AsyncSession, principal: Principal, project_id: UUID, chosen: Mapping[UUID, Sequence[UUID]], class_id: int | None, note: str
) -> Sweeping:
    """Delete the chosen objects (by segmentation), or give them a class. The caller has asked who may. Raises ObjectsMoved."""
    places = await repository.locked(session, project_id, list(chosen))
    pairs = [(segmentation_id, key) for segmentation_id, ids in chosen.items() for key in ids]
    removed = await _remove(session, _named(pairs))
    if sum(removed.values()) != len(pairs):
        raise ObjectsMoved("Nothing was changed. The page shows them as they are now: look once more, then try again.")
    added: Counter[UUID] = Counter()
    if class_id is not None:
        just_removed = col(Object.removed_revision) == col(Segmentation.head) + 1
        added = await _add(session, _copies(cast(literal(class_id), SmallInteger)).where(just_removed, _named(pairs)))
    return await _written(session, principal, places, added, removed, note, {})


async def take_back(session: AsyncSession, principal: Principal, project_id: UUID, change_id: UUID) -> Sweeping:
    """Bring back what the caller's own change removed, and remove what it added, where it still is so. Raises ObjectsMoved."""
    done = await repository.edits_with_id(session, project_id, principal.user_id, change_id)
    places = await repository.locked(session, project_id, list(done))
    numbers = [(segmentation_id, number) for segmentation_id, number in done.items() if segmentation_id in {one.id for one, _ in places}]
    present = col(Object.removed_revision).is_(None)
    removed = await _remove(session, and_(_in(col(Object.added_revision), numbers), present))
    other = aliased(Object)
    there = exists().where(
        col(other.segmentation_id) == col(Object.segmentation_id), col(other.id) == col(Object.id), col(other.removed_revision).is_(None)
    )
    added = await _add(session, _copies(col(Object.class_id)).where(_in(col(Object.removed_revision), numbers), ~there))
    if not added and not removed:
        raise ObjectsMoved("There is nothing left to take back: this change was undone already, or its objects were changed since.")
    changed = [(place, image) for place, image in places if place.id in added or place.id in removed]
    return await _written(session, principal, changed, added, removed, "Change of many images taken back", dict(numbers))


def _in(number: SQLCoreOperations[int] | SQLCoreOperations[int | None], pairs: Sequence[tuple[UUID, int]]) -> ColumnElement[bool]:
    listed = func.unnest(
        literal([segmentation_id for segmentation_id, _ in pairs], ARRAY(Uuid)), literal([one for _, one in pairs], ARRAY(Integer))
    )
    rows = listed.table_valued("segmentation_id", "number").render_derived()
    return tuple_(col(Object.segmentation_id), number).in_(select(rows.c.segmentation_id, rows.c.number))


def _named(pairs: Sequence[tuple[UUID, UUID]]) -> ColumnElement[bool]:
    listed = func.unnest(literal([first for first, _ in pairs], ARRAY(Uuid)), literal([second for _, second in pairs], ARRAY(Uuid)))
    rows = listed.table_valued("segmentation_id", "id").render_derived()
    return tuple_(col(Object.segmentation_id), col(Object.id)).in_(select(rows.c.segmentation_id, rows.c.id))


def _copies(class_id: SQLCoreOperations[int]) -> Select[tuple[object, ...]]:
    """Objects as they would be added by the next revision of their segmentation."""
    kept = [getattr(Object, name) for name in _KEPT]
    columns = [col(Object.segmentation_id), col(Segmentation.head) + 1, null(), class_id, *kept]
    return select(*columns).join(Segmentation, col(Segmentation.id) == col(Object.segmentation_id))


async def _remove(session: AsyncSession, which: ColumnElement[bool]) -> Counter[UUID]:
    """Mark present objects as removed by the next revision; segmentation -> how many."""
    here = col(Segmentation.id) == col(Object.segmentation_id)
    statement = (
        update(Object).where(here, which, col(Object.removed_revision).is_(None)).values(removed_revision=col(Segmentation.head) + 1)
    )
    done = await session.execute(statement.returning(col(Object.segmentation_id)).execution_options(synchronize_session=False))
    return Counter(done.scalars())


async def _add(session: AsyncSession, query: Select[tuple[object, ...]]) -> Counter[UUID]:
    names = ["segmentation_id", "added_revision", "removed_revision", "class_id", *_KEPT]
    statement = insert(Object).from_select(names, query).returning(col(Object.segmentation_id))
    return Counter((await session.execute(statement)).scalars())


async def _written(
    session: AsyncSession,
    principal: Principal,
    places: Sequence[tuple[Segmentation, Image]],
    added: Counter[UUID],
    removed: Counter[UUID],
    note: str,
    undoes: Mapping[UUID, int],
) -> Sweeping:
    """The revisions, one in each segmentation, and the news of them."""
    change_id = new_id()
    before = await repository.counts_at_head(session, [place.id for place, _ in places])
    for place, image in places:
        more = added[place.id] - removed[place.id]
        place.head += 1
        image.object_count = (image.object_count or 0) + more
        image.revision = place.head if place.frame == 0 else image.revision
        entry = Revision(
            segmentation_id=place.id, number=place.head, kind=RevisionKind.EDIT, author_id=principal.user_id, edit_id=change_id,
            undoes=undoes.get(place.id), note=note, added=added[place.id], removed=removed[place.id],
            object_count=before.get(place.id, 0) + more,
        )  # fmt: skip
        session.add(entry)
        news.tell(session, Place.of(image, place), entry, image.object_count)
    await session.flush()
    return Sweeping(change_id, len({image.id for _, image in places}), max(sum(added.values()), sum(removed.values())))
