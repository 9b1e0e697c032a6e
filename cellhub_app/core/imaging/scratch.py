"""Arrays that are larger than memory lie in files without a name, in the temporary folder; the kernel writes out what is not in use."""

import errno
import math
import os
import shutil
import tempfile
from typing import Any

import numpy as np
import numpy.typing as npt

from cellhub_app.core.errors import Unavailable
from cellhub_app.core.imaging.refusals import size_in_words

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class NoRoom(Unavailable):
    """The temporary folder can't take a picture of this size."""

    code, title = "noRoom", "There is not enough room on the disk"


def on_disk(shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Zeros that are gone from the disk with their last reference. Raises NoRoom."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    with tempfile.TemporaryFile() as file:
        try:
            _reserve(file.fileno(), size)
        except OSError as error:
            raise NoRoom(_sentence(size)) from error
        return np.memmap(file, dtype, "r+", shape=shape)


def _reserve(descriptor: int, size: int) -> None:
    """Take the room now, where the file system can: writing to a mapped hole on a full disk ends the process."""
    try:
        os.posix_fallocate(descriptor, 0, size)
    except (AttributeError, OSError) as error:
        if getattr(error, "errno", None) in FULL:
            raise
        os.ftruncate(descriptor, size)


def _sentence(size: int) -> str:
    free = size_in_words(shutil.disk_usage(tempfile.gettempdir()).free)
    needed = f"An image of this size needs {size_in_words(size)} of room on the worker's disk for a while, and {free} are free."
    return f"{needed} Ask whoever runs this server to free some, or crop the image."
