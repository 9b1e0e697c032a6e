"""ImageJ ROIs: a RoiSet.zip named after its image, a ZIP of several, or one .roi file."""

import re
import struct
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from roifile import ROI_TYPE, ImagejRoi

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.imports import untrusted
from cellhub_app.domain.imports.findings import FoundObject, ImageObjects, Target
from cellhub_app.domain.imports.matching import base_name, stem
from cellhub_app.domain.imports.package import Package
from cellhub_app.domain.imports.reading import Reading

NO_AREA = "it is a point, a line or text, not an area"
DAMAGED = "its ROI is damaged"
NOT_ROI = "it is not an ImageJ ROI"
AREAS = (ROI_TYPE.POLYGON, ROI_TYPE.FREEHAND, ROI_TYPE.TRACED, ROI_TYPE.RECT, ROI_TYPE.OVAL)
_SET = re.compile(r"[ _.-]*roi[ _-]?set[ _-]*", re.IGNORECASE)

MOVE = 0.0
POINTS_OF_COMMAND = {MOVE: 1, 1.0: 1, 2.0: 2, 3.0: 3, 4.0: 0}
OVAL_POINTS, CURVE_POINTS = 180, 16

Point = tuple[float, float]
Ring = npt.NDArray[np.float64]


def read(package: Package, reading: Reading) -> Iterator[ImageObjects]:
    """The ROIs of every set; in stacks the position of a ROI is its frame."""
    sets = [name for name in package.under(reading.folder) if name.lower().endswith(".zip")] if package.is_archive else []
    if not sets:
        yield from _set(package.name, package, reading)
        return
    yield from reading.each(package, (".zip",), lambda name, data: _set(name, Package.of(name, data), reading))


def _set(name: str, package: Package, reading: Reading) -> Iterator[ImageObjects]:
    files = [file for file in package.names if file.lower().endswith(".roi")]
    if len(files) < len(package.names) and not files:
        raise Invalid(f"{package.name} holds no ROI of ImageJ.")
    target = reading.target(_image_name(name))
    if target is None:
        return
    by_frame: dict[int, list[FoundObject]] = defaultdict(list)
    for file in files:
        for frame, found in _objects(reading, target, package.read(file)):
            by_frame[frame].append(found)
    for frame in sorted(by_frame) or [target.frame]:
        yield reading.done(Target(target.image, frame, target.height, target.width), by_frame.get(frame, []))


def _image_name(name: str) -> str:
    plain = stem(base_name(name))
    return _SET.sub("", plain) or plain


def _objects(reading: Reading, target: Target, data: bytes) -> Iterator[tuple[int, FoundObject]]:
    try:
        roi = ImagejRoi.frombytes(data)
        rings = _rings(roi)
    except (ValueError, TypeError, IndexError, OverflowError, struct.error):
        reading.lose(DAMAGED if data.startswith(b"Iout") else NOT_ROI)
        return
    if not rings:
        reading.lose(NO_AREA)
        return
    is_framed = not target.frame and 0 < roi.position <= target.image.planes
    for found in reading.outline(target, rings, *_class_and_score(roi)):
        yield roi.position - 1 if is_framed else target.frame, found


def _rings(roi: ImagejRoi) -> list[Ring]:
    """The rings of a ROI, the largest first; none when it is no area. Raises ValueError."""
    if roi.roitype not in AREAS or roi.subtype.value:
        return []
    rings = [ring for ring in _drawn(roi) if len(ring)]
    return sorted(rings, key=lambda ring: -float(np.prod(np.ptp(ring, axis=0))))


def _drawn(roi: ImagejRoi) -> list[Ring]:
    if roi.composite:
        return path_rings([] if roi.multi_coordinates is None else roi.multi_coordinates.tolist())
    box = np.array([[roi.left, roi.top], [roi.right, roi.bottom]], np.float64)
    if roi.subpixelrect:
        box = np.array([[roi.xd, roi.yd], [roi.xd + roi.widthd, roi.yd + roi.heightd]])
    if roi.roitype == ROI_TYPE.RECT:
        return [np.column_stack([box[[0, 1, 1, 0], 0], box[[0, 0, 1, 1], 1]])]
    if roi.roitype == ROI_TYPE.OVAL:
        angles = np.linspace(0, 2 * np.pi, OVAL_POINTS, endpoint=False)
        return [box.mean(axis=0) + np.column_stack([np.cos(angles), np.sin(angles)]) * np.ptp(box, axis=0) / 2]
    return [np.asarray(roi.coordinates(), np.float64)]


def path_rings(path: list[float]) -> list[Ring]:
    """The rings of a Java2D path: move 0, line 1, quadratic 2 and cubic 3 curves, close 4, each with its points. Raises ValueError."""
    rings: list[list[Point]] = []
    place = 0
    while place < len(path):
        count = POINTS_OF_COMMAND.get(path[place])
        if count is None or place + 2 * count >= len(path) or (count and path[place] and not rings):
            raise ValueError(DAMAGED)
        points = [(path[k], path[k + 1]) for k in range(place + 1, place + 1 + 2 * count, 2)]
        if path[place] == MOVE:
            rings.append(points)
        elif points:
            rings[-1] += _curve([rings[-1][-1], *points])
        place += 1 + 2 * count
    return [np.array(ring) for ring in rings]


def _curve(controls: list[Point]) -> list[Point]:
    """Points on a Bézier curve after its first, by de Casteljau; a line is its own end."""
    if len(controls) == 2:
        return controls[1:]
    shares = np.linspace(0, 1, CURVE_POINTS + 1)[1:, None]
    levels = [np.array(control) for control in controls]
    while len(levels) > 1:
        levels = [(1 - shares) * one + shares * other for one, other in pairwise(levels)]
    return [(x, y) for x, y in levels[0].tolist()]


def _class_and_score(roi: ImagejRoi) -> tuple[str | None, float | None]:
    """What CellHub wrote into the properties of a ROI."""
    properties = dict(line.split(": ", 1) for line in roi.props.splitlines() if ": " in line)
    return untrusted.class_name(properties.get("class")), untrusted.score(properties.get("score"))
