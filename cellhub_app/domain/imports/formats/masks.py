"""Label images, of which every value is an object, and binary masks, of which every piece is one: TIFF, PNG and what else holds pixels."""

import re
from collections.abc import Iterator
from functools import partial

import numpy as np
import numpy.typing as npt

from cellhub_app.core.errors import Invalid
from cellhub_app.core.geometry.polygon import Polygon
from cellhub_app.core.geometry.raster import polygons_from_labels, relabel_components
from cellhub_app.core.imaging import planes
from cellhub_app.core.imaging.read import probe, read_plane
from cellhub_app.domain.imports.findings import FoundObject, ImageObjects, Target
from cellhub_app.domain.imports.matching import base_name, stem
from cellhub_app.domain.imports.package import Package
from cellhub_app.domain.imports.reading import Reading
from cellhub_app.domain.imports.shapes import SPLIT

ENDINGS = (".tif", ".tiff", ".png", ".bmp", ".gif", ".webp")
PIECES_FREE, PIECES_PER_VALUE_MAX = 100, 10
_ADDED = re.compile(r"[ _.-]*(cp_masks|masks?|labels?|seg|instances)$", re.IGNORECASE)


def read(package: Package, reading: Reading) -> Iterator[ImageObjects]:
    """The objects of every mask; it is called like its image, also with `_mask`, `_labels` or `_cp_masks` added."""
    return reading.each(package, ENDINGS, partial(_mask, reading))


def _mask(reading: Reading, name: str, data: bytes) -> Iterator[ImageObjects]:
    info = probe(data, name=name)
    if info.channels != 1:
        raise Invalid(f"“{name}” has {info.channels} channels; a mask has one, in which every object has its number.")
    plain = stem(base_name(name))
    target = reading.target(name, _ADDED.sub("", plain) or plain, size=(info.height, info.width))
    if target is None:
        return
    count = planes.count(info.frames, info.timepoints)
    if count > 1 and (target.frame or count != target.image.planes):
        raise Invalid(f"“{name}” has {count} planes and its image has {target.image.planes}.")
    for frame in range(count):
        labels = _labels(name, read_plane(data, *planes.plane_of(frame, info.frames), name=name)[:, :, 0])
        objects = [FoundObject(polygon) for polygon in _polygons(reading, name, labels)]
        yield reading.done(Target(target.image, target.frame or frame, target.height, target.width), objects)


def _labels(name: str, plane: npt.NDArray[np.generic]) -> npt.NDArray[np.int32]:
    """Labels 1..n without gaps; (H, W)."""
    values, places = np.unique(plane, return_inverse=True)
    if values.dtype.kind == "f" and not (np.isfinite(values).all() and (values == np.rint(values)).all()):
        raise Invalid(f"“{name}” has values that are not whole numbers: it is a picture, not a mask.")
    background = int(np.searchsorted(values, 0, side="right"))
    return np.asarray(np.maximum(places.reshape(plane.shape) - background + 1, 0), dtype=np.int32)


def _polygons(reading: Reading, name: str, labels: npt.NDArray[np.int32]) -> list[Polygon]:
    """A polygon for each 4-connected piece; a mask with a single value is binary, and its pieces are its objects.

    Raises Invalid for a picture: its values lie scattered in many pieces.
    """
    count = int(labels.max(initial=0))
    if not count:
        return []
    pieces = relabel_components(labels)
    found = int(pieces.max())
    if count > 1:
        if found > max(PIECES_FREE, PIECES_PER_VALUE_MAX * count):
            raise Invalid(f"“{name}” looks like a picture, not a mask: its {count:,} values lie scattered in {found:,} pieces.")
        owners = np.zeros(found + 1, np.int64)
        owners[pieces.ravel()] = labels.ravel()
        if several := int((np.bincount(owners[1:]) > 1).sum()):
            reading.report.repaired[SPLIT] += several
    return polygons_from_labels(labels if found == count else pieces)
