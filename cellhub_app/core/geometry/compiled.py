"""Functions compiled by numba: its decorator, typed, with the settings that every kernel shares."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(function: Kernel) -> Kernel:
    """Compile a function for the types of its first call, kept on disk (`NUMBA_CACHE_DIR` moves the cache) and run without the GIL."""
    return cast("Kernel", numba.njit(cache=True, nogil=True)(function))
