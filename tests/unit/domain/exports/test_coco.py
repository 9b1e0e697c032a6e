"""COCO files are read back by pycocotools and compared with the masks, pixel by pixel."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO

from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.polygon import from_rings
from tests.unit.domain.exports.bundles import Packed, Scene, discs, rings

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools


@pytest.fixture
def coco(scene: Scene, tmp_path: Path) -> COCO:
    return load(scene.pack("coco"), tmp_path)


@pytest.fixture(params=["polygons", "rle"])
def either(scene: Scene, tmp_path: Path, request: pytest.FixtureRequest) -> COCO:
    """As polygons where these can say it, and as run lengths throughout."""
    return load(scene.pack("coco", coco=request.param), tmp_path)


def load(packed: Packed, folder: Path) -> COCO:
    path = folder / "annotations.json"
    path.write_bytes(packed.read("coco/annotations.json"))
    return COCO(str(path))


def test_masks_and_areas_agree_with_the_labels_also_where_objects_have_holes(either: COCO, scene: Scene) -> None:
    coco = either
    by_name = {image.file_name: scene.masks[image.stem] for image in scene.images if image.is_segmented}
    compared = 0
    for image in coco.loadImgs(coco.getImgIds()):
        labels = by_name[image["file_name"]]
        for number, annotation in enumerate(coco.loadAnns(coco.getAnnIds(image["id"])), 1):
            mask = labels == number
            assert np.array_equal(coco.annToMask(annotation).astype(bool), mask)
            assert annotation["area"] == mask.sum()
            compared += 1
    assert compared == discs().max() + rings().max()


def test_boxes_enclose_their_masks(either: COCO) -> None:
    for annotation in either.loadAnns(either.getAnnIds()):
        rows, columns = np.nonzero(either.annToMask(annotation))
        low_x, low_y = columns.min(), rows.min()
        assert annotation["bbox"] == [low_x, low_y, columns.max() + 1 - low_x, rows.max() + 1 - low_y]


def test_only_objects_with_holes_are_run_lengths(coco: COCO, scene: Scene) -> None:
    written = [type(annotation["segmentation"]) for annotation in coco.loadAnns(coco.getAnnIds())]
    expected = [dict if entry.polygon.holes else list for image in scene.images for entry in image.objects]
    assert written == expected
    assert dict in written
    assert list in written


def test_every_object_is_a_compressed_run_length_where_that_was_asked_for(scene: Scene, tmp_path: Path) -> None:
    coco = load(scene.pack("coco", coco="rle"), tmp_path)
    written = [annotation["segmentation"] for annotation in coco.loadAnns(coco.getAnnIds())]
    sizes = [[image.height, image.width] for image in scene.images for _ in image.objects]
    assert [shape["size"] for shape in written] == sizes
    assert {type(shape["counts"]) for shape in written} == {str}


def test_categories_scores_and_names(coco: COCO) -> None:
    assert coco.loadCats(coco.getCatIds()) == [{"id": 1, "name": "nucleus", "supercategory": "object"}]
    assert {annotation["score"] for annotation in coco.loadAnns(coco.getAnnIds())} == {0.875}
    assert [image["file_name"] for image in coco.loadImgs(coco.getImgIds())] == ["plate_07.png", "plate_07_2.tif", "Zellen Ωμέγα 細胞.png"]


def test_images_that_were_not_segmented_are_no_negatives(coco: COCO) -> None:
    assert len(coco.getImgIds()) == 3


def test_nothing_segmented_is_still_a_coco_file(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.add("a.png", None)
    document = json.loads(scene.pack("coco").read("coco/annotations.json"))
    assert document["images"] == document["annotations"] == []
    assert document["categories"]


def test_a_polygon_beyond_the_border_is_cut_there(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    image = scene.add("a.png", discs())
    outside = from_rings([[(-5, -5), (12, -5), (12, 8), (-5, 8)]])
    first, *others = image.objects
    scene.images[0] = replace(image, objects=[replace(first, geometry=codec.encode(outside)), *others])
    coco = load(scene.pack("coco"), tmp_path)
    first = coco.loadAnns(coco.getAnnIds())[0]
    assert first["area"] == 12 * 8
    assert first["bbox"] == [0, 0, 12, 8]
