"""An image on its way to a network."""

from dataclasses import dataclass, field, replace

import numpy as np

from ml_worker.inference.forward import Image
from ml_worker.inference.postprocess import Settings
from ml_worker.inference.preprocess import Pixels, Stretch
from ml_worker.inference.scale import Scaling
from ml_worker.inference.tiling import Window, windows
from ml_worker.nets.registry import MULTIPLE


@dataclass(frozen=True)
class Parameters:
    """What a caller may choose; None takes the model's default. `channel` counts from 0, for images that are not RGB."""

    threshold: float | None = None
    min_area_px: int | None = None
    channel: int = 0


DEFAULTS = Parameters()


@dataclass(frozen=True)
class Prepared:
    """One image on its way: its pixels, how to stretch them, and the windows in which the network sees them.

    An image of one window is stretched at once; of a large one each tile is made when its turn comes. With `scaling` the network may see
    it larger or smaller.
    """

    model: str
    settings: Settings
    pixels: Pixels
    stretch: Stretch
    scaling: Scaling | None = None
    windows: tuple[Window, ...] = ()
    only_tile: Image | None = field(default=None, repr=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]

    def of(self, pixels: Pixels) -> "Prepared":
        """The same for other pixels of the image, with their windows: all of it, a part, or all of it in another size."""
        other = replace(self, pixels=pixels, windows=tuple(windows(pixels.shape[0], pixels.shape[1], MULTIPLE)), only_tile=None)
        return replace(other, only_tile=other.tile(other.windows[0])) if len(other.windows) == 1 else other

    def tile(self, window: Window) -> Image:
        """The stretched float32 (h, w, 1 or 3) pixels of a window, mirrored where it leaves the image."""
        if self.only_tile is not None:
            return self.only_tile
        piece = self.pixels[window.y : window.y + window.height, window.x : window.x + window.width]
        image = self.stretch(piece)
        rest = ((0, window.height - image.shape[0]), (0, window.width - image.shape[1]), (0, 0))
        return np.pad(image, rest, mode="reflect") if rest[0][1] or rest[1][1] else image
