"""YOLO data sets are parsed back and rasterised."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cellhub_app.core.geometry.polygon import from_rings
from cellhub_app.core.geometry.raster import labels_from_polygons
from tests.unit.domain.exports.bundles import Packed, Scene, discs
from tests.unit.domain.exports.yolo_rules import problems, violations


@pytest.fixture
def packed(scene: Scene) -> Packed:
    return scene.pack("yolo")


def parsed(text: str, width: int, height: int) -> list[np.ndarray]:
    outlines = []
    for line in text.splitlines():
        kind, *shares = line.split()
        assert kind == "0"
        points = np.array(shares, float).reshape(-1, 2)
        assert (points >= 0).all()
        assert (points <= 1).all()
        outlines.append(points * (width, height))
    return outlines


def test_outlines_scaled_back_give_the_masks(packed: Packed, scene: Scene) -> None:
    labels = scene.masks["plate_07"]
    height, width = labels.shape
    outlines = parsed(packed.text("yolo/labels/plate_07.txt"), width, height)
    polygons = [from_rings([outline]) for outline in outlines]
    assert np.array_equal(labels_from_polygons(polygons, height, width), labels)


def test_holes_are_filled(packed: Packed, scene: Scene) -> None:
    labels = scene.masks["plate_07_2"]
    outlines = parsed(packed.text("yolo/labels/plate_07_2.txt"), labels.shape[1], labels.shape[0])
    with_hole = labels_from_polygons([from_rings([outlines[0]])], *labels.shape)
    assert (with_hole > 0).sum() > (labels == 1).sum()


def test_every_picture_has_its_labels_and_unsegmented_ones_are_left_out(packed: Packed) -> None:
    pictures = {Path(name).stem for name in packed.names if name.startswith("yolo/images/")}
    labels = {Path(name).stem for name in packed.names if name.startswith("yolo/labels/")}
    assert pictures == labels == {"plate_07", "plate_07_2", "Zellen Ωμέγα 細胞"}
    assert packed.text("yolo/labels/Zellen Ωμέγα 細胞.txt") == ""


def test_pictures_are_upright_8_bit(packed: Packed) -> None:
    assert "yolo/images/plate_07.png" in packed.names
    with Image.open(io.BytesIO(packed.read("yolo/images/plate_07_2.webp"))) as picture:
        assert picture.size == (100, 80)


@pytest.mark.parametrize(("exif", "ending"), [(b"", ".jpg"), (b"Exif\0\0", ".webp")])
def test_a_jpeg_that_may_be_turned_is_replaced_by_what_the_viewer_shows(tmp_path: Path, exif: bytes, ending: str) -> None:
    scene = Scene(tmp_path)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe1" + exif)
    scene.add("photo.jpg", discs(), format_="jpeg", original=lambda: photo)
    assert f"yolo/images/photo{ending}" in scene.pack("yolo").names


@pytest.mark.parametrize(("format_", "boxes"), [("yolo", False), ("yolo_boxes", True)])
def test_data_sets_keep_the_rules(scene: Scene, format_: str, boxes: bool) -> None:
    assert violations(scene.pack(format_), format_, boxes=boxes) == []


@pytest.mark.parametrize(
    ("line", "boxes", "problem"),
    [
        ("1 0.1 0.1 0.2 0.1 0.2 0.2", False, "there is no such class"), ("0 0.1 0.1 0.2 0.1", False, "an outline has three points or more"),
        ("0 0.1 0.1 0.2 0.1 0.2 1.2", False, "a number is no share of width or height"), ("0 0.1 0.1 0.2", True, "a box has four numbers"),
    ],
)  # fmt: skip
def test_the_rules_find_what_breaks_them(line: str, boxes: bool, problem: str) -> None:
    assert list(problems(line, 1, boxes=boxes)) == [problem]


def test_the_description_names_the_classes(packed: Packed) -> None:
    lines = packed.text("yolo/data.yaml").splitlines()
    assert lines[:3] == ["train: images", "val: images", "names:"]
    assert json.loads(lines[3].partition(": ")[2]) == "nucleus"
