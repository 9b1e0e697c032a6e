"""Queries about segmentations: every state is read from one append-only log."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Row, Select, all_, and_, any_, distinct, exists, func, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.types import Uuid
from sqlmodel import col

from cellhub_app.core.db import copy_rows
from cellhub_app.core.ids import new_id, now
from cellhub_app.core.pagination import Page, PageRequest, paginate
from cellhub_app.domain.access import Viewer, readable_projects
from cellhub_app.domain.annotations.schemas import NewObject
from cellhub_app.models.annotation import Object, Revision, RevisionKind, Segmentation
from cellhub_app.models.image import Image
from cellhub_app.models.job import Job
from cellhub_app.models.user import User

Told = Row[Revision, str | None, str | None] | tuple[Revision, str | None, str | None]
COLUMNS = (
    "segmentation_id", "id", "added_revision", "parents", "class_id", "score", "doubt",
    "area_px", "bbox", "geometry", "measures_version", "measures",
)  # fmt: skip


def present_at(revision: int | None) -> ColumnElement[bool]:
    """Objects that exist at a revision (None: now)."""
    if revision is None:
        return col(Object.removed_revision).is_(None)
    removed = col(Object.removed_revision)
    return and_(col(Object.added_revision) <= revision, or_(removed.is_(None), removed > revision))


async def readable_image(session: AsyncSession, principal: Viewer, image_id: UUID) -> Image | None:
    """An image that the caller may see."""
    query = select(Image).where(col(Image.id) == image_id, col(Image.deleted_at).is_(None))
    return (await session.execute(query.where(col(Image.project_id).in_(readable_projects(principal))))).scalar_one_or_none()


async def present_image(session: AsyncSession, image_id: UUID) -> Image | None:
    """An image that was not deleted, whoever asks."""
    query = select(Image).where(col(Image.id) == image_id, col(Image.deleted_at).is_(None))
    return (await session.execute(query)).scalar_one_or_none()


async def segmentation(session: AsyncSession, image_id: UUID, frame: int) -> Segmentation | None:
    """The segmentation of an image's frame."""
    query = select(Segmentation).where(col(Segmentation.image_id) == image_id, col(Segmentation.frame) == frame)
    return (await session.execute(query)).scalar_one_or_none()


async def ensure_segmentations(session: AsyncSession, places: Iterable[tuple[UUID, int]]) -> dict[tuple[UUID, int], Segmentation]:
    """The segmentations of (image, frame) pairs, made where missing, locked in a fixed order."""
    wanted = sorted(set(places))
    rows = [{"id": new_id(), "image_id": image, "frame": frame, "head": 0, "created_at": now()} for image, frame in wanted]
    await session.execute(insert(Segmentation).values(rows).on_conflict_do_nothing())
    query = select(Segmentation).where(tuple_(col(Segmentation.image_id), col(Segmentation.frame)).in_(wanted))
    found = (await session.execute(query.order_by(col(Segmentation.id)).with_for_update())).scalars()
    return {(row.image_id, row.frame): row for row in found}


async def hold_segmentations(session: AsyncSession, places: Iterable[tuple[UUID, int]]) -> None:
    """Let nobody else change these (image, frame) pairs until the transaction ends; call it before images are locked, as edits do."""
    query = select(col(Segmentation.id)).where(tuple_(col(Segmentation.image_id), col(Segmentation.frame)).in_(sorted(set(places))))
    await session.execute(query.order_by(col(Segmentation.id)).with_for_update())


async def remove_present(
    session: AsyncSession, segmentation_id: UUID, revision: int, ids: Sequence[UUID] | None = None, but: Sequence[UUID] = ()
) -> int:
    """Mark the present objects (all, or those named, `but` some) as removed by a revision; answers how many."""
    statement = update(Object).where(col(Object.segmentation_id) == segmentation_id, present_at(None))
    if ids is not None:
        statement = statement.where(col(Object.id) == any_(literal(list(ids), ARRAY(Uuid))))
    if but:
        statement = statement.where(col(Object.id) != all_(literal(list(but), ARRAY(Uuid))))
    statement = statement.values(removed_revision=revision).returning(col(Object.id)).execution_options(synchronize_session=False)
    return len((await session.execute(statement)).all())


