"""A picture read from the top to the bottom: whole where it fits into memory, by its strips or tiles where it does not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from cellhub_app.core.imaging.info import ImageInfo, Plane
from cellhub_app.core.imaging.limits import MAX_PLANE_BYTES, MAX_WHOLE_PIXELS
from cellhub_app.core.imaging.read import Source, opened, read_plane
from cellhub_app.core.imaging.tiff_bands import open_tiff_bands
from cellhub_app.core.imaging.tiles import Values, kept_type


@dataclass(frozen=True)
class Bands:
    """One frame and timepoint of a picture; `rows(top, bottom)` are (C, h, W) in the type that tiles keep."""

    width: int
    height: int
    channels: int
    dtype: np.dtype[Any]
    rows: Callable[[int, int], Values]


def fits_whole(info: ImageInfo) -> bool:
    """Whether a picture may be decoded in one piece."""
    pixels = info.width * info.height
    return pixels <= MAX_WHOLE_PIXELS and pixels * info.channels * np.dtype(info.dtype).itemsize <= MAX_PLANE_BYTES


@contextmanager
def open_bands(source: Source, info: ImageInfo, frame: int = 0, timepoint: int = 0, name: str | None = None) -> Iterator[Bands]:
    """The picture that `info` (from `probe`) describes. Raises ImageRefused, NotFound for a frame that is not there."""
    if fits_whole(info):
        plane = read_plane(source, frame, timepoint, name)
        yield _banded(info, lambda top, bottom: plane[top:bottom])
        return
    with opened(source, name) as file, open_tiff_bands(file, frame, timepoint) as rows:
        yield _banded(info, rows)


def _banded(info: ImageInfo, rows: Callable[[int, int], Plane]) -> Bands:
    dtype = kept_type(np.dtype(info.dtype))

    def kept(top: int, bottom: int) -> Values:
        with np.errstate(over="ignore"):
            return np.ascontiguousarray(np.moveaxis(rows(top, bottom), 2, 0), dtype=dtype)

    return Bands(info.width, info.height, info.channels, dtype, kept)
