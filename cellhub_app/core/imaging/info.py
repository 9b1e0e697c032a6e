"""What a file says about its picture."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.generic]
PixelSizeOrigin = Literal["ome", "imagej", "tiff"]


@dataclass(frozen=True)
class ImageInfo:
    """A picture as `read_plane` gives it: rotated upright, palettes and CMYK turned to RGB, transparency left out.

    `bit_depth` is that of the file (1 for bilevel pictures, which read as 0 and 255), `dtype` numpy's name of the pixel type, `frames` the
    number of z planes or pages, `pixel_size_um` the side of a square pixel in um, None where the file does not say.
    `channel_colours` are spelled #rrggbb, empty where the file does not say.
    """

    format: Literal["png", "jpeg", "tiff", "bmp", "gif", "webp"]
    width: int
    height: int
    channels: int
    bit_depth: int
    dtype: str
    is_rgb: bool
    frames: int = 1
    timepoints: int = 1
    pixel_size_um: float | None = None
    pixel_size_origin: PixelSizeOrigin | None = None
    channel_names: tuple[str, ...] = ()
    channel_colours: tuple[str, ...] = ()
