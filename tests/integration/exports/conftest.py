"""A project whose images were segmented, in a real database and a real storage."""

import io
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pytest_asyncio
from PIL import Image as Picture

from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.raster import polygons_from_labels
from cellhub_app.core.ids import new_id
from cellhub_app.core.metrics import measure
from cellhub_app.core.runtime import Runtime
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from cellhub_app.domain.access import Principal
from cellhub_app.domain.annotations import service as annotations
from cellhub_app.domain.annotations.schemas import NewObject, NewResult
from cellhub_app.models.image import storage_key
from tests.fixtures import rows


@dataclass
class Plate:
    """Its owner, its project, and by image name the truth."""

    owner: Principal
    project_id: UUID
    image_ids: list[UUID]
    labels: dict[str, npt.NDArray[np.int32]]


def as_bytes(pixels: npt.NDArray[np.integer], format_: str) -> bytes:
    out = io.BytesIO()
    Picture.fromarray(pixels).save(out, format_)
    return out.getvalue()


def new_objects(labels: npt.NDArray[np.int32], pixels: npt.NDArray[np.integer]) -> list[NewObject]:
    """The truth as a model would hand it in."""
    polygons = polygons_from_labels(labels)
    measured = measure.measure_labels(labels, pixels[:, :, np.newaxis])
    geometries = codec.encode_many(polygons)
    return [
        NewObject(new_id(), geometry, float(row[0]), polygon.bounds, row.tolist(), measure.VERSION, score=0.9, doubt=0.1)
        for geometry, polygon, row in zip(geometries, polygons, measured, strict=True)
    ]


@pytest_asyncio.fixture(loop_scope="session")
async def plate(runtime: Runtime, tmp_path: Path) -> Plate:
    """Four images of nuclei, the last not segmented, the first with a known pixel size."""
    drawn = {f"well_{seed}.png": fluorescent_nuclei(seed, 96, 128, count=12) for seed in range(4)}
    async with runtime.work() as session:
        owner = await rows.person(session)
        project_id = await rows.project(session, owner, "Plate 7")
        known = {"width": 128, "height": 96, "format": "png"}
        first = await rows.images(session, project_id, ["well_0.png"], pixel_size_um=0.5, pixel_size_origin="tiff", **known)
        ids = first + await rows.images(session, project_id, list(drawn)[1:], **known)
        results = [
            NewResult(image_id, new_id(), "unet", "ab" * 32, new_objects(labels, pixels), {"threshold": 0.5})
            for image_id, (pixels, labels) in zip(ids[:3], drawn.values(), strict=False)
        ]
        await annotations.save_results(session, results)
    for image_id, (pixels, _) in zip(ids, drawn.values(), strict=True):
        await runtime.storage.put(storage_key(image_id, "original"), as_bytes(pixels, "png"))
        await runtime.storage.put(storage_key(image_id, "display.webp"), as_bytes(pixels, "webp"))
    return Plate(owner, project_id, ids, {name: labels for name, (_, labels) in drawn.items()})