async def add_objects(session: AsyncSession, rows: Iterable[tuple[UUID, int, NewObject]]) -> None:
    """Write (segmentation, revision, object) rows with COPY."""
    await copy_rows(
        session,
        "object",
        COLUMNS,
        (
            (
                segmentation_id, new.id, revision, list(new.parents), new.class_id, new.score, new.doubt,
                new.area_px, array_text(new.bbox), new.geometry, new.measures_version, array_text(new.measures),
            )
            for segmentation_id, revision, new in rows
        ),
    )  # fmt: skip


def array_text(values: Iterable[object]) -> str:
    """An array as PostgreSQL reads it: a third of the time that the driver takes for a list of floats."""
    return "{" + ",".join(map(str, values)) + "}"


async def objects(session: AsyncSession, segmentation_id: UUID, revision: int | None) -> Sequence[Object]:
    """The objects at a revision (None: now), in the order of their making."""
    query = select(Object).where(col(Object.segmentation_id) == segmentation_id, present_at(revision))
    return (await session.execute(query.order_by(col(Object.id)))).scalars().all()


class Measured(NamedTuple):
    """What measurements tell of an object."""

    id: UUID
    class_id: int
    score: float | None
    doubt: float | None
    measures: Sequence[float]
    removed_revision: int | None


async def measured(session: AsyncSession, segmentation_id: UUID, revision: int | None, ids: Sequence[UUID] | None = None) -> list[Measured]:
    """The objects of now that are named, else those at a revision (None: now), in the order of their making."""
    query = select(*(getattr(Object, name) for name in Measured._fields)).where(col(Object.segmentation_id) == segmentation_id)
    if ids is None:
        query = query.where(present_at(revision))
    else:
        query = query.where(present_at(None), col(Object.id) == any_(literal(list(ids), ARRAY(Uuid))))
    return [Measured(*row) for row in (await session.execute(query.order_by(col(Object.id)))).all()]


async def present_versions(session: AsyncSession, segmentation_id: UUID, ids: Sequence[UUID]) -> dict[UUID, int]:
    """Those of the named objects that exist now, with the revision that added them as they are."""
    query = select(col(Object.id), col(Object.added_revision)).where(col(Object.segmentation_id) == segmentation_id, present_at(None))
    rows = await session.execute(query.where(col(Object.id) == any_(literal(list(ids), ARRAY(Uuid)))))
    return {row.id: row.added_revision for row in rows}


async def versions(session: AsyncSession, segmentation_id: UUID, ids: Sequence[UUID]) -> Sequence[Object]:
    """All that the named objects were at any time, newest first."""
    query = select(Object).where(col(Object.segmentation_id) == segmentation_id, col(Object.id) == any_(literal(list(ids), ARRAY(Uuid))))
    return (await session.execute(query.order_by(col(Object.added_revision).desc()))).scalars().all()


async def fate(session: AsyncSession, segmentation_id: UUID, object_id: UUID) -> tuple[UUID | None, list[UUID]]:
    """Who removed an object, and which present objects descend from it."""
    same_segmentation = col(Object.segmentation_id) == col(Revision.segmentation_id)
    removed = (
        select(col(Revision.author_id))
        .join(Object, and_(same_segmentation, col(Object.removed_revision) == col(Revision.number)))
        .where(col(Object.segmentation_id) == segmentation_id, col(Object.id) == object_id)
        .order_by(col(Revision.number).desc())
        .limit(1)
    )
    children = select(col(Object.id)).where(
        col(Object.segmentation_id) == segmentation_id, present_at(None), literal(object_id) == any_(col(Object.parents))
    )
    author = (await session.execute(removed)).scalar_one_or_none()
    return author, list((await session.execute(children)).scalars())


