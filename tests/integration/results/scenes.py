"""What the tests of results start from: squares of known sizes in the images of one project."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from cellhub_app.core.geometry import codec, polygon
from cellhub_app.core.ids import new_id
from cellhub_app.core.metrics import measure
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.annotations import service as annotations
from cellhub_app.domain.annotations.schemas import NewObject, NewResult
from cellhub_app.models.condition import ImageCondition
from tests.fixtures import rows


@dataclass
class Plate:
    """A project of ada's, and its images by name."""

    runtime: Runtime
    project_id: UUID
    people: dict[str, Principal]
    images: dict[str, UUID] = field(default_factory=dict)

    async def image(self, name: str, sides: Sequence[int], condition: str = "", replicate: str = "", **columns: object) -> UUID:
        """An image with a square of each side, the first of which touches its rim."""
        async with self.runtime.work() as session:
            [image_id] = await rows.images(session, self.project_id, [name], **columns)
            if condition:
                facts = {"project_id": self.project_id, "condition": condition, "replicate": replicate}
                session.add(ImageCondition(image_id=image_id, **facts))
        await self.segment(image_id, sides)
        self.images[name] = image_id
        return image_id

    async def segment(self, image_id: UUID, sides: Sequence[int], frame: int = 0) -> None:
        """A model's result for a frame."""
        found = [_square(index, side) for index, side in enumerate(sides)]
        async with self.runtime.work() as session:
            await annotations.save_results(session, [NewResult(image_id, new_id(), "unet", "ab" * 32, found, frame=frame)])


def _square(index: int, side: int) -> NewObject:
    x, y = (0, 0) if index == 0 else (20 + index, 20)
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    shape = polygon.from_geojson({"type": "Polygon", "coordinates": [ring]})
    measures = [*measure.measure_shape(shape).tolist(), 100.0 + side, 1.0, 90.0, 110.0, 500.0]
    score = None if index == 0 else 0.5 + side / 100
    return NewObject(new_id(), codec.encode(shape), measures[0], shape.bounds, measures, measure.VERSION, score, 0.1, index % 2)
