"""Files as other tools write them, and what the report says about what they hold."""

import base64
import io
from uuid import UUID

import numpy as np
import pytest
import tifffile
from PIL import Image
from pycocotools import mask as coco_mask
from roifile import ROI_TYPE, ImagejRoi

from cellhub_app.domain.imports.findings import KnownImage
from tests.unit.domain.exports.bundles import imagej_roi
from tests.unit.domain.imports.uploads import CELLS, SQUARE, Outcome, block, imported, zipped

BOW_TIE = [[4, 4], [12, 12], [12, 4], [4, 12]]
FLAT = [value for point in SQUARE for value in point]
STACK = KnownImage(UUID(int=2), "stack.tif", 40, 30, 3)

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools


def coco(*segmentations: object, **more: object) -> Outcome:
    annotations = [{"id": k, "image_id": 7, "category_id": 2, "segmentation": each, **more} for k, each in enumerate(segmentations)]
    images = [{"id": 7, "file_name": "somewhere\\else\\Cells.PNG", "width": 40, "height": 30}]
    return imported("coco", "a.json", {"images": images, "annotations": annotations, "categories": [{"id": 2, "name": " mitosis\n"}]})


def png(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def test_coco_polygons_with_their_class() -> None:
    outcome = coco([FLAT])
    assert np.array_equal(outcome.mask(), block(4, 4, 12, 12))
    assert outcome.objects[0].class_name == "mitosis"
    assert (outcome.report.images, outcome.report.read) == (1, 1)


@pytest.mark.parametrize("seed", range(8))
def test_compressed_run_lengths_of_pycocotools(seed: int) -> None:
    mask = np.kron(np.random.default_rng(seed).random((6, 8)) < 0.4, np.ones((5, 5))) > 0
    counts = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"].decode()
    assert np.array_equal(coco({"size": [30, 40], "counts": counts}).mask(), mask)


def test_parts_of_a_coco_object_are_put_together() -> None:
    touching, apart = [12, 4, 20, 4, 20, 12, 12, 12], [30, 20, 35, 20, 35, 25, 30, 25]
    outcome = coco([FLAT, touching])
    assert np.array_equal(outcome.mask(), block(4, 4, 20, 12))
    assert len(outcome.objects) == 1
    split = coco([FLAT, apart])
    assert (len(split.objects), sum(split.report.repaired.values())) == (2, 1)
    assert np.array_equal(split.mask(), block(4, 4, 12, 12) | block(30, 20, 35, 25))


@pytest.mark.parametrize(
    ("segmentation", "reason"),
    [
        ([], "only a box"), ([FLAT[:5]], "not pairs of numbers"), ([FLAT[:4]], "fewer than three"), ([["a"] * 8], "not pairs of numbers"),
        ([[90, 90, 95, 90, 95, 95]], "covers no pixel"), ([[1e300, 0, 5, 0, 5, 5]], "not pairs of numbers"),
        ({"size": [30, 40], "counts": [1, 2]}, "run lengths"), ({"size": [1, 1], "counts": [1]}, "run lengths"),
        ({"size": [30, 40], "counts": "\x00é"}, "run lengths"), ({"size": [30, 40], "counts": [-5, 1205]}, "run lengths"),
        ({"size": [30, 40], "counts": "o" * 4000}, "run lengths"), ({"size": [30, 40], "counts": [1200]}, "covers no pixel"),
        ("x", "run lengths"),
    ],
)  # fmt: skip
def test_coco_objects_that_say_nothing_are_counted_as_lost(segmentation: object, reason: str) -> None:
    outcome = coco(segmentation, [FLAT])
    (why,) = outcome.report.lost
    assert reason in why
    assert outcome.report.read == 1


def test_crowds_and_orphans_are_lost() -> None:
    assert list(coco([FLAT], iscrowd=1).report.lost) == ["it marks a crowd, not one object"]
    assert list(coco([FLAT], image_id=99).report.lost) == ["it belongs to no image of the file"]


def test_an_outline_that_crosses_itself_is_redrawn_along_its_pixels() -> None:
    outcome = coco([[value for point in BOW_TIE for value in point]])
    assert sum(outcome.report.repaired.values()) == 1
    assert outcome.mask().sum() == pytest.approx(32, abs=4)


def test_an_outline_beyond_the_image_is_cut() -> None:
    outcome = coco([[-6, -6, 10, -6, 10, 8, -6, 8]])
    assert np.array_equal(outcome.mask(), block(0, 0, 10, 8))
    assert list(outcome.report.repaired) == ["it reached beyond the image and was cut there"]


def test_another_size_is_another_picture() -> None:
    document = {"images": [{"id": 1, "file_name": "cells.png", "width": 80, "height": 60}], "annotations": []}
    outcome = imported("coco", "a.json", document)
    assert outcome.images == []
    assert outcome.report.unmatched == {"cells.png": "it is 80 x 60 px in the file and 40 x 30 px in the project"}


def test_yolo_outlines_names_and_boxes() -> None:
    outline = " ".join(f"{x / 40} {y / 30}" for x, y in SQUARE)
    labels = f"1 {outline}\n0 {outline} 0.75\n0 0.5 0.5 0.2 0.2\n\n0 9 9 9 9 9 9\nx {outline}\n"
    outcome = imported(
        "yolo", "set.zip", zipped({"d/data.yaml": "names: [cell, mitosis]", "d/labels/cells.txt": labels, "README.txt": "hello"})
    )
    assert [(found.class_name, found.score) for found in outcome.objects] == [("mitosis", None), ("cell", 0.75)]
    assert np.array_equal(outcome.mask(), block(4, 4, 12, 12))
    assert sum(outcome.report.lost.values()) == 3


def test_yolo_without_names_numbers_its_classes() -> None:
    outline = " ".join(f"{x / 40} {y / 30}" for x, y in SQUARE)
    assert imported("yolo", "cells.txt", f"4 {outline}").objects[0].class_name == "class 4"
    listed = imported("yolo", "a.zip", zipped({"classes.txt": "one\ntwo\n", "cells.txt": f"1 {outline}"}))
    assert listed.objects[0].class_name == "two"


def test_geojson_of_qupath_with_several_pieces_and_points() -> None:
    apart = [[30, 20], [35, 20], [35, 25], [30, 25], [30, 20]]
    features = [
        {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": [[[*SQUARE, SQUARE[0]]], [apart]]},
         "properties": {"objectType": "detection", "classification": {"name": "Tumor"}, "measurements": [{"name": "a", "value": 1}]}},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}, "properties": None},
        {"type": "Feature", "geometry": None},
    ]  # fmt: skip
    for document in (features, {"type": "FeatureCollection", "features": features}):
        outcome = imported("geojson", "cells.geojson", document)
        assert [found.class_name for found in outcome.objects] == ["Tumor", "Tumor"]
        assert np.array_equal(outcome.mask(), block(4, 4, 12, 12) | block(30, 20, 35, 25))
        assert sum(outcome.report.lost.values()) == 2