async def edit_with_id(session: AsyncSession, segmentation_id: UUID, edit_id: UUID) -> Revision | None:
    """The revision that an edit made, if it came before."""
    query = select(Revision).where(col(Revision.segmentation_id) == segmentation_id, col(Revision.edit_id) == edit_id)
    return (await session.execute(query)).scalar_one_or_none()


def _all_told() -> Select[Revision, str | None, str | None]:
    """Revisions, each with the name of its author and of who asked for its run."""
    author, starter = aliased(User), aliased(User)
    query = select(Revision, col(author.name), col(starter.name)).outerjoin(author, col(author.id) == col(Revision.author_id))
    return query.outerjoin(Job, col(Job.id) == col(Revision.job_id)).outerjoin(starter, col(starter.id) == col(Job.user_id))


def _told(segmentation_id: UUID) -> Select[Revision, str | None, str | None]:
    return _all_told().where(col(Revision.segmentation_id) == segmentation_id).order_by(col(Revision.number).desc())


async def newest(session: AsyncSession, image_id: UUID) -> dict[int, Told]:
    """Frame -> its newest revision with the names of its people; nothing for frames without one."""
    is_newest = and_(col(Segmentation.id) == col(Revision.segmentation_id), col(Segmentation.head) == col(Revision.number))
    query = _all_told().join(Segmentation, is_newest).add_columns(col(Segmentation.frame))
    rows = (await session.execute(query.where(col(Segmentation.image_id) == image_id))).all()
    return {frame: (revision, author, starter) for revision, author, starter, frame in rows}


async def frame_of(session: AsyncSession, image_id: UUID, object_id: UUID) -> int | None:
    """The frame of an image that has an object, or had it; None where there never was one."""
    query = select(col(Segmentation.frame)).join(Object, col(Object.segmentation_id) == col(Segmentation.id))
    query = query.where(col(Segmentation.image_id) == image_id, col(Object.id) == object_id).limit(1)
    return (await session.execute(query)).scalar_one_or_none()


async def revisions(session: AsyncSession, segmentation_id: UUID, *, before: int | None = None, limit: int | None = None) -> Sequence[Told]:
    """Revisions with the names of their people, newest first: all, or so many below a number."""
    query = _told(segmentation_id)
    if before is not None:
        query = query.where(col(Revision.number) < before)
    return (await session.execute(query.limit(limit))).all()


async def revisions_named(session: AsyncSession, segmentation_id: UUID, numbers: Iterable[int]) -> Sequence[Told]:
    """Those of the revisions that there are, newest first."""
    query = _told(segmentation_id).where(col(Revision.number) == any_(literal(sorted(numbers), ARRAY(Integer))))
    return (await session.execute(query)).all()


