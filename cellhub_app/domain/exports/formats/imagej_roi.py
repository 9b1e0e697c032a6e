"""ImageJ ROI sets, one RoiSet.zip an image: open it in the ROI Manager of ImageJ or Fiji.

https://imagej.net/ij/developer/source/ij/io/RoiDecoder.java.html. Outlines are polygons with sub-pixel vertices; an object with holes is a
composite of its rings, which ImageJ fills by the even-odd rule.
"""

import struct
import zipfile
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from roifile import ROI_OPTIONS, ROI_TYPE

from cellhub_app.core.imaging import planes
from cellhub_app.domain.exports.archive import TIMESTAMP, Archive
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, ObjectEntry, batches, outlines_of

README = {
    "imagej/<stem>_RoiSet.zip": "Outlines for the ROI Manager of ImageJ and Fiji; an object with holes is a composite ROI. The properties "
    "of a ROI hold class, identifier and score. Segmented images only."
}

MOVE, LINE, CLOSE = 0.0, 1.0, 4.0
VERSION = 229
COMPOSITE = int(ROI_OPTIONS.OVERLAY_BACKGROUNDS | ROI_OPTIONS.OVERLAY_LABELS)
SIMPLE = int(ROI_OPTIONS.SUB_PIXEL_RESOLUTION) | COMPOSITE
MANY_VERTICES = 2**16
HEADER = struct.Struct(">4shBxhhhhH")
MIDDLE = struct.Struct(">i12x h i 4x 4x h h B B h i i")
SECOND = struct.Struct(">4x 12x i i 4x h B B i f i i i 12x")
_SECOND_BYTES = 64

Vertices = npt.NDArray[np.float64]


class ImagejWriter:
    """Every image is a ZIP in the ZIP."""

    def __init__(self, bundle: Bundle, archive: Archive) -> None:
        self._project, self._archive = bundle.project, archive

    def add(self, image: ImageEntry) -> None:
        """The ROI set of a segmented image."""
        if not image.is_segmented:
            return
        path = self._archive.scratch_path("RoiSet.zip")
        with zipfile.ZipFile(path, "w") as rois:
            for entries in batches(image.objects):
                for name, data in self._rois(image, entries):
                    rois.writestr(_entry(name), data)
        self._archive.add_file(f"imagej/{image.stem}_RoiSet.zip", path, compressed=True)

    def finish(self) -> None:
        """Nothing is left to say."""

    def _rois(self, image: ImageEntry, entries: Sequence[ObjectEntry]) -> Iterator[tuple[str, bytes]]:
        """The name and bytes of each object's ROI."""
        outlines = outlines_of(entries)
        position = image.frame + 1 if planes.count(image.frames, image.timepoints) > 1 else 0
        for place, entry in enumerate(entries):
            kind = self._project.class_name(entry.class_id)
            name = f"{entry.number:05d} {kind}"
            props = f"class: {kind}\nid: {entry.id}\n" + ("" if entry.score is None else f"score: {entry.score:.7g}\n")
            yield f"{name}.roi", roi(*outlines.one(place), name, props, min(entry.class_id + 1, 255), position)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, TIMESTAMP)
    entry.external_attr = 0o644 << 16
    return entry


def roi(vertices: Vertices, ring_starts: npt.NDArray[np.int64], name: str, props: str, group: int, position: int) -> bytes:
    """A polygon as a sub-pixel ROI; with holes, as a composite of all rings.

    `vertices` (v, 2) in px, and where each ring starts in them.
    """
    is_simple = len(ring_starts) == 2
    exterior = vertices[: ring_starts[1]]
    low, high = exterior.min(axis=0), exterior.max(axis=0)
    if is_simple:
        (left, top), (right, bottom) = np.rint(low).astype(int).tolist(), (np.rint(high) + 1).astype(int).tolist()
        data, vertex_count, path_size = _points(exterior, left, top), len(exterior), 0
    else:
        (left, top), (right, bottom) = np.floor(low).astype(int).tolist(), np.ceil(high).astype(int).tolist()
        path = np.concatenate([_path(vertices[start:end]) for start, end in pairwise(ring_starts.tolist())])
        data, vertex_count, path_size = path.astype(">f4").tobytes(), 0, len(path)
    is_many = vertex_count >= MANY_VERTICES
    box = (_short(top), _short(left), _short(bottom), _short(right))
    head = HEADER.pack(b"Iout", VERSION, int(ROI_TYPE.POLYGON if is_simple else ROI_TYPE.RECT), *box, 0 if is_many else vertex_count)
    second = HEADER.size + MIDDLE.size + len(data)
    middle = MIDDLE.pack(vertex_count if is_many else 0, 0, path_size, 0, SIMPLE if is_simple else COMPOSITE, 0, 0, 0, position, second)
    words = name.encode("utf-16-be"), props.encode("utf-16-be")
    places = second + _SECOND_BYTES, second + _SECOND_BYTES + len(words[0])
    tail = SECOND.pack(places[0], len(words[0]) // 2, 0, group, 0, 0, 0.0, places[1], len(words[1]) // 2, 0)
    return b"".join((head, middle, data, tail, *words))


def _points(ring: Vertices, left: int, top: int) -> bytes:
    """Whole coordinates within the box, then the exact ones, x before y."""
    whole = (np.rint(ring) - (left, top)).astype(np.int64).astype(">i2")
    return whole.tobytes(order="F") + ring.astype(">f4").tobytes(order="F")


def _short(value: int) -> int:
    """The value as ImageJ keeps it: 16 bits with a sign, beyond them from the other end."""
    return (value + 2**15) % 2**16 - 2**15


def _path(ring: Vertices) -> npt.NDArray[np.float64]:
    """Java2D path segments of a ring: move to the first vertex, lines to the others, close."""
    steps = np.column_stack([np.r_[MOVE, np.full(len(ring) - 1, LINE)], ring])
    return np.append(steps.ravel(), CLOSE)
