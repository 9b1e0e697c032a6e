"""A plane of a TIFF that does not fit into memory: read band by band, and kept on disk while somebody works with it."""

from collections.abc import Callable
from typing import BinaryIO

from cellhub_app.core.imaging.info import Plane
from cellhub_app.core.imaging.limits import MAX_LARGE_PIXELS
from cellhub_app.core.imaging.refusals import too_large
from cellhub_app.core.imaging.scratch import on_disk
from cellhub_app.core.imaging.tiff import Picture
from cellhub_app.core.imaging.tiff_bands import check_tiles, rows_of
from cellhub_app.core.imaging.tiff_segments import check_segment_bytes
from cellhub_app.core.imaging.tiles import TILE_PX


def read_large(file: BinaryIO, picture: Picture, frame: int, timepoint: int, between: Callable[[], None]) -> Plane:
    """What `read_picture` answers, as an array on disk; `between` is called after each band, and what it raises ends the reading.

    Raises Unreadable, NotFound, NoRoom.
    """
    width, height = picture.page.imagewidth, picture.page.imagelength
    if width * height > MAX_LARGE_PIXELS:
        raise too_large(width, height, MAX_LARGE_PIXELS)
    rows = rows_of(file, picture, frame, timepoint)
    if picture.series.dataoffset is None:
        check_segment_bytes(picture.page)
        check_tiles(picture)
    first = rows(0, min(height, TILE_PX))
    plane = on_disk((height, width, first.shape[2]), first.dtype)
    plane[: len(first)] = first
    for top in range(len(first), height, TILE_PX):
        between()
        bottom = min(height, top + TILE_PX)
        plane[top:bottom] = rows(top, bottom)
    return plane