def test_shapes_of_imagej() -> None:
    square = imagej_roi([SQUARE])
    rectangle = ImagejRoi(roitype=ROI_TYPE.RECT, top=20, left=2, bottom=25, right=9)
    oval = ImagejRoi(roitype=ROI_TYPE.OVAL, top=2, left=20, bottom=14, right=36)
    line = ImagejRoi(roitype=ROI_TYPE.LINE, x1=1, y1=1, x2=5, y2=5)
    whole = ImagejRoi.frompoints(np.array([[30, 20], [38, 20], [38, 28], [30, 28]]))
    rois = {f"{k}.roi": roi.tobytes() for k, roi in enumerate([square, rectangle, oval, line, whole])}
    outcome = imported("imagej", "RoiSet_cells.zip", zipped({**rois, "x.roi": b"Iout" + bytes(70), "y.roi": b"hello"}))
    found = outcome.mask()
    assert np.array_equal(found[:, :18], (block(4, 4, 12, 12) | block(2, 20, 9, 25))[:, :18])
    assert np.array_equal(found[16:, 20:], block(30, 20, 38, 28)[16:, 20:])
    assert found[2:14, 20:36].sum() == pytest.approx(np.pi * 8 * 6, rel=0.05)
    assert outcome.report.read == 4
    assert sum(outcome.report.lost.values()) == 3


def test_composites_of_imagej_may_have_curves() -> None:
    """Two quarter ellipses and a line, and a quadratic bow, as Java2D draws them."""
    k = 8 * 0.5522847
    half = [0, 12, 15, 3, 12, 15 - k, 12 + 8 - k, 7, 20, 7, 3, 20 + k, 7, 28, 15 - k, 28, 15, 4]
    bow = [0, 2, 25, 2, 6, 17, 10, 25, 4]
    path = np.array(half + bow, np.float32)
    roi = ImagejRoi(roitype=ROI_TYPE.RECT, multi_coordinates=path, shape_roi_size=len(path))
    outcome = imported("imagej", "cells.roi", roi.tobytes())
    sizes = sorted(found.polygon.area for found in outcome.objects)
    assert sizes == pytest.approx([2 / 3 * 8 * 4, np.pi * 64 / 2], rel=0.1)


def test_positions_of_rois_are_frames() -> None:
    rois = []
    for position in (3, 1, 0):
        roi = imagej_roi([SQUARE])
        roi.position = position
        rois.append(roi)
    outcome = imported("imagej", "stack_RoiSet.zip", zipped({f"{k}.roi": roi.tobytes() for k, roi in enumerate(rois)}), STACK)
    assert [(item.target.frame, len(item.objects)) for item in outcome.images] == [(0, 2), (2, 1)]


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.uint32, np.int32, np.float32])
def test_label_masks_of_any_type_and_with_gaps(kind: type) -> None:
    labels = np.where(block(4, 4, 12, 12), 9, np.where(block(12, 4, 20, 12), 200, 0)).astype(kind)
    out = io.BytesIO()
    tifffile.imwrite(out, labels)
    outcome = imported("masks", "cells_cp_masks.tif", out.getvalue())
    assert len(outcome.objects) == 2
    assert np.array_equal(outcome.mask(), labels > 0)
    assert not outcome.report.repaired


