"""What was chosen of an export is what its ZIP holds: images by tag, objects of a class, of a revision, of a moment; and the same again."""

import json
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cellhub_app.core.errors import Invalid
from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.polygon import from_rings
from cellhub_app.core.ids import new_id, now
from cellhub_app.core.metrics import measure
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.annotations import service as annotations
from cellhub_app.domain.annotations.schemas import Brought, NewObject
from cellhub_app.domain.conditions import service as conditions
from cellhub_app.domain.conditions.schemas import ConditionsChange, Placed
from cellhub_app.domain.exports import source
from cellhub_app.domain.exports.options import ExportOptions
from cellhub_app.domain.exports.schemas import ExportRequest
from cellhub_app.domain.flows import export as flow
from cellhub_app.models.export import storage_key
from cellhub_app.models.image import Image
from cellhub_app.web.pages.project.export_choices import options_of
from ml_worker.tasks.export import run_export
from tests.integration.exports.conftest import Plate
from tests.integration.exports.test_building import claimed, viewed

SQUARE = [[10, 10], [30, 10], [30, 30], [10, 30]]


async def bring(runtime: Runtime, plate: Plate) -> None:
    """The first image gets one object of class 1 instead of what a model found."""
    polygon = from_rings([SQUARE])
    values = measure.measure_shape(polygon).tolist()
    made = NewObject(new_id(), codec.encode(polygon), values[0], polygon.bounds, values, measure.VERSION, class_id=1)
    async with runtime.work() as session:
        await annotations.bring(session, Brought(plate.image_ids[0], 0, [made], new_id(), plate.owner.user_id, "", replaces=True))


async def exported(runtime: Runtime, plate: Plate, folder: Path, selection: Any = "all", **choices: Any) -> tuple[UUID, dict[str, Any]]:
    """The id and the JSON document of an export, objects by image name."""
    async with runtime.work() as session:
        asked = await flow.export(session, plate.owner, plate.project_id, ["json"], selection, ExportOptions(**choices))
    return asked.id, await document(runtime, asked.id, folder)


async def document(runtime: Runtime, export_id: UUID, folder: Path) -> dict[str, Any]:
    await run_export(runtime, await claimed(runtime))
    path = await runtime.storage.fetch(storage_key(export_id), folder / "export.zip")
    with zipfile.ZipFile(path) as archive:
        found = json.loads(archive.read("json/project.json"))
    return {image["name"]: image for image in found["images"]}


@pytest.mark.parametrize("at_once", [2000, 1])
async def test_what_a_model_found_and_what_was_there_at_a_moment(
    runtime: Runtime, plate: Plate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(source, "OBJECTS_AT_ONCE", at_once)
    before = now()
    await bring(runtime, plate)
    found = plate.labels["well_0.png"].max()
    _, present = await exported(runtime, plate, tmp_path)
    assert [len(present["well_0.png"]["objects"]), len(present["well_0.png"]["revisions"])] == [1, 2]
    for choices in ({"revision": "model"}, {"as_of": before}):
        _, past = await exported(runtime, plate, tmp_path, **choices)
        assert [len(past["well_0.png"]["objects"]), len(past["well_0.png"]["revisions"])] == [found, 1]
        assert past["well_1.png"] == present["well_1.png"]


async def test_classes_are_chosen_renamed_and_merged(runtime: Runtime, plate: Plate, tmp_path: Path) -> None:
    await bring(runtime, plate)
    _, only = await exported(runtime, plate, tmp_path, classes=[1], class_names={1: "mitosis"})
    assert [[entry["class"] for entry in image["objects"]] for image in only.values()] == [["mitosis"], [], [], []]
    _, merged = await exported(runtime, plate, tmp_path, class_names={0: "cell", 1: "cell"})
    assert {(entry["class"], entry["classId"]) for image in merged.values() for entry in image["objects"]} == {("cell", 0)}


async def test_coco_is_run_lengths_where_that_was_asked_for(runtime: Runtime, plate: Plate, tmp_path: Path) -> None:
    options = options_of({"coco": "rle"})
    async with runtime.work() as session:
        asked = await flow.export(session, plate.owner, plate.project_id, ["coco"], "all", options)
    await run_export(runtime, await claimed(runtime))
    with zipfile.ZipFile(await runtime.storage.fetch(storage_key(asked.id), tmp_path / "export.zip")) as archive:
        found = json.loads(archive.read("coco/annotations.json"))["annotations"]
    assert found
    assert all(set(annotation["segmentation"]) == {"size", "counts"} for annotation in found)


async def test_images_by_tag_and_the_same_again(runtime: Runtime, plate: Plate, tmp_path: Path) -> None:
    async with runtime.work() as session:
        (await session.get_one(Image, plate.image_ids[1])).tags = ["day 3"]
    wanted = flow.selected(ExportRequest(formats=["json"], tag="day 3"))
    first, found = await exported(runtime, plate, tmp_path, wanted, units="px")
    assert list(found) == ["well_1.png"]
    async with runtime.work() as session:
        repeated = await flow.again(session, plate.owner, first)
    assert repeated.options == ExportOptions(units="px")
    assert await document(runtime, repeated.id, tmp_path) == found
    assert (await viewed(runtime, plate, repeated.id)).bytes == (await viewed(runtime, plate, first)).bytes


async def test_names_and_filters_together_are_refused() -> None:
    with pytest.raises(Invalid, match="not both"):
        flow.selected(ExportRequest(formats=["json"], image_ids=[new_id()], tag="x"))


async def test_what_images_were_made_to_show_is_exported(runtime: Runtime, plate: Plate, tmp_path: Path) -> None:
    placed = [Placed(image_id=plate.image_ids[0], plate="p1", well="B03", condition="10 nM", replicate="r1")]
    async with runtime.work() as session:
        await conditions.change(session, plate.owner, plate.project_id, ConditionsChange(images=placed))
    _, images = await exported(runtime, plate, tmp_path)
    said = {image["id"]: image["experiment"] for image in images.values()}
    assert said.pop(str(plate.image_ids[0])) == {"condition": "10 nM", "replicate": "r1", "plate": "p1", "well": "B03"}
    assert {tuple(each.values()) for each in said.values()} == {("", "", "", "")}
