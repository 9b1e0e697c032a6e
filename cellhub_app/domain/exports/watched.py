"""Files that somebody else's code reads and writes for a long time, and that stop it when its work is not wanted any more."""

import io
from collections.abc import Callable
from typing import Any


class Watched:
    """A file; each read and write asks `check` first. After that raised, or the file was closed, what is written goes nowhere."""

    def __init__(self, file: Any, check: Callable[[], None]) -> None:
        self._file, self._check = file, check
        self._nowhere = io.BytesIO()
        self._is_over = False

    def read(self, size: int = -1) -> Any:
        """Read on. Raises what `check` raises."""
        return self._looked_after().read(size)

    def write(self, data: Any) -> Any:
        """Write on. Raises what `check` raises."""
        return self._looked_after().write(data)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)

    @property
    def _target(self) -> Any:
        return self._nowhere if self._is_over or self._file.closed else self._file

    def _looked_after(self) -> Any:
        if self._target is self._file:
            try:
                self._check()
            except BaseException:
                self._is_over = True
                raise
        return self._target
