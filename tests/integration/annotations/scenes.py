"""What the tests of polygons start from: an image of ada's, objects as a model finds them, and edits of them."""

import json
from dataclasses import dataclass
from uuid import UUID

from cellhub_app.core.geometry import codec, polygon
from cellhub_app.core.ids import new_id
from cellhub_app.core.reading import read
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.annotations import outlines, service
from cellhub_app.domain.annotations.schemas import AddedObject, Edit, NewObject, NewResult


def square(x: float, y: float, side: float = 5) -> dict[str, object]:
    """A GeoJSON feature of a square in pixels."""
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {}}


def found(count: int) -> list[NewObject]:
    """What a model might have found: squares in a row."""
    shapes = [polygon.from_geojson(square(7 * index, 3)["geometry"]) for index in range(count)]
    return [NewObject(new_id(), codec.encode(shape), shape.area, shape.bounds, [shape.area], 1, 0.9, 0.1) for shape in shapes]


@dataclass(frozen=True)
class Scene:
    """One image of ada's, which vera may only see and anna may annotate."""

    image_id: UUID
    ada: Principal
    anna: Principal
    vera: Principal
    stan: Principal


async def ids_at(runtime: Runtime, scene: Scene, revision: int | None = None) -> set[UUID]:
    number, found_then = await outlines.at_revision(read, scene.vera, scene.image_id, revision=revision)
    features = json.loads(json.dumps(outlines.geojson(number, found_then)))["features"]
    return {UUID(feature["id"]) for feature in features}


async def save(runtime: Runtime, scene: Scene, objects: list[NewObject]) -> int:
    job_id = new_id()
    async with runtime.work() as session:
        return (await service.save_results(session, [NewResult(scene.image_id, job_id, "unet", "ab" * 32, objects)]))[job_id, 0]


async def change(runtime: Runtime, who: Principal, scene: Scene, base: int, removed: list[UUID], added: list[AddedObject]) -> int:
    edit = Edit(edit_id=new_id(), base_revision=base, removed=removed, added=added)
    async with runtime.work() as session:
        return (await service.edit(session, who, scene.image_id, edit))[-1]