async def replacements(session: AsyncSession, segmentation_id: UUID, numbers: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Revision -> how many of the objects it added stand for some that it removed, and for how many of those; none where there are none."""
    of_these = col(Object.added_revision) == any_(literal(list(numbers), ARRAY(Integer)))
    origin = func.unnest(func.array_append(col(Object.parents), col(Object.id))).label("origin")
    new = (
        select(col(Object.id), col(Object.added_revision), origin)
        .where(col(Object.segmentation_id) == segmentation_id, of_these)
        .subquery()
    )
    old = aliased(Object)
    stands_for = and_(col(old.id) == new.c.origin, col(old.removed_revision) == new.c.added_revision)
    query = select(new.c.added_revision, func.count(distinct(new.c.id)), func.count(distinct(col(old.id))))
    query = query.join(old, stands_for).where(col(old.segmentation_id) == segmentation_id).group_by(new.c.added_revision)
    return {number: (added, removed) for number, added, removed in (await session.execute(query)).all()}


class Touched(NamedTuple):
    """What a comparison needs of an object: not its measures, which take most of the time to read."""

    id: UUID
    added_revision: int
    removed_revision: int | None
    parents: list[UUID]
    class_id: int
    score: float | None
    doubt: float | None
    area_px: float
    geometry: bytes


async def touched(session: AsyncSession, segmentation_id: UUID, low: int, high: int) -> list[Touched]:
    """The objects that were added or removed after one revision and up to another, oldest first."""
    added, removed = col(Object.added_revision), col(Object.removed_revision)
    within = or_(and_(added > low, added <= high), and_(removed > low, removed <= high))
    query = select(*(getattr(Object, name) for name in Touched._fields)).where(col(Object.segmentation_id) == segmentation_id, within)
    return [Touched(*row) for row in (await session.execute(query.where(added <= high).order_by(added, col(Object.id)))).all()]


async def line_of(session: AsyncSession, segmentation_id: UUID, object_id: UUID, most: int) -> Sequence[Object]:
    """An object and what it came from, newest first, `most` states at most; nothing for an object that there never was."""
    first = select(literal(object_id, Uuid).label("id")).cte("line", recursive=True)
    parents = select(func.unnest(col(Object.parents))).join(first, col(Object.id) == first.c.id)
    line = first.union(parents.where(col(Object.segmentation_id) == segmentation_id))
    # A limit inside: who merges thousands of objects again and again must not make the walk endless.
    known = select(line.c.id).limit(most).subquery()
    query = select(Object).where(col(Object.segmentation_id) == segmentation_id, col(Object.id).in_(select(known.c.id)))
    return (await session.execute(query.order_by(col(Object.added_revision).desc(), col(Object.id)).limit(most))).scalars().all()


async def revision(session: AsyncSession, segmentation_id: UUID, number: int) -> Revision | None:
    """One revision."""
    query = select(Revision).where(col(Revision.segmentation_id) == segmentation_id, col(Revision.number) == number)
    return (await session.execute(query)).scalar_one_or_none()


async def edits_by(session: AsyncSession, segmentation_id: UUID, author_id: UUID, limit: int) -> Sequence[Revision]:
    """Somebody's newest edits, oldest first."""
    mine = and_(col(Revision.author_id) == author_id, col(Revision.edit_id).is_not(None))
    query = select(Revision).where(col(Revision.segmentation_id) == segmentation_id, mine)
    return (await session.execute(query.order_by(col(Revision.number).desc()).limit(limit))).scalars().all()[::-1]


async def changed_by(session: AsyncSession, segmentation_id: UUID, number: int) -> tuple[list[Object], list[Object]]:
    """The objects that a revision removed, and those that it added."""
    is_changed = or_(col(Object.removed_revision) == number, col(Object.added_revision) == number)
    query = select(Object).where(col(Object.segmentation_id) == segmentation_id, is_changed).order_by(col(Object.id))
    rows = (await session.execute(query)).scalars().all()
    return [row for row in rows if row.removed_revision == number], [row for row in rows if row.added_revision == number]


async def corrected_revision(session: AsyncSession, segmentation_id: UUID) -> int | None:
    """The newest revision that a person made, by editing or by bringing polygons along."""
    query = select(func.max(col(Revision.number))).where(col(Revision.segmentation_id) == segmentation_id, _by_hand())
    return (await session.execute(query)).scalar_one()


async def corrected_frames(session: AsyncSession, image_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Image -> the frame in which a person made a revision last; nothing for images in which nobody did."""
    image = col(Segmentation.image_id)
    query = select(image, col(Segmentation.frame)).join(Revision, col(Revision.segmentation_id) == col(Segmentation.id))
    query = query.where(image.in_(set(image_ids)), _by_hand()).ext(distinct_on(image))
    newest = query.order_by(image, col(Revision.created_at).desc(), col(Revision.id).desc())
    return {row[0]: row[1] for row in (await session.execute(newest)).all()}


def _by_hand() -> ColumnElement[bool]:
    return col(Revision.kind).in_((RevisionKind.EDIT, RevisionKind.IMPORT))


async def made_by_job(session: AsyncSession, segmentation_id: UUID, job_id: UUID) -> bool:
    """Whether a job has made its revision already."""
    query = select(exists().where(col(Revision.segmentation_id) == segmentation_id, col(Revision.job_id) == job_id))
    return bool((await session.execute(query)).scalar())


async def revision_exists(session: AsyncSession, segmentation_id: UUID, number: int) -> bool:
    """Whether there is such a revision."""
    query = select(exists().where(col(Revision.segmentation_id) == segmentation_id, col(Revision.number) == number))
    return bool((await session.execute(query)).scalar())


async def present_ids(session: AsyncSession, segmentation_id: UUID) -> list[UUID]:
    """The objects that a frame has now."""
    query = select(col(Object.id)).where(col(Object.segmentation_id) == segmentation_id, present_at(None))
    return list((await session.execute(query)).scalars())


async def in_other_frames(session: AsyncSession, places: Iterable[tuple[UUID, int]]) -> dict[UUID, int]:
    """Image -> how many objects it has now in all frames but these (image, frame) pairs; nothing for images that have none there."""
    but = sorted(set(places))
    query = select(col(Segmentation.image_id), func.count()).join(Object, col(Object.segmentation_id) == col(Segmentation.id))
    query = query.where(col(Segmentation.image_id).in_({image for image, _ in but}), present_at(None))
    query = query.where(tuple_(col(Segmentation.image_id), col(Segmentation.frame)).not_in(but))
    return {row[0]: row[1] for row in (await session.execute(query.group_by(col(Segmentation.image_id)))).all()}


async def counts_at_head(session: AsyncSession, segmentation_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Segmentation -> how many objects its newest revision left."""
    query = select(col(Segmentation.id), col(Revision.object_count)).join(Revision, col(Revision.segmentation_id) == col(Segmentation.id))
    query = query.where(col(Segmentation.id).in_(segmentation_ids), col(Revision.number) == col(Segmentation.head))
    return {row[0]: row[1] for row in (await session.execute(query)).all()}


async def project_objects(session: AsyncSession, project_id: UUID, request: PageRequest) -> Page[tuple[Object, Image]]:
    """One page of all present objects of a project, by object id descending, with their images."""
    cursor = request.cursor
    backwards = cursor is not None and cursor.backwards
    query = (
        select(Object, Image)
        .join(Segmentation, col(Segmentation.id) == col(Object.segmentation_id))
        .join(Image, col(Image.id) == col(Segmentation.image_id))
        .where(col(Image.project_id) == project_id, col(Image.deleted_at).is_(None), present_at(None))
    )
    if cursor is not None:
        query = query.where(col(Object.id) > cursor.id if backwards else col(Object.id) < cursor.id)
    order = col(Object.id).asc() if backwards else col(Object.id).desc()
    rows = (await session.execute(query.order_by(order).limit(request.limit + 1))).all()
    found = paginate(rows, request, lambda row: ("", row[0].id))
    return Page([(row[0], row[1]) for row in found.data], found.next_cursor, found.prev_cursor)


async def locked(session: AsyncSession, project_id: UUID, ids: Sequence[UUID]) -> Sequence[tuple[Segmentation, Image]]:
    """Those of the segmentations that belong to images of a project, locked in a fixed order."""
    query = select(Segmentation, Image).join(Image, col(Image.id) == col(Segmentation.image_id))
    query = query.where(col(Segmentation.id) == any_(literal(list(ids), ARRAY(Uuid))), col(Image.project_id) == project_id)
    query = query.where(col(Image.deleted_at).is_(None)).order_by(col(Segmentation.id)).with_for_update()
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


async def edits_with_id(session: AsyncSession, project_id: UUID, author_id: UUID, edit_id: UUID) -> dict[UUID, int]:
    """Segmentation -> number of the revision that somebody's edit of this id made there, in all images of a project."""
    query = select(col(Revision.segmentation_id), col(Revision.number))
    query = query.join(Segmentation, col(Segmentation.id) == col(Revision.segmentation_id))
    query = query.join(Image, col(Image.id) == col(Segmentation.image_id)).where(col(Image.project_id) == project_id)
    query = query.where(col(Revision.edit_id) == edit_id, col(Revision.author_id) == author_id)
    return {row[0]: row[1] for row in (await session.execute(query)).all()}
