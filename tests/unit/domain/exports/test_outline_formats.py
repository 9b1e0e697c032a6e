"""GeoJSON, ImageJ, CVAT and LabelMe files are read by somebody else's code, or by the rules of their documentation, and painted again."""

import base64
import io
import math
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
import roifile
from defusedxml import ElementTree
from shapely.geometry import Point, shape

from cellhub_app.core.geometry.polygon import Polygon, from_rings
from cellhub_app.core.geometry.raster import labels_from_polygons
from cellhub_app.domain.exports.bundle import ObjectEntry
from cellhub_app.domain.exports.formats.imagej_roi import roi as roi_bytes
from tests.unit.domain.exports.bundles import Packed, Scene

STEMS = ("plate_07", "plate_07_2", "Zellen Ωμέγα 細胞")


@pytest.fixture
def packed(scene: Scene) -> Packed:
    return scene.pack("geojson", "imagej", "cvat", "labelme", "originals")


def filled(rings: list[np.ndarray], labels: np.ndarray) -> np.ndarray:
    """Even-odd filling, as Java2D does it for a composite."""
    return labels_from_polygons([Polygon(rings[0], tuple(rings[1:]))], *labels.shape) > 0


def test_shapely_reads_valid_polygons_whose_areas_are_those_of_the_outlines(packed: Packed, scene: Scene) -> None:
    for image in scene.images:
        if image.is_segmented:
            features = packed.json(f"geojson/{image.stem}.geojson")["features"]
            for feature, entry in zip(features, image.objects, strict=True):
                geometry = shape(feature["geometry"])
                assert geometry.is_valid
                assert geometry.area == entry.polygon.area
                assert len(geometry.interiors) == len(entry.polygon.holes)


def test_shapely_finds_the_pixels_of_an_object_with_holes(packed: Packed, scene: Scene) -> None:
    labels = scene.masks["plate_07_2"]
    geometry = shape(packed.json("geojson/plate_07_2.geojson")["features"][0]["geometry"])
    found = [[geometry.contains(Point(x + 0.5, y + 0.5)) for x in range(30)] for y in range(30)]
    assert np.array_equal(np.array(found), labels[:30, :30] == 1)


def test_qupath_finds_class_name_measures_and_identifier(packed: Packed, scene: Scene) -> None:
    first, second = packed.json("geojson/plate_07.geojson")["features"][:2]
    assert first["id"] == str(next(iter(scene.images[0].objects)).id)
    properties = first["properties"]
    assert (properties["objectType"], properties["name"]) == ("annotation", "nucleus 1")
    assert properties["classification"]["name"] == "nucleus"
    assert properties["measurements"]["area_um2"] == properties["measurements"]["area_px"] / 4
    assert "solidity" not in properties["measurements"]
    assert second["properties"]["measurements"]["solidity"] == 0.9


def rois_of(packed: Packed, stem: str, folder: Path) -> list[roifile.ImagejRoi]:
    path = folder / "RoiSet.zip"
    path.write_bytes(packed.read(f"imagej/{stem}_RoiSet.zip"))
    rois = roifile.roiread(path)
    return rois if isinstance(rois, list) else [rois]


@pytest.mark.parametrize("stem", STEMS)
def test_roifile_reads_outlines_that_fill_the_masks(packed: Packed, scene: Scene, tmp_path: Path, stem: str) -> None:
    labels = scene.masks[stem]
    rois = rois_of(packed, stem, tmp_path) if labels.any() else []
    assert len(rois) == labels.max()
    for number, roi in enumerate(rois, 1):
        coordinates = roi.coordinates(multi=True)
        rings = [ring.astype(float) for ring in (coordinates if isinstance(coordinates, list) else [coordinates])]
        assert np.array_equal(filled(rings, labels), labels == number)


def test_rois_know_their_box_class_and_identifier(packed: Packed, scene: Scene, tmp_path: Path) -> None:
    for roi, entry in zip(rois_of(packed, "plate_07_2", tmp_path), scene.images[1].objects, strict=True):
        left, top, right, bottom = entry.polygon.bounds
        assert roi.left <= left
        assert roi.top <= top
        assert roi.right >= right
        assert roi.bottom >= bottom
        assert roi.composite == bool(entry.polygon.holes)
        assert roi.name == f"{entry.number:05d} nucleus"
        assert f"id: {entry.id}" in roi.props.splitlines()


def written_by_roifile(entry: ObjectEntry, name: str, props: str) -> bytes:
    """The ROI as the library of the format's Python users writes it."""
    polygon = entry.polygon
    made = roifile.ImagejRoi.frompoints(polygon.exterior)
    made.roitype = roifile.ROI_TYPE.POLYGON
    if polygon.holes:
        steps = [np.column_stack([[0.0, *[1.0] * (len(ring) - 1)], ring]).ravel() for ring in polygon.rings]
        path = np.concatenate([np.append(ring, 4.0) for ring in steps]).astype(np.float32)
        made = roifile.ImagejRoi(roitype=roifile.ROI_TYPE.RECT, multi_coordinates=path, shape_roi_size=len(path))
        made.options = roifile.ROI_OPTIONS.OVERLAY_BACKGROUNDS | roifile.ROI_OPTIONS.OVERLAY_LABELS
        left, top, right, bottom = polygon.bounds
        made.left, made.top, made.right, made.bottom = math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)
    made.name, made.props, made.group = name, props, 1
    data: bytes = made.tobytes()
    return data


