"""Masks and overlays are decoded by other libraries; YOLO boxes are checked by the rules of their documentation."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
import yaml
from PIL import Image

from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.polygon import from_rings
from cellhub_app.domain.exports import painting
from cellhub_app.domain.exports.formats import masks
from tests.unit.domain.exports.bundles import Packed, Scene, discs

SEGMENTED = ("plate_07", "plate_07_2", "Zellen Ωμέγα 細胞")


@pytest.fixture
def packed(scene: Scene) -> Packed:
    return scene.pack("masks", "binary", "overlays", "yolo_boxes")


@pytest.mark.parametrize("stem", SEGMENTED)
def test_tifffile_reads_the_labels(packed: Packed, scene: Scene, stem: str) -> None:
    labels = tifffile.imread(io.BytesIO(packed.read(f"masks/{stem}.tif")))
    assert labels.dtype == np.uint16
    assert np.array_equal(labels, scene.masks[stem])


def test_masks_know_the_pixel_size(packed: Packed) -> None:
    with tifffile.TiffFile(io.BytesIO(packed.read("masks/plate_07.tif"))) as tiff:
        numerator, denominator = tiff.pages[0].tags["XResolution"].value
        assert tiff.pages[0].tags["ResolutionUnit"].value == 3
    assert numerator / denominator == 20_000


def test_a_large_image_is_painted_in_bands(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = scene.pack("masks").read("masks/tall.tif") if scene.add("tall.png", np.tile(discs(), (4, 1))) else b""
    monkeypatch.setattr(painting, "BAND_PX", 6_000)
    assert [len(band) for band in painting.bands(scene.images[-1], 240, 90)] == [64, 64, 64, 48]
    assert scene.pack("masks").read("masks/tall.tif") == whole


def test_more_objects_than_16_bits_hold_are_written_in_32(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert np.iinfo(np.uint16).max == masks.OBJECTS_IN_16_BITS
    monkeypatch.setattr(masks, "OBJECTS_IN_16_BITS", 10)
    scene = Scene(tmp_path)
    image = scene.add("many.png", np.eye(2, dtype=np.int32))
    first = image.objects[0]  # type: ignore[index]
    square = codec.encode(from_rings([[(1, 0), (2, 0), (2, 1), (1, 1)]]))
    ten = [replace(first, number=number) for number in range(1, 11)]
    vars(image)["objects"] = [*ten, replace(first, number=11, geometry=square)]
    labels = tifffile.imread(io.BytesIO(scene.pack("masks").read("masks/many.tif")))
    assert labels.dtype == np.uint32
    assert labels.tolist() == [[10, 11], [0, 0]]


@pytest.mark.parametrize("stem", SEGMENTED)
def test_binary_masks_are_white_where_there_is_an_object(packed: Packed, scene: Scene, stem: str) -> None:
    with Image.open(io.BytesIO(packed.read(f"binary/{stem}.png"))) as mask:
        assert mask.mode == "L"
        assert np.array_equal(np.asarray(mask), np.where(scene.masks[stem] > 0, 255, 0))


def test_overlays_are_coloured_along_the_outlines_only(packed: Packed, scene: Scene) -> None:
    labels = scene.masks["plate_07"]
    with Image.open(io.BytesIO(packed.read("overlays/plate_07.png"))) as picture:
        pixels = np.asarray(picture).astype(int)
    is_drawn = np.ptp(pixels, axis=2) > 60
    rows, columns = np.nonzero(is_drawn)
    assert picture.size == labels.shape[::-1]
    for row, column in zip(rows, columns, strict=True):
        near = labels[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3]
        assert len(np.unique(near)) > 1 or column in (0, labels.shape[1] - 1)
    assert all(is_drawn[labels == number].any() for number in range(1, labels.max() + 1))


def test_unsegmented_images_have_no_masks(packed: Packed) -> None:
    for folder, ending in (("masks", "tif"), ("binary", "png"), ("overlays", "png")):
        assert {f"{folder}/{stem}.{ending}" for stem in SEGMENTED} == {name for name in packed.names if name.startswith(folder)}


def test_boxes_are_those_of_the_masks(packed: Packed, scene: Scene) -> None:
    description = yaml.safe_load(packed.text("yolo_boxes/data.yaml"))
    assert description == {"train": "images", "val": "images", "names": {0: "nucleus"}}
    for stem in SEGMENTED:
        labels = scene.masks[stem]
        size = np.array(labels.shape[::-1])
        lines = packed.text(f"yolo_boxes/labels/{stem}.txt").splitlines()
        assert len(lines) == labels.max()
        for number, line in enumerate(lines, 1):
            kind, *shares = line.split()
            assert int(kind) in description["names"]
            centre, extent = np.array(shares, float).reshape(2, 2) * size
            rows, columns = np.nonzero(labels == number)
            assert np.allclose(centre - extent / 2, (columns.min(), rows.min()), atol=1e-3)
            assert np.allclose(centre + extent / 2, (columns.max() + 1, rows.max() + 1), atol=1e-3)
    pictures = {Path(name).stem for name in packed.names if name.startswith("yolo_boxes/images/")}
    assert pictures == set(SEGMENTED)
