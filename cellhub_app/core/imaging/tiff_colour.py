"""From stored TIFF samples to channels: palettes, inverted grey, CMYK, transparency."""

from typing import Any

import numpy as np

from cellhub_app.core.imaging.info import Plane
from cellhub_app.core.imaging.refusals import unsupported

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, MASK, SEPARATED, YCBCR = range(7)
READ = frozenset((WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, MASK, SEPARATED, YCBCR))
ALPHA = frozenset((1, 2))


def check_colour(page: Any) -> None:
    """Raise Unreadable for colours that are not read, such as CIELab or a camera's raw mosaic."""
    if int(page.photometric) not in READ:
        raise unsupported(f"its colours are stored in a way that is not read ({getattr(page.photometric, 'name', page.photometric)})")


def channels_after(page: Any) -> int:
    """Channels that `to_channels` makes of one page."""
    if _has_lookup(page) or int(page.photometric) == SEPARATED:
        return 3
    return int(page.samplesperpixel) - _alpha_samples(page)


def to_channels(samples: Plane, page: Any) -> Plane:
    """Samples of a page, in the order of its axes, as channels (H, W, C) in native byte order.

    Palettes become RGB, except ImageJ's, whose indices are the measured values; CMYK becomes RGB; samples where 0 means white are
    inverted; bilevel pictures become 0 and 255; alpha is dropped and what lies under it kept.
    """
    plane = _channels_last(samples, page)
    photometric = int(page.photometric)
    if plane.dtype.kind == "b":
        plane = np.where(plane, np.uint8(255), np.uint8(0))
    plane = plane.astype(plane.dtype.newbyteorder("="), copy=False)
    if _has_lookup(page):
        return np.asarray((page.colormap.T >> 8).astype(np.uint8)[plane[:, :, 0]])
    if photometric == SEPARATED:
        return _cmyk_to_rgb(plane)
    if photometric == WHITE_IS_ZERO and plane.dtype.kind == "u":
        top = 255 if page.bitspersample == 1 else (1 << page.bitspersample) - 1
        plane = (top - np.minimum(plane, top)).astype(plane.dtype)
    return plane[:, :, : channels_after(page)]


def _has_lookup(page: Any) -> bool:
    return int(page.photometric) == PALETTE and page.colormap is not None and not page.is_imagej and page.bitspersample <= 16


def _alpha_samples(page: Any) -> int:
    return sum(int(kind) in ALPHA for kind in page.extrasamples)


def _channels_last(samples: Plane, page: Any) -> Plane:
    axes = [axis for axis in page.axes if axis in "SYX"]
    plane = samples.reshape([samples.shape[page.axes.index(axis)] for axis in axes])
    if "S" not in axes:
        return plane[:, :, np.newaxis]
    return np.moveaxis(plane, axes.index("S"), 2)


def _cmyk_to_rgb(plane: Plane) -> Plane:
    if plane.dtype.kind != "u" or plane.shape[2] < 4:
        raise unsupported("its colours are stored in a way that is not read (SEPARATED)")
    top = 256.0**plane.dtype.itemsize - 1
    ink = plane[:, :, :4].astype(np.float32) / top
    rgb = (1 - ink[:, :, :3]) * (1 - ink[:, :, 3:])
    return np.rint(rgb * top).astype(plane.dtype)
