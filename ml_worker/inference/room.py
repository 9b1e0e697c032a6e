"""Where arrays as large as an image are: in memory, those of a very large image on disk. Work on those goes band by band."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from cellhub_app.core.imaging.scratch import on_disk
from cellhub_app.core.limits import IN_PIECES_ABOVE_PX

WHOLE_PIXELS: int = IN_PIECES_ABOVE_PX  # up to here the image is one piece, and its objects take 17 bytes a pixel

Between = Callable[[], None]
"""Called between two steps of a long computation; what it raises ends that."""

Told = Callable[[float], None]
"""Told after a step of a long computation which share of it is done, 0 to 1."""


def nothing() -> None:
    """Nobody looks in between."""


def unheard(_share: float) -> None:
    """Nobody wants to know how far it is."""


def is_large(height: int, width: int) -> bool:
    """Whether an image of this size is worked on in pieces."""
    return height * width > WHOLE_PIXELS


def room_for(shape: tuple[int, ...], height: int, width: int, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Room of a shape for an image of this size; the kernel may write it out if it is large. Raises NoRoom."""
    return on_disk(shape, dtype) if is_large(height, width) else np.empty(shape, dtype)
