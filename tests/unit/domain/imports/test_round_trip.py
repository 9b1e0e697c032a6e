"""What is exported and imported again: the same objects, pixel by pixel where the format can say it."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from cellhub_app.core.geometry.polygon import Polygon
from cellhub_app.core.geometry.raster import mask_from_polygon, relabel_components
from cellhub_app.core.imaging import planes
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from cellhub_app.domain.exports.bundle import ImageEntry
from cellhub_app.domain.imports import registry
from cellhub_app.domain.imports.findings import ImageObjects, KnownImage, Report
from cellhub_app.domain.imports.matching import Images
from cellhub_app.domain.imports.package import Package
from tests.unit.domain.exports.bundles import Labels, Scene, discs, rings

FORMATS = tuple(registry.FORMATS)
COCO_RLE = "COCO-RLE"  # COCO with run lengths for every object: the reader is the same
WRITTEN = (*FORMATS, COCO_RLE)
WITHOUT_HOLES = {"yolo"}
WITHOUT_CLASSES = {"masks"}
WITH_IDENTIFIERS = {"coco", "json", "geojson"}
REAL = {"nuclei_fluo": 32, "histology_color": 8, "cells_phase": 2, "spheroid_fluo_invasion": 8}
DOCUMENTATION = Path(__file__).resolve().parents[4] / "docs" / "imports.md"


@dataclass
class Comparison:
    """How well the objects of a format came back."""

    report: Report
    ious: list[float]

    def row(self, format_: str) -> str:
        """A line of the table in docs/imports.md."""
        share = sum(iou == 1 for iou in self.ious) / len(self.ious)
        name = format_ if format_ == COCO_RLE else f"`{format_}`"
        return f"| {name} | {np.mean(self.ious):.3f} | {min(self.ious):.3f} | {share:.1%} | {len(self.ious) - self.report.read} |"


@dataclass
class Exported:
    """Images, and the ZIPs that were made of them."""

    scene: Scene
    zips: dict[str, Path]

    @classmethod
    def of(cls, scene: Scene) -> "Exported":
        """All formats in one ZIP, COCO with run lengths in another."""
        whole = scene.pack(*FORMATS).path
        return cls(scene, {**dict.fromkeys(FORMATS, whole), COCO_RLE: scene.pack("coco", coco="rle").path})

    def read(self, written: str, report: Report) -> list[ImageObjects]:
        """What an import finds in a ZIP."""
        format_ = "coco" if written == COCO_RLE else written
        with Package.open(self.zips[written]) as package:
            return list(registry.read(format_, package, Images(map(known, self.scene.images)), report))


def known(entry: ImageEntry) -> KnownImage:
    return KnownImage(entry.id, entry.name, entry.width, entry.height, planes.count(entry.frames, entry.timepoints))


def overlap(one: Polygon, other: Polygon, height: int, width: int) -> float:
    """Intersection over union in pixels."""
    if all(map(np.array_equal, one.rings, other.rings)) and len(one.holes) == len(other.holes):
        return 1.0
    crops = [mask_from_polygon(polygon, height, width) for polygon in (one, other)]
    x0, y0 = min(x for _, x, _ in crops), min(y for _, _, y in crops)
    size = max(y + mask.shape[0] for mask, _, y in crops) - y0, max(x + mask.shape[1] for mask, x, _ in crops) - x0
    first, second = canvases = np.zeros((2, *size), bool)
    for canvas, (mask, x, y) in zip(canvases, crops, strict=True):
        canvas[y - y0 : y - y0 + mask.shape[0], x - x0 : x - x0 + mask.shape[1]] = mask
    return float((first & second).sum() / (first | second).sum())


def compared(exported: Exported, written: str) -> Comparison:
    report = Report(exported.zips[written].name)
    ious: list[float] = []
    found = {item.target.image.id: item for item in exported.read(written, report)}
    for entry in exported.scene.images:
        ious += overlaps(entry, found[entry.id])
    return Comparison(report, ious)


def overlaps(entry: ImageEntry, found: ImageObjects) -> list[float]:
    height, width = found.target.height, found.target.width
    pairs = zip(entry.objects, found.objects, strict=True)
    return [overlap(one.polygon, other.polygon, height, width) for one, other in pairs]


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    scene = Scene(tmp_path_factory.mktemp("scene"))
    scene.add("Zellen Ωμέγα 細胞.png", fluorescent_nuclei(3, 200, 260, count=30)[1])
    scene.add("well.A01.ome.tif", rings(), format_="tiff", bit_depth=16)
    scene.add("empty.png", np.zeros((20, 30), np.int32))
    return Exported.of(scene)


@pytest.mark.parametrize("written", WRITTEN)
def test_simulated_images_come_back_whole(simulated: Exported, written: str) -> None:
    comparison = compared(simulated, written)
    report = comparison.report
    assert report.images == 3
    assert report.read == sum(labels.max() for labels in simulated.scene.masks.values())
    assert [report.lost, report.repaired, report.unmatched, report.refused] == [{}, {}, {}, {}]
    if written not in WITHOUT_HOLES:
        assert set(comparison.ious) == {1.0}


@pytest.mark.parametrize("written", WRITTEN)
def test_classes_come_back(simulated: Exported, written: str) -> None:
    found = simulated.read(written, Report("x"))
    expected = None if written in WITHOUT_CLASSES else "nucleus"
    assert {entry.class_name for item in found for entry in item.objects} == {expected}


@pytest.mark.parametrize("size", [{"frames": 3}, {"timepoints": 3}, {"frames": 2, "timepoints": 2}])
def test_frames_come_back_to_their_frames(tmp_path: Path, size: dict[str, int]) -> None:
    scene = Scene(tmp_path)
    first = scene.add("stack.tif", discs(), format_="tiff", **size)
    third = scene.add("stack_frame2.tif", discs()[:, ::-1], format_="tiff", **size)
    scene.images[1] = replace(third, id=first.id, name=first.name, frame=2)
    path = scene.pack(*FORMATS).path
    for format_ in FORMATS:
        with Package.open(path) as package:
            found = list(registry.read(format_, package, Images([known(first)]), Report("x")))
        assert [item.target.frame for item in found] == ([0] if format_ == "yolo" else [0, 2])
        for item, entry in zip(found, scene.images, strict=False):
            assert set(overlaps(entry, item)) == {1.0}


def test_images_of_the_same_name_are_found_by_identifier_or_not_at_all(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.add("a.png", discs())
    scene.add("a.png", discs()[:, ::-1])
    path = scene.pack(*FORMATS).path
    for format_ in FORMATS:
        report = Report("x")
        with Package.open(path) as package:
            found = list(registry.read(format_, package, Images(map(known, scene.images)), report))
        if format_ in WITH_IDENTIFIERS:
            assert [item.target.image.id for item in found] == [entry.id for entry in scene.images]
        else:
            assert (found, report.unmatched_count) == ([], 2)


def real_labels(path: Path) -> Labels:
    """A mask in which every piece is an object, numbered without gaps."""
    return relabel_components(cv2.imread(str(path), cv2.IMREAD_UNCHANGED).astype(np.int32))


@pytest.fixture(scope="module")
def real(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    folder = request.getfixturevalue("shared_data") / "train"
    scene = Scene(tmp_path_factory.mktemp("real"))
    for kind, count in REAL.items():
        masks = sorted((folder / kind / "masks").glob("*.png"))
        for path in masks[:: max(1, len(masks) // count)][:count]:
            scene.add(f"{kind}_{path.name}", real_labels(path))
    assert len(scene.images) == sum(REAL.values())
    return Exported.of(scene)


@pytest.mark.shared_data
@pytest.mark.parametrize("written", WRITTEN)
def test_fifty_real_images_come_back_as_the_documentation_says(real: Exported, written: str) -> None:
    comparison = compared(real, written)
    kept = written not in WITHOUT_HOLES
    exact = [iou for iou, entry in zip(comparison.ious, objects(real.scene), strict=True) if kept or not entry.holes]
    assert min(exact) == 1.0
    rows = re.findall(r"^\| (?:`\w+`|COCO-RLE) \| [\d.]+ \|.*$", DOCUMENTATION.read_text(), re.MULTILINE)
    assert len(rows) == len(WRITTEN)
    assert comparison.row(written) in rows


def objects(scene: Scene) -> list[Polygon]:
    return [entry.polygon for image in scene.images for entry in image.objects]
