"""Uploads for the tests of readers, and what became of them."""

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from cellhub_app.core.geometry.raster import mask_from_polygon
from cellhub_app.domain.imports import registry
from cellhub_app.domain.imports.findings import FoundObject, ImageObjects, KnownImage, Report
from cellhub_app.domain.imports.matching import Images
from cellhub_app.domain.imports.package import Package

CELLS = KnownImage(UUID(int=1), "cells.png", 40, 30)
SQUARE = [[4, 4], [12, 4], [12, 12], [4, 12]]


@dataclass
class Outcome:
    """What a reader found, and its report."""

    images: list[ImageObjects]
    report: Report

    @property
    def objects(self) -> list[FoundObject]:
        return [found for image in self.images for found in image.objects]

    def mask(self, height: int = 30, width: int = 40) -> np.ndarray:
        """All pixels of all objects."""
        whole = np.zeros((height, width), bool)
        for found in self.objects:
            mask, x0, y0 = mask_from_polygon(found.polygon, height, width)
            whole[y0 : y0 + mask.shape[0], x0 : x0 + mask.shape[1]] |= mask
        return whole


def imported(format_: str, name: str, data: bytes | str | dict[str, Any] | list[Any], *known: KnownImage) -> Outcome:
    """An upload of one file, read for the images (by default CELLS)."""
    if not isinstance(data, bytes):
        data = (data if isinstance(data, str) else json.dumps(data)).encode()
    report = Report(name)
    return Outcome(list(registry.read(format_, Package.of(name, data), Images(known or [CELLS]), report)), report)


def zipped(files: dict[str, bytes | str]) -> bytes:
    """A ZIP of some files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def block(left: int, top: int, right: int, bottom: int) -> np.ndarray:
    """A mask of CELLS with a filled block."""
    mask = np.zeros((30, 40), bool)
    mask[top:bottom, left:right] = True
    return mask
