"""The step that every change of a frame ends with, in one statement: objects, revision, head and the image's figures.

An edit is felt: on a busy server it is the number of round trips to the database that takes the time, not what they do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import Boolean, Integer, bindparam, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid
from sqlmodel import col

from cellhub_app.domain.access import SEES_EVERY_PROJECT, Principal, granted_role
from cellhub_app.domain.annotations import repository
from cellhub_app.domain.annotations.schemas import NewObject
from cellhub_app.models.annotation import Revision, Segmentation
from cellhub_app.models.image import Image
from cellhub_app.models.project import Project

IN_ONE_STATEMENT = 200
_GRANTED = granted_role(col(Image.project_id), bindparam("user_id", type_=Uuid))
_PLACE = (
    select(
        col(Image.id), col(Image.project_id), col(Image.width), col(Image.height), col(Segmentation.id), col(Segmentation.frame),
        col(Segmentation.head), _GRANTED.label("granted"),
    )
    .join(Project, col(Project.id) == col(Image.project_id))
    .join(Segmentation, col(Segmentation.image_id) == col(Image.id))
    .where(col(Image.id) == bindparam("image_id", type_=Uuid), col(Segmentation.frame) == bindparam("frame", type_=Integer))
    .where(col(Image.deleted_at).is_(None), col(Project.deleted_at).is_(None))
    .where(or_(bindparam("sees_all", type_=Boolean), _GRANTED.is_not(None)))
    .with_for_update(of=Segmentation)
)  # fmt: skip
_KNOWN = text("""
    select null as id, number as revision from revision where segmentation_id = :segmentation_id and edit_id = :edit_id
    union all
    select id, added_revision from object
    where segmentation_id = :segmentation_id and removed_revision is null and id = any(cast(:ids as uuid[]))
""")
_APPEND = text("""
    with gone as (
        update object set removed_revision = :number
        where segmentation_id = :segmentation_id and removed_revision is null and added_revision < :number
            and id = any(cast(:gone as uuid[]))
        returning id
    ), come as (
        insert into object (segmentation_id, added_revision, id, parents, class_id, score, doubt, area_px, bbox, geometry,
            measures_version, measures)
        select :segmentation_id, :number, one.id, cast(one.parents as uuid[]), one.class_id, one.score, one.doubt, one.area_px,
            cast(one.bbox as real[]), one.geometry, one.measures_version, cast(one.measures as real[])
        from unnest(cast(:ids as uuid[]), cast(:parents as text[]), cast(:class_id as smallint[]), cast(:score as real[]),
            cast(:doubt as real[]), cast(:area_px as real[]), cast(:bbox as text[]), cast(:geometry as bytea[]),
            cast(:measures_version as smallint[]), cast(:measures as text[]))
            as one(id, parents, class_id, score, doubt, area_px, bbox, geometry, measures_version, measures)
    ), moved as (
        update segmentation set head = :number where id = :segmentation_id
    ), counted as (
        select cast(:added as integer) as added, cast(count(*) as integer) as removed from gone
    ), shown as (
        update image set revision = case when :frame = 0 then :number else image.revision end,
            object_count = counted.added - counted.removed + coalesce(image.object_count, (
                select count(*) from object join segmentation on segmentation.id = object.segmentation_id
                where segmentation.image_id = :image_id and object.removed_revision is null
                    and (object.segmentation_id, object.added_revision) <> (:segmentation_id, :number)))
        from counted where image.id = :image_id returning image.object_count
    ), noted as (
        insert into revision (id, segmentation_id, number, kind, author_id, job_id, edit_id, undoes, parameters, note, created_at,
            added, removed, object_count)
        select :id, :segmentation_id, :number, :kind, cast(:author_id as uuid), cast(:job_id as uuid), cast(:edit_id as uuid),
            cast(:undoes as integer), :parameters, :note, :created_at, counted.added, counted.removed,
            counted.added - counted.removed + coalesce((
                select before.object_count from revision as before
                where before.segmentation_id = :segmentation_id and before.number = :number - 1), 0)
        from counted returning removed, object_count
    )
    select noted.removed, noted.object_count, shown.object_count as in_image from noted, shown
""")
_ENTRY = ("id", "segmentation_id", "number", "kind", "author_id", "job_id", "edit_id", "undoes", "note", "created_at")


@dataclass
class Place:
    """Where a change goes: a frame of an image, and the number of its newest revision."""

    image_id: UUID
    project_id: UUID
    width: int | None
    height: int | None
    segmentation_id: UUID
    frame: int
    head: int

    @classmethod
    def of(cls, image: Image, segmentation: Segmentation) -> "Place":
        """The place of rows that are at hand."""
        return cls(image.id, image.project_id, image.width, image.height, segmentation.id, segmentation.frame, segmentation.head)


async def held_place(session: AsyncSession, principal: Principal, image_id: UUID, frame: int) -> tuple[Place, str | None] | None:
    """The place, held against other changes until the transaction ends, and the role that was granted to the caller in its project.

    None where the caller may not see the image, and where nothing was ever stored for the frame.
    """
    values = {"image_id": image_id, "frame": frame, "user_id": principal.user_id, "sees_all": principal.role in SEES_EVERY_PROJECT}
    row = (await session.execute(_PLACE, values)).one_or_none()
    return None if row is None else (Place(*row[:-1]), row.granted)


async def known(session: AsyncSession, place: Place, edit_id: UUID, ids: Sequence[UUID]) -> tuple[int | None, dict[UUID, int]]:
    """The revision that an edit made, if it came before; and those of the named objects that exist now, with what added them."""
    rows = await session.execute(_KNOWN, {"segmentation_id": place.segmentation_id, "edit_id": edit_id, "ids": list(ids)})
    found: dict[UUID | None, int] = {row.id: row.revision for row in rows}
    earlier = found.pop(None, None)
    return earlier, {key: revision for key, revision in found.items() if key is not None}


async def append(session: AsyncSession, place: Place, entry: Revision, removed: Sequence[UUID], added: Sequence[NewObject]) -> int:
    """Write a revision with what it removes and adds; answers how many objects the image has then, in all its frames.

    The entry is no row of the session, but gets the figures of the one that is written.
    """
    few = list(added) if len(added) <= IN_ONE_STATEMENT else []
    if len(few) < len(added):
        await repository.add_objects(session, [(place.segmentation_id, entry.number, new) for new in added])
    values = {name: getattr(entry, name) for name in _ENTRY} | _columns(few)
    values |= {"image_id": place.image_id, "frame": place.frame, "gone": list(removed), "added": len(added)}
    row = (await session.execute(_APPEND, values | {"parameters": Jsonb(entry.parameters)})).one()
    place.head = entry.number
    entry.added, entry.removed, entry.object_count = len(added), row.removed, row.object_count
    return int(row.in_image)


def _columns(objects: Sequence[NewObject]) -> dict[str, object]:
    """The objects as one array for each column; arrays within are text, because SQL has no arrays of unequal arrays."""
    plain = ("class_id", "score", "doubt", "area_px", "geometry", "measures_version")
    columns: dict[str, object] = {name: [getattr(new, name) for new in objects] for name in plain}
    nested = {name: [repository.array_text(getattr(new, name)) for new in objects] for name in ("parents", "bbox", "measures")}
    return columns | nested | {"ids": [new.id for new in objects]}
