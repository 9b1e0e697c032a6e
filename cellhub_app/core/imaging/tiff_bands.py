"""Rows of a TIFF that is too large to be decoded whole, from the strips or tiles that hold them."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, BinaryIO

import numpy as np

from cellhub_app.core.errors import NotFound
from cellhub_app.core.imaging.info import Plane
from cellhub_app.core.imaging.limits import MAX_PLANE_BYTES
from cellhub_app.core.imaging.orientation import UPRIGHT
from cellhub_app.core.imaging.refusals import Unreadable, unsupported
from cellhub_app.core.imaging.tiff import Picture, checked_page, open_tiff, picture_of
from cellhub_app.core.imaging.tiff_colour import to_channels
from cellhub_app.core.imaging.tiff_structure import walk_directories
from cellhub_app.core.imaging.tiles import TILE_PX

Rows = Callable[[int, int], Plane]
JPEG = frozenset((6, 7, 34892, 33007))
MAX_TIMES = 8  # that a tile is decoded for a plane


@contextmanager
def open_tiff_bands(file: BinaryIO, frame: int, timepoint: int) -> Iterator[Rows]:
    """What gives rows `top` to `bottom` of all channels as (h, W, C), in native byte order. Raises Unreadable, NotFound."""
    directories = walk_directories(file)
    with open_tiff(file) as tiff:
        yield rows_of(file, picture_of(tiff, directories), frame, timepoint)


def rows_of(file: BinaryIO, picture: Picture, frame: int, timepoint: int) -> Rows:
    """The same of a picture that is open already."""
    _check(picture)
    if not (0 <= frame < picture.length(picture.frame_axis) and 0 <= timepoint < picture.length("T")):
        raise NotFound(f"The image has no frame {frame} at timepoint {timepoint}.")
    chosen = {picture.frame_axis or "Z": frame, "T": timepoint}
    pages = [_page_rows(file, picture, {**chosen, "C": channel}) for channel in range(picture.length("C"))]
    return lambda top, bottom: np.concatenate([to_channels(rows(top, bottom), picture.page) for rows in pages], axis=2)


def _check(picture: Picture) -> None:
    page = picture.page
    if picture.orientation != UPRIGHT:
        raise unsupported("it is large and stored turned")
    if TILE_PX * _row_bytes(picture) > MAX_PLANE_BYTES:
        raise Unreadable("tooLarge", f"its rows of {page.imagewidth:,} pixels are too long", "Save fewer channels, or crop it.")


def check_tiles(picture: Picture) -> None:
    """Raises Unreadable for tiles that would be decoded many times, because they reach over many bands and can't be kept for the next."""
    page = picture.page
    if page.tilelength > MAX_TIMES * TILE_PX and not _are_kept(picture):
        why = f"its tiles of {page.tilewidth:,} × {page.tilelength:,} pixels are too tall for its width"
        raise Unreadable("tooLarge", why, "Save it with smaller tiles.")


def _are_kept(picture: Picture) -> bool:
    """Whether a row of strips or tiles is kept for the next band: of tiles, where it reaches over two, and fits into memory beside one."""
    high = picture.page.tilelength
    return not picture.page.is_tiled or (TILE_PX % high > 0 and (TILE_PX + high) * _row_bytes(picture) <= MAX_PLANE_BYTES)


def _row_bytes(picture: Picture) -> int:
    """One row of pixels, all channels."""
    page = picture.page
    count: int = page.imagewidth * page.samplesperpixel * picture.length("C") * page.dtype.itemsize
    return count


def _page_rows(file: BinaryIO, picture: Picture, chosen: dict[str, int]) -> Rows:
    index = picture.page_index(chosen)
    if picture.series.dataoffset is not None:
        return _stored_rows(file, picture, index)
    page = checked_page(file, picture, index)
    return _segment_rows(file, page, _are_kept(picture))


def _stored_rows(file: BinaryIO, picture: Picture, index: int) -> Rows:
    """Pixels that lie in the file one after the other."""
    page = picture.page
    dtype = page.dtype.newbyteorder(page.parent.byteorder)
    planes, samples = (page.shape[0], 1) if page.axes.startswith("S") else (1, page.samplesperpixel)
    row = page.imagewidth * samples
    start = picture.series.dataoffset + index * math.prod(page.shape) * dtype.itemsize

    def rows(top: int, bottom: int) -> Plane:
        parts = []
        for plane in range(planes):
            file.seek(start + (plane * page.imagelength + top) * row * dtype.itemsize)
            parts.append(np.frombuffer(file.read((bottom - top) * row * dtype.itemsize), dtype))
        shape = {"S": page.samplesperpixel, "Y": bottom - top, "X": page.imagewidth}
        return np.concatenate(parts).reshape([shape[axis] for axis in page.axes if axis in shape])

    return rows


def _segment_rows(file: BinaryIO, page: Any, are_kept: bool) -> Rows:
    """Pixels in strips or tiles, which are decoded one after the other."""
    keyframe = page.keyframe
    separate, _, _, width, contiguous = keyframe.shaped
    high = keyframe.tilelength if keyframe.is_tiled else keyframe.rowsperstrip
    across = -(-width // keyframe.tilewidth) if keyframe.is_tiled else 1
    down = -(-keyframe.imagelength // high)
    tables = {"jpegtables": page.jpegtables, "jpegheader": keyframe.jpegheader} if keyframe.compression in JPEG else {}

    def decoded(index: int) -> Any:
        # What decodes is made when it is first asked for, and looks into the file itself: after the bytes are read.
        file.seek(page.dataoffsets[index])
        data = file.read(page.databytecounts[index])
        return keyframe.decode(data or None, index, **tables)

    # Of each sample the last row of strips or tiles, which may reach into the next band.
    segments = [lru_cache(maxsize=across if are_kept else 0)(decoded) for _ in range(separate)]

    def rows(top: int, bottom: int) -> Plane:
        band = np.zeros((separate, bottom - top, width, contiguous), keyframe.dtype.newbyteorder("="))
        for sample in range(separate):
            for index in range((sample * down + top // high) * across, (sample * down + -(-bottom // high)) * across):
                values, (_, _, y, x, _), _ = segments[sample](index)
                if values is not None:
                    _place(band[sample], values[0], y - top, x)
        axes = {"SYX": band[:, :, :, 0], "YX": band[0, :, :, 0]}
        found: Plane = axes.get("".join(axis for axis in keyframe.axes if axis in "SYX"), band[0])
        return found

    return rows


def _place(band: Plane, values: Plane, y: int, x: int) -> None:
    """Copy what of a strip or tile lies within the band."""
    first, last = max(0, -y), min(len(values), len(band) - y)
    if last > first:
        wide = min(values.shape[1], band.shape[1] - x)
        band[y + first : y + last, x : x + wide] = values[first:last, :wide]
