"""Polygons as viewers and scripts ask for them: access, revision and objects in one statement, which sees one state of the database."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, Integer, Select, and_, bindparam, exists, or_, select
from sqlmodel import col

from cellhub_app.core.geometry import codec
from cellhub_app.core.reading import Fetch
from cellhub_app.domain.access import Sight, Viewer, may_see, sight_of, values_of
from cellhub_app.domain.annotations.service import ImageNotFound, RevisionNotFound
from cellhub_app.models.annotation import Object, Revision, Segmentation
from cellhub_app.models.image import Image


class Outline(NamedTuple):
    """What a viewer needs of an object; `geometry` as core/geometry/codec.py packs it."""

    id: UUID
    score: float | None
    doubt: float | None
    area_px: float
    class_id: int
    geometry: bytes


def _of_image(query: Select[int], sight: Sight) -> Select[int]:
    """Join an image that the caller may see to the segmentation of one of its frames, if there is one."""
    is_frame = and_(col(Segmentation.image_id) == col(Image.id), col(Segmentation.frame) == bindparam("frame"))
    query = query.select_from(Image).join(Segmentation, is_frame, isouter=True)
    here = (col(Image.id) == bindparam("image_id"), col(Image.deleted_at).is_(None))
    return query.where(*here, may_see(col(Image.project_id), sight))


@lru_cache
def _head(sight: Sight) -> Select[int]:
    return _of_image(select(col(Segmentation.head)), sight)


@lru_cache
def _objects(sight: Sight, *, now: bool) -> Select[int]:
    """(revision, is it there) and an outline a row; at least one row, without an outline, for an image that may be seen."""
    number: BindParameter[int] = bindparam("revision", type_=Integer)
    removed = col(Object.removed_revision)
    known = exists().where(col(Revision.segmentation_id) == col(Segmentation.id), col(Revision.number) == number)
    present = removed.is_(None) if now else and_(col(Object.added_revision) <= number, or_(removed.is_(None), removed > number))
    columns = [getattr(Object, name) for name in Outline._fields]
    which = (col(Segmentation.head), col(Segmentation.id).is_not(None)) if now else (number, known)
    query = _of_image(select(*which, *columns), sight)
    joined = query.join(Object, and_(col(Object.segmentation_id) == col(Segmentation.id), present), isouter=True)
    return joined.order_by(col(Object.id))


async def head(fetch: Fetch, principal: Viewer, image_id: UUID, frame: int = 0) -> int:
    """The newest revision's number, 0 when there is none. Raises ImageNotFound."""
    values = {"image_id": image_id, "frame": frame, **values_of(principal)}
    rows = await fetch(_head(sight_of(principal)), values)
    if not rows:
        raise ImageNotFound
    return rows[0][0] or 0


async def at_revision(
    fetch: Fetch, principal: Viewer, image_id: UUID, frame: int = 0, revision: int | None = None
) -> tuple[int, Sequence[Outline]]:
    """The revision (None asks for the newest, 0 is before the first) and its outlines, in the order of their making.

    Raises ImageNotFound, RevisionNotFound.
    """
    values = {"image_id": image_id, "frame": frame, **values_of(principal)}
    asked = {} if revision is None else {"revision": revision}
    rows = await fetch(_objects(sight_of(principal), now=revision is None), values | asked)
    if not rows:
        raise ImageNotFound
    number, is_known = rows[0][:2]
    if revision and not is_known:
        raise RevisionNotFound
    return number or 0, [Outline(*row[2:]) for row in rows if row[2] is not None]


def packed(number: int, outlines: Sequence[Outline]) -> bytes:
    """The outlines as the viewer reads them (core/geometry/codec.py)."""
    items = [codec.CollectionItem(one.id, one.score or 0.0, one.doubt or 0.0, one.area_px, one.class_id, one.geometry) for one in outlines]
    return codec.encode_collection(number, items)


def unpacked(data: bytes) -> tuple[int, list[Outline]]:
    """The revision and outlines of `packed`. Raises Invalid for anything else."""
    number, items = codec.decode_collection(data)
    return number, [Outline(one.id, one.score, one.doubt, one.area_px, one.class_id, one.geometry) for one in items]


def geojson(number: int, outlines: Sequence[Outline]) -> dict[str, object]:
    """The outlines as a GeoJSON FeatureCollection in pixel coordinates, y downwards."""
    features = [
        {
            "type": "Feature",
            "id": str(one.id),
            "geometry": codec.decode(one.geometry).to_geojson(),
            "properties": {"classId": one.class_id, "score": one.score, "doubt": one.doubt, "areaPx": one.area_px},
        }
        for one in outlines
    ]
    return {"type": "FeatureCollection", "revision": number, "features": features}
