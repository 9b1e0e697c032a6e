"""What differs between two revisions: objects that came, that went, and that are there in another shape."""

import struct
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.domain.access import Permission, Viewer
from cellhub_app.domain.annotations import outlines, repository
from cellhub_app.domain.annotations.outlines import Outline
from cellhub_app.domain.annotations.repository import Touched
from cellhub_app.domain.annotations.service import RevisionNotFound, readable_image

MAGIC = b"CHD1"
_HEAD = struct.Struct("<4sII")
_SIZE = struct.Struct("<I")


@dataclass(frozen=True)
class Difference:
    """From one revision to another; a changed object stands in `before` as it was and in `after` as it became, also as several."""

    start: int
    end: int
    added: list[Outline]
    removed: list[Outline]
    before: list[Outline]
    after: list[Outline]


async def between(session: AsyncSession, principal: Viewer, image_id: UUID, start: int, end: int, frame: int = 0) -> Difference:
    """What has to happen to one revision (0 is before the first) to get the other, either way in time.

    Raises ImageNotFound, RevisionNotFound.
    """
    await readable_image(session, principal, image_id, Permission.VIEW)
    segmentation = await repository.segmentation(session, image_id, frame)
    if max(start, end) > (segmentation.head if segmentation else 0):
        raise RevisionNotFound
    low, high = sorted((start, end))
    rows = await repository.touched(session, segmentation.id, low, high) if segmentation else []
    found = compared(rows, low, high)
    if start <= end:
        return found
    return Difference(start, end, added=found.removed, removed=found.added, before=found.after, after=found.before)


def compared(rows: Sequence[Touched], low: int, high: int) -> Difference:
    """The difference, from every object that was added or removed in between, oldest first.

    An object is changed if it was removed and is there again under its id, or if what came of it is there; what came back as it was is not.
    """
    gone = {row.id: row for row in rows if row.added_revision <= low}
    come = {row.id: row for row in rows if row.added_revision > low and (row.removed_revision is None or row.removed_revision > high)}
    same = {key for key in gone.keys() & come.keys() if _is_alike(gone[key], come[key])}
    origins, lost = _origins(rows, low), frozenset(gone.keys() - same)
    changed = {key: origins[key] & lost for key in come.keys() - same}
    sources = frozenset[UUID]().union(*changed.values())
    return Difference(
        low,
        high,
        added=[_outline(row) for key, row in come.items() if key not in same and not changed[key]],
        removed=[_outline(row) for key, row in gone.items() if key not in same and key not in sources],
        before=[_outline(row) for key, row in gone.items() if key in sources],
        after=[_outline(row) for key, row in come.items() if key not in same and changed[key]],
    )


def _origins(rows: Sequence[Touched], low: int) -> dict[UUID, frozenset[UUID]]:
    """Object -> it and all that it came from, through what was there only in between."""
    known: dict[UUID, frozenset[UUID]] = defaultdict(frozenset)
    for row in rows:
        known[row.id] |= {row.id}
        if row.added_revision > low:
            known[row.id] = known[row.id].union(row.parents, *(known[parent] for parent in row.parents))
    return known


def _is_alike(one: Touched, other: Touched) -> bool:
    return one.geometry == other.geometry and one.class_id == other.class_id


def _outline(row: Touched) -> Outline:
    return Outline(row.id, row.score, row.doubt, row.area_px, row.class_id, row.geometry)


def packed(found: Difference) -> bytes:
    """As browsers read it: "CHD1", uint32 start, uint32 end, then added, removed, before, after: uint32 n and n bytes of a collection."""
    parts = [outlines.packed(found.end, part) for part in (found.added, found.removed, found.before, found.after)]
    return b"".join([_HEAD.pack(MAGIC, found.start, found.end), *(_SIZE.pack(len(part)) + part for part in parts)])


def geojson(found: Difference) -> dict[str, object]:
    """A GeoJSON FeatureCollection in pixels; each feature's property `change` is added, removed, before or after."""
    features: list[object] = []
    for name in ("added", "removed", "before", "after"):
        collection = outlines.geojson(found.end, getattr(found, name))
        for feature in collection["features"]:  # type: ignore[attr-defined]
            features.append({**feature, "properties": {**feature["properties"], "change": name}})
    counts = {name: len(getattr(found, name)) for name in ("added", "removed", "before", "after")}
    return {"type": "FeatureCollection", "from": found.start, "to": found.end, "counts": counts, "features": features}
