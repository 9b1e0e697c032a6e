"""Pictures that were stored turned or mirrored: EXIF and TIFF tag 274."""

import io
import struct

import numpy as np

from cellhub_app.core.imaging.info import Plane
from cellhub_app.core.imaging.refusals import Unreadable
from cellhub_app.core.imaging.tiff_structure import ORIENTATION, read_first_directory

UPRIGHT = 1
SWAPS_SIDES = (5, 6, 7, 8)


def orientation_of_exif(exif: bytes | None) -> int:
    """The orientation 1..8 of an EXIF block, 1 when it has none or is damaged."""
    if not exif:
        return UPRIGHT
    try:
        tags = read_first_directory(io.BytesIO(exif.removeprefix(b"Exif\x00\x00")))
    except (Unreadable, struct.error):
        return UPRIGHT
    return valid_orientation(tags.first(ORIENTATION, UPRIGHT))


def valid_orientation(value: int) -> int:
    """The value if it is one of 1..8, else 1."""
    return value if 1 <= value <= 8 else UPRIGHT


def turn_upright(plane: Plane, orientation: int) -> Plane:
    """A plane (H, W, C) as it should be seen; sides swap for orientations 5 to 8."""
    if orientation in SWAPS_SIDES:
        plane = plane.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        plane = plane[:, ::-1]
    if orientation in (3, 4, 7, 8):
        plane = plane[::-1]
    return np.ascontiguousarray(plane)
