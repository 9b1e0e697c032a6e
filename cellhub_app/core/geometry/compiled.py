"""Functions compiled by numba: its decorator, typed, with the settings that every kernel shares.

Without numba they run as they are written: slowly, but a machine that only trains needs no more than torch and cv2.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

numba: Any
try:
    import numba
except ModuleNotFoundError:
    numba = None

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(function: Kernel) -> Kernel:
    """Compile a function for the types of its first call, kept on disk (`NUMBA_CACHE_DIR` moves the cache) and run without the GIL."""
    if numba is None:
        return function
    return cast("Kernel", numba.njit(cache=True, nogil=True)(function))