def test_pieces_of_a_binary_mask_are_objects_and_pieces_of_a_label_are_told() -> None:
    mask = block(4, 4, 12, 12) | block(20, 20, 30, 28)
    binary = imported("masks", "cells_mask.png", png(mask.astype(np.uint8) * np.uint8(255)))
    assert (len(binary.objects), sum(binary.report.repaired.values())) == (2, 0)
    labelled = imported("masks", "cells.png", png((mask + 2 * block(34, 2, 38, 6)).astype(np.uint8)))
    assert (len(labelled.objects), sum(labelled.report.repaired.values())) == (3, 1)


def test_a_mask_without_objects_says_that_there_are_none() -> None:
    outcome = imported("masks", "cells.png", png(np.zeros((30, 40), np.uint8)))
    assert [len(item.objects) for item in outcome.images] == [0]


@pytest.mark.parametrize("axes", [None, "ZYX", "TYX"])
def test_frames_of_a_mask_belong_to_the_frames_of_its_image(axes: str | None) -> None:
    out = io.BytesIO()
    masks = np.stack([block(4, 4, 12, 12), block(0, 0, 5, 5), block(9, 9, 20, 20)]).astype(np.uint8)
    tifffile.imwrite(out, masks, photometric="minisblack", ome=axes is not None, metadata={"axes": axes} if axes else None)
    outcome = imported("masks", "stack.tif", out.getvalue(), STACK)
    assert [(item.target.frame, len(item.objects)) for item in outcome.images] == [(0, 1), (1, 1), (2, 1)]


def test_cvat_polygons_masks_and_boxes() -> None:
    document = """<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version><meta><task><name>t</name></task></meta>
      <image id="0" name="plate/cells.png" width="40" height="30">
        <polygon label="cell" occluded="0" points="4.00,4.00;12.00,4.00;12.00,12.00;4.00,12.00"><attribute name="a">b</attribute></polygon>
        <mask label="hole" rle="0, 5, 3, 1" left="20" top="20" width="3" height="3"/>
        <mask label="hole" rle="5, 5" left="39" top="20" width="3" height="3"/>
        <box label="cell" xtl="1" ytl="1" xbr="2" ybr="2"/><tag label="good"/>
      </image><image id="1" name="other.png" width="1" height="1"/></annotations>"""
    outcome = imported("cvat", "annotations.xml", document)
    expected = block(4, 4, 12, 12)
    expected[20:23, 20:23] = [[1, 1, 1], [1, 1, 0], [0, 0, 1]]
    assert np.array_equal(outcome.mask(), expected)
    assert [found.class_name for found in outcome.objects] == ["cell", "hole", "hole"]
    assert sum(outcome.report.lost.values()) == 2
    assert outcome.report.unmatched == {"other.png": "the project has no image of this name"}


def test_labelme_polygons_masks_and_rectangles() -> None:
    crop = base64.b64encode(png(np.array([[255, 255], [0, 255]], np.uint8))).decode()
    shapes = [
        {"label": "cell", "shape_type": "polygon", "points": SQUARE},
        {"label": "cell", "shape_type": "mask", "points": [[20, 20], [21, 21]], "mask": crop},
        {"label": "cell", "shape_type": "mask", "points": [[20, 20], [31, 21]], "mask": crop},
        {"label": "cell", "shape_type": "mask", "points": [[20, 20], [21, 21]], "mask": "%%"},
        {"label": "cell", "shape_type": "rectangle", "points": SQUARE[:2]},
    ]
    outcome = imported("labelme", "a.json", {"version": "5.4.1", "imagePath": "..\\img\\cells.png", "imageData": None, "shapes": shapes})
    expected = block(4, 4, 12, 12)
    expected[20, 20] = expected[20, 21] = expected[21, 21] = True
    assert np.array_equal(outcome.mask(), expected)
    assert sum(outcome.report.lost.values()) == 3


def test_the_project_document_finds_images_by_identifier_before_name() -> None:
    entry = {
        "id": str(CELLS.id),
        "name": "renamed since.png",
        "revisions": [{}],
        "objects": [{"geometry": {"type": "Polygon", "coordinates": [SQUARE]}}, {}],
    }
    outcome = imported(
        "json", "project.json", {"format": "cellhub-project", "version": 1, "images": [entry, {"name": "later.png", "revisions": []}]}
    )
    assert np.array_equal(outcome.mask(), block(4, 4, 12, 12))
    assert (outcome.report.images, sum(outcome.report.lost.values())) == (1, 1)
