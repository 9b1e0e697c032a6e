"""The JSON document says everything, and where it comes from."""

import json
from pathlib import Path

import jsonschema_rs
import numpy as np
import pytest

from cellhub_app.core.geometry.polygon import from_geojson
from cellhub_app.core.geometry.raster import labels_from_polygons
from cellhub_app.domain.exports.formats.json_schema import SCHEMA
from tests.unit.domain.exports.bundles import Scene, discs

PUBLISHED = Path(__file__).resolve().parents[4] / "docs" / "project.schema.json"


def test_the_document_keeps_the_published_schema(scene: Scene) -> None:
    document = scene.pack("json").json("json/project.json")
    valid = jsonschema_rs.validator_for(SCHEMA)
    assert [error.message for error in valid.iter_errors(document)] == []
    assert json.loads(PUBLISHED.read_text()) == SCHEMA


@pytest.mark.parametrize(
    ("key", "value"), [("number", 0), ("geometry", {"type": "Point", "coordinates": [1, 2]}), ("extra", 1), ("px", None)]
)
def test_the_schema_finds_what_breaks_it(scene: Scene, key: str, value: object) -> None:
    document = scene.pack("json").json("json/project.json")
    document["images"][0]["objects"][0][key] = value
    assert not jsonschema_rs.validator_for(SCHEMA).is_valid(document)


def test_outlines_give_the_masks_back_holes_included(scene: Scene) -> None:
    document = scene.pack("json").json("json/project.json")
    for image, entry in zip(document["images"], scene.images, strict=True):
        polygons = [from_geojson(item["geometry"]) for item in image["objects"]]
        if entry.is_segmented:
            assert np.array_equal(labels_from_polygons(polygons, image["height"], image["width"]), scene.masks[entry.stem])
        else:
            assert polygons == []


def test_each_object_leads_to_the_revision_that_made_it(scene: Scene) -> None:
    image = scene.pack("json").json("json/project.json")["images"][0]
    revisions = {entry["number"]: entry for entry in image["revisions"]}
    made_by = revisions[image["objects"][0]["revision"]]
    assert (made_by["model"], made_by["weightsSha256"], made_by["parameters"]) == ("unet", "ab" * 32, {"threshold": 0.5})


def test_pixels_and_micrometres_stand_apart(scene: Scene) -> None:
    document = scene.pack("json").json("json/project.json")
    known, unknown = document["images"][0]["objects"][1], document["images"][1]["objects"][1]
    assert set(known["px"]) == {"area_px", "perimeter_px", "solidity"}
    assert set(known["um"]) == {"area_um2", "perimeter_um"}
    assert unknown["um"] is None


def test_the_document_names_its_measures_and_their_version(scene: Scene) -> None:
    document = scene.pack("json").json("json/project.json")
    assert document["measuresVersion"] == 1
    assert document["measures"][0] == {
        "key": "area_px", "title": "Area", "unit": "px²", "umKey": "area_um2", "definition": "Number of pixels",
    }  # fmt: skip
    assert document["project"]["name"] == "Plate 7 – µ"


def test_unread_and_unsegmented_images_are_told(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.add("a.png", discs())
    scene.add("b.png", None, status="failed", error="It is not an image.", width=None, height=None)
    read, unread = scene.pack("json").json("json/project.json")["images"]
    assert read["error"] is None
    assert (unread["status"], unread["error"], unread["objects"]) == ("failed", "It is not an image.", [])