def test_rois_are_byte_by_byte_what_roifile_writes(packed: Packed, scene: Scene) -> None:
    for stem, image in zip(STEMS[:2], scene.images[:2], strict=True):
        with zipfile.ZipFile(io.BytesIO(packed.read(f"imagej/{stem}_RoiSet.zip"))) as rois:
            for entry in image.objects:
                name = f"{entry.number:05d} nucleus"
                props = f"class: nucleus\nid: {entry.id}\nscore: 0.875\n"
                assert rois.read(f"{name}.roi") == written_by_roifile(entry, name, props)


def test_an_outline_of_very_many_points_keeps_all_of_them() -> None:
    angles = np.linspace(0, 2 * np.pi, 70_000, endpoint=False)
    ring = np.round(16 * 9000 * np.column_stack([np.cos(angles), np.sin(angles)])) / 16 + 9001
    found = roifile.ImagejRoi.frombytes(roi_bytes(ring, np.array([0, len(ring)]), "many", "", 1, 0))
    assert np.array_equal(found.subpixel_coordinates, ring.astype(np.float32))


def test_an_image_without_objects_has_an_empty_roi_set(packed: Packed) -> None:
    with zipfile.ZipFile(io.BytesIO(packed.read(f"imagej/{STEMS[2]}_RoiSet.zip"))) as rois:
        assert rois.namelist() == []


def cvat_mask(shape_: dict[str, str], labels: np.ndarray) -> np.ndarray:
    """A mask as CVAT reads it: runs of off and on pixels, row by row within a box."""
    left, top, width, height = (int(shape_[key]) for key in ("left", "top", "width", "height"))
    runs = [int(run) for run in shape_["rle"].split(",")]
    assert sum(runs) == width * height
    mask = np.zeros(labels.shape, bool)
    mask[top : top + height, left : left + width] = np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(height, width)
    return mask


def test_cvat_holds_every_mask_by_the_rules_of_its_manual(packed: Packed, scene: Scene) -> None:
    root = ElementTree.fromstring(packed.read("cvat/annotations.xml"), forbid_dtd=True)
    assert [child.tag for child in root] == ["version", "meta", "image", "image", "image"]
    assert root.findtext("version") == "1.1"
    known = {label.findtext("name") for label in root.iter("label")}
    for image, stem in zip(root.findall("image"), STEMS, strict=True):
        labels = scene.masks[stem]
        assert (int(image.get("height")), int(image.get("width"))) == labels.shape
        assert len(image) == labels.max()
        for number, item in enumerate(image, 1):
            assert item.get("label") in known
            if item.tag == "mask":
                mask = cvat_mask(item.attrib, labels)
            else:
                points = [tuple(map(float, pair.split(","))) for pair in item.get("points").split(";")]
                mask = labels_from_polygons([from_rings([points])], *labels.shape) > 0
            assert np.array_equal(mask, labels == number)
    assert {item.tag for image in root.findall("image") for item in image} == {"polygon", "mask"}


def test_cvat_names_are_escaped(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.add("a<\"&'>.png", np.zeros((4, 5), np.int32), stem="a\"&'b")
    root = ElementTree.fromstring(scene.pack("cvat").read("cvat/annotations.xml"), forbid_dtd=True)
    assert root.find("image").get("name") == "a\"&'b.png"


@pytest.mark.parametrize("stem", STEMS)
def test_labelme_holds_every_mask_and_the_keys_it_asks_for(packed: Packed, scene: Scene, stem: str) -> None:
    document, labels = packed.json(f"labelme/{stem}.json"), scene.masks[stem]
    assert set(document) == {"version", "flags", "shapes", "imagePath", "imageData", "imageHeight", "imageWidth"}
    assert (document["imageHeight"], document["imageWidth"]) == labels.shape
    assert document["imagePath"].removeprefix("../") in packed.names
    assert len(document["shapes"]) == labels.max()
    for number, item in enumerate(document["shapes"], 1):
        assert {"label", "points", "group_id", "shape_type", "flags"} <= set(item)
        mask = np.zeros(labels.shape, bool)
        if item["shape_type"] == "mask":
            (x1, y1), (x2, y2) = item["points"]
            crop = cv2.imdecode(np.frombuffer(base64.b64decode(item["mask"]), np.uint8), cv2.IMREAD_GRAYSCALE)
            mask[y1 : y2 + 1, x1 : x2 + 1] = crop > 0
        else:
            mask = labels_from_polygons([from_rings([item["points"]])], *labels.shape) > 0
        assert np.array_equal(mask, labels == number)


def test_originals_are_the_uploads_and_each_is_there_once(scene: Scene, tmp_path: Path) -> None:
    first = scene.images[0]
    scene.add("plate_07_frame1.png", None, id=first.id, frame=1)
    scene.images.insert(1, scene.images.pop())
    packed = scene.pack("originals")
    assert packed.read("originals/plate_07.png") == first.original().read_bytes()
    assert sum(name.startswith("originals/plate_07") for name in packed.names) == 2
    assert not any("calc" in name for name in packed.names)
