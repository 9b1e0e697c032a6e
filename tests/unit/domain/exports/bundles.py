"""Bundles made of label images, for the tests of formats: what a format writes is compared with the masks themselves."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import numpy as np
import numpy.typing as npt
from PIL import Image
from roifile import ImagejRoi

from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.outlines import decode_many
from cellhub_app.core.geometry.polygon import from_rings
from cellhub_app.core.geometry.raster import polygons_from_labels
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, Measure, ObjectEntry, ProjectEntry, RevisionEntry
from cellhub_app.domain.exports.formats.imagej_roi import roi
from cellhub_app.domain.exports.names import Stems
from cellhub_app.domain.exports.packing import pack

Labels = npt.NDArray[np.int32]
MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
MEASURES = (
    Measure("area_px", "Area", "px²", "Number of pixels", power=2, um_key="area_um2", um_unit="µm²"),
    Measure("perimeter_px", "Perimeter", "px", "Length of the outline", power=1, um_key="perimeter_um", um_unit="µm"),
    Measure("solidity", "Solidity", "", "Area over the area of the convex hull"),
)


def discs(height: int = 60, width: int = 90) -> Labels:
    """Five discs in two rows; one is cut by the border."""
    labels = np.zeros((height, width), np.int32)
    y, x = np.mgrid[0:height, 0:width] + 0.5
    for number, (row, column, radius) in enumerate([(14, 15, 9), (14, 45, 7.5), (16, 84, 9), (42, 22, 12), (43, 60, 11)], 1):
        labels[(y - row) ** 2 + (x - column) ** 2 < radius**2] = number
    return labels


def rings() -> Labels:
    """Discs with holes: one with a round hole, one with two, and one whose rim runs along the whole border of the image."""
    labels = discs(80, 100)
    labels[11:17, 12:18] = 0
    labels[38:41, 18:21] = labels[44:47, 22:26] = 0
    frame = np.zeros_like(labels)
    frame[[0, -1], :] = frame[:, [0, -1]] = 6
    return np.where(labels > 0, labels, frame).astype(np.int32)


@dataclass
class Scene:
    """Images with their truth, and the export that was made of them."""

    folder: Path
    has_um: bool = True
    images: list[ImageEntry] = field(default_factory=list)
    masks: dict[str, Labels] = field(default_factory=dict)
    stems: Stems = field(default_factory=Stems)

    def add(self, name: str, labels: Labels | None, *, pixel_size_um: float | None = None, format_: str = "png", **more: Any) -> ImageEntry:
        """An image whose objects are the labels (None: it was not segmented)."""
        number = len(self.images)
        stem = self.stems.take(name)
        height, width = (60, 90) if labels is None else labels.shape
        entry = ImageEntry(
            **{
                "id": UUID(int=number + 1), "name": name, "stem": stem, "frame": 0, "width": width, "height": height, "channels": 1,
                "bit_depth": 8, "frames": 1, "timepoints": 1, "pixel_size_um": pixel_size_um,
                "pixel_size_origin": "tiff" if pixel_size_um else None,
                "format": format_, "bytes": 1000, "sha256": f"{number:064x}", "status": "ready", "error": None,
                "segmentation_status": None if labels is None else "succeeded", "tags": (), "created_at": MOMENT,
                "revisions": () if labels is None else (RevisionEntry(1, "model", "unet", "ab" * 32, {"threshold": 0.5}, "", MOMENT),),
                "objects": () if labels is None else objects_of(labels, number), **self._files(number, width, height), **more,
            }
        )  # fmt: skip
        self.images.append(entry)
        if labels is not None:
            self.masks[stem] = labels
        return entry

    def _files(self, number: int, width: int, height: int) -> dict[str, Any]:
        original, display = self.folder / f"{number}.png", self.folder / f"{number}.webp"
        picture = Image.fromarray(np.full((height, width), 40 + number, np.uint8))
        picture.save(original)
        picture.save(display)
        return {"original": lambda: original, "display": lambda: display}

    @property
    def bundle(self) -> Bundle:
        """The head of the export."""
        project = ProjectEntry(UUID(int=99), "Plate 7 – µ", "A description", "nuclei", MOMENT)
        return Bundle(project, MEASURES, 1, len(self.images), self.has_um)

    def pack(self, *formats: str, **choices: Any) -> "Packed":
        """The ZIP of some formats; the choices are fields of the bundle."""
        target = self.folder / f"{'-'.join([*formats, *map(str, choices.values())])[:100]}.zip"
        pack(replace(self.bundle, **choices), self.images, formats, target)
        return Packed(target)


@dataclass(frozen=True)
class Packed:
    """A ZIP that was made."""

    path: Path

    @property
    def names(self) -> list[str]:
        """Its files."""
        with ZipFile(self.path) as archive:
            return archive.namelist()

    def read(self, name: str) -> bytes:
        """One file."""
        with ZipFile(self.path) as archive:
            return archive.read(name)

    def text(self, name: str) -> str:
        """One text file."""
        return self.read(name).decode()

    def json(self, name: str) -> Any:
        """One JSON document."""
        return json.loads(self.read(name))


def objects_of(labels: Labels, image: int) -> list[ObjectEntry]:
    """The objects of a label image, with an area, a perimeter and a ratio that was not measured for the first."""
    return list(_objects(labels, image))


def _objects(labels: Labels, image: int) -> Iterator[ObjectEntry]:
    for number, polygon in enumerate(polygons_from_labels(labels) if labels.any() else [], 1):
        area = float((labels == number).sum())
        measures = (area, polygon.perimeter, None if number == 1 else 0.9)
        yield ObjectEntry(UUID(int=image * 1000 + number), number, 0, 0.875, 0.125, 1, codec.encode(polygon), measures)


def only(entries: Iterable[ImageEntry]) -> ImageEntry:
    """The single image of an iterable."""
    (entry,) = entries
    return entry


def imagej_roi(rings: Sequence[Any]) -> ImagejRoi:
    """The ROI that the export writes of a polygon, as roifile reads it."""
    outlines = decode_many([codec.encode(from_rings(rings))])
    return ImagejRoi.frombytes(roi(*outlines.one(0), "", "", 0, 0))
