"""Queries about the objects of a whole project."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt
from psycopg import AsyncConnection, adapters
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format
from sqlalchemy import Select, Text, Uuid, bindparam, cast, func, literal_column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.reading import Fetch
from cellhub_app.models.annotation import SHAPES, Object, Segmentation
from cellhub_app.models.condition import ImageCondition
from cellhub_app.models.image import Image

# An object touches the rim of its image when its box does; outlines run through the midpoints of pixels' edges, so half a pixel is rim.
_RIM_PX = 0.5
_COLUMNS = {
    "n": "s.n::int4", "id": "o.id", "class_id": "o.class_id",
    "score": "coalesce(o.score, 'NaN')::real", "doubt": "coalesce(o.doubt, 'NaN')::real",
    "border": f"""coalesce(o.bbox[1] <= {_RIM_PX} or o.bbox[2] <= {_RIM_PX}
        or o.bbox[3] >= i.width - {_RIM_PX} or o.bbox[4] >= i.height - {_RIM_PX}, false)""",
}  # fmt: skip
_FROM = """from unnest(%s::uuid[]) with ordinality as s(id, n)
    join segmentation g on g.id = s.id join image i on i.id = g.image_id
    join object o on o.segmentation_id = s.id and o.removed_revision is null order by s.n, o.id"""
_HEADER = 20  # bytes of a one-dimensional array before its elements, each of which is preceded by its length


class _ArrayLoader(Loader):
    """A binary array without nulls as a numpy array, without a Python object for each value."""

    format = Format.BINARY
    kind = ""

    def load(self, data: Buffer) -> npt.NDArray[np.generic]:
        layout = np.dtype([("length", ">i4"), ("value", self.kind)])
        values = np.frombuffer(data, layout, offset=_HEADER)["value"]
        return values.astype(layout["value"].newbyteorder("="))


_LOADERS = {
    adapters.types[name].array_oid: type(f"_{name}", (_ArrayLoader,), {"kind": kind})
    for name, kind in {"uuid": "V16", "bool": "?", "int2": ">i2", "int4": ">i4", "float4": ">f4"}.items()
}


class PlaneRow(NamedTuple):
    """A segmented plane with what is known of its image."""

    segmentation_id: UUID
    head: int
    frame: int
    image_id: UUID
    name: str
    outlines_revision: int
    tags: list[str]
    pixel_size_um: float | None
    channels: int | None
    width: int | None
    height: int | None
    condition: str | None
    replicate: str | None
    plate: str | None


_KNOWN = (
    col(Segmentation.id),
    col(Segmentation.head),
    col(Segmentation.frame),
    col(Image.id),
    col(Image.name),
    col(Image.outlines_revision),
    col(Image.tags),
    col(Image.pixel_size_um),
    col(Image.channels),
    col(Image.width),
    col(Image.height),
    col(ImageCondition.condition),
    col(ImageCondition.replicate),
    col(ImageCondition.plate),
)


def _of_project(*columns: Any) -> Select[Any]:
    query = select(*columns).select_from(Segmentation).join(Image, col(Image.id) == col(Segmentation.image_id))
    query = query.outerjoin(ImageCondition, col(ImageCondition.image_id) == col(Image.id))
    present = (col(Image.deleted_at).is_(None), col(Segmentation.head) > 0)
    return query.where(col(Image.project_id) == bindparam("project_id", type_=Uuid), *present)


_PLANES = _of_project(*_KNOWN).order_by(col(Image.created_at), col(Image.id), col(Segmentation.frame))
_MARK = _of_project(func.count(), func.sum(func.hashtextextended(cast(func.row(*_KNOWN), Text), 0)))
_LACKING = (
    select(col(Object.segmentation_id), func.count())
    .join(Segmentation, col(Segmentation.id) == col(Object.segmentation_id))
    .join(Image, col(Image.id) == col(Segmentation.image_id))
    .where(col(Image.project_id) == bindparam("project_id", type_=Uuid), col(Object.removed_revision).is_(None))
    .where(func.cardinality(col(Object.measures)) == literal_column(str(SHAPES)))  # a parameter would not find the partial index
    .group_by(col(Object.segmentation_id))
)


async def mark(fetch: Fetch, project_id: UUID) -> tuple[object, ...]:
    """What differs as soon as anything that `planes` and `lacking` answer does, without their thousands of rows."""
    [[count, total]] = await fetch(_MARK, {"project_id": project_id})
    return count, total, tuple(sorted((await lacking(fetch, project_id)).items()))


async def planes(fetch: Fetch, project_id: UUID) -> list[PlaneRow]:
    """Every segmented plane of a project, images in the order of their coming."""
    return [PlaneRow(*row) for row in await fetch(_PLANES, {"project_id": project_id})]


async def lacking(fetch: Fetch, project_id: UUID) -> dict[UUID, int]:
    """Planes with objects whose intensities are still to be read -> how many."""
    return {row[0]: row[1] for row in await fetch(_LACKING, {"project_id": project_id})}


async def rows(session: AsyncSession, ids: Sequence[UUID], places: Sequence[int]) -> dict[str, npt.NDArray[np.generic]] | None:
    """The present objects of some planes as columns, in the order of planes and ids: `n` counts the planes from 1, `m3` is the measure
    at place 3, an id is 16 bytes. None where there is no object.

    One row of arrays: a row for each object would be a Python object for each, and a million of them hold the loop up for seconds.
    """
    asked = _COLUMNS | {f"m{place}": f"coalesce(o.measures[{int(place) + 1}], 'NaN')::real" for place in places}
    inner = ", ".join(f"{expression} as {name}" for name, expression in asked.items())
    outer = ", ".join(f"array_agg({name})" for name in asked)
    driver = (await (await session.connection()).get_raw_connection()).driver_connection
    assert isinstance(driver, AsyncConnection)  # noqa: S101 - a checked-out connection has its driver
    async with driver.cursor(binary=True) as cursor:
        for oid, loader in _LOADERS.items():
            cursor.adapters.register_loader(oid, loader)
        await cursor.execute(f"select {outer} from (select {inner} {_FROM}) as rows", [list(ids)])  # noqa: S608 - numbers and names of ours
        found = await cursor.fetchone()
    return None if found is None or found[0] is None else dict(zip(asked, found, strict=True))


async def objects(session: AsyncSession, keys: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Object]:
    """The present objects behind (segmentation, id) pairs."""
    pair = tuple_(col(Object.segmentation_id), col(Object.id))
    query = select(Object).where(pair.in_(list(keys)), col(Object.removed_revision).is_(None))
    return {(row.segmentation_id, row.id): row for row in (await session.execute(query)).scalars()}


def no_rows(places: Sequence[int]) -> dict[str, npt.NDArray[np.generic]]:
    """The columns of no object."""
    kinds = {"n": "i4", "id": "V16", "class_id": "i2", "score": "f4", "doubt": "f4", "border": "?"}
    return {name: np.empty(0, kind) for name, kind in (kinds | {f"m{place}": "f4" for place in places}).items()}
