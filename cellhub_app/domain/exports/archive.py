"""A ZIP written piece by piece: the same input gives the same bytes, and memory does not grow with what goes in."""

import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, TextIO, cast

TIMESTAMP = (1980, 1, 1, 0, 0, 0)
BLOCK_BYTES = 1024 * 1024
LEVEL = 4  # of zlib: coordinates become 7 % larger than at its usual 6, three and a half times faster
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_UNSAFE = re.compile(r"(^|/)(\.\.?)?(/|$)|[\\\x00-\x1f]|^[A-Za-z]:")


class Archive:
    """Entries that are known whole go in at once; files that grow with every image wait beside the ZIP until it is closed.

    `check` is called between blocks and stops the work by raising; `resources` are closed with the archive, whatever happened.
    """

    def __init__(self, target: Path, check: Callable[[], None] = lambda: None) -> None:
        self.resources = ExitStack()
        self.check = check
        self._folder = self.resources.enter_context(tempfile.TemporaryDirectory(prefix="parts-", dir=target.parent))
        self._zip = self.resources.enter_context(zipfile.ZipFile(target, "w"))
        self._growing: list[tuple[str, TextIO]] = []
        self._names: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._add_growing()
        finally:
            self.resources.close()

    def grow(self, name: str) -> TextIO:
        """A UTF-8 text file of the ZIP to be written over time. Lines end as they are written."""
        self._growing.append((self._claim(name), self.scratch()))
        return self._growing[-1][1]

    def scratch(self) -> TextIO:
        """A temporary UTF-8 text file that does not go into the ZIP; gone when the archive is closed."""
        return cast("TextIO", self.resources.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", newline="", dir=self._folder)))

    def scratch_path(self, name: str) -> Path:
        """A place for a temporary file; removed when the archive is closed."""
        return Path(self._folder) / name

    def add_text(self, name: str, lines: Iterable[str]) -> None:
        """Write a text entry from its pieces."""
        with self._zip.open(self._entry(self._claim(name), compressed=True), "w", force_zip64=True) as out:
            for line in lines:
                out.write(line.encode())

    def add_bytes(self, name: str, data: bytes) -> None:
        """Put a small file in that is packed already, or too small to gain from it."""
        with self._zip.open(self._entry(self._claim(name), compressed=False), "w") as out:
            out.write(data)

    def add_file(self, name: str, path: Path, *, compressed: bool = False) -> None:
        """Copy a file in; leave pictures uncompressed, they are already."""
        with path.open("rb") as source:
            self._copy(self._claim(name), source, compressed=compressed)

    def _add_growing(self) -> None:
        for name, stream in self._growing:
            stream.flush()
            stream.seek(0)
            self._copy(name, stream.buffer, compressed=True)

    def _copy(self, name: str, source: IO[bytes], *, compressed: bool) -> None:
        with self._zip.open(self._entry(name, compressed=compressed), "w", force_zip64=True) as out:
            while block := source.read(BLOCK_BYTES):
                self.check()
                out.write(block)

    def _entry(self, name: str, *, compressed: bool) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, TIMESTAMP)
        entry.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
        entry._compresslevel = LEVEL  # type: ignore[attr-defined]
        entry.external_attr = 0o644 << 16
        return entry

    def _claim(self, name: str) -> str:
        if _UNSAFE.search(name) or name.casefold() in self._names:
            raise ValueError(f"not a new, relative name for a file in the ZIP: {name!r}")
        self._names.add(name.casefold())
        return name


def compact_json(value: Any) -> str:
    """The value as JSON in one line. Raises ValueError for numbers that JSON does not have."""
    return _COMPACT.encode(value)


def append(source: TextIO, target: TextIO) -> None:
    """Copy a whole scratch file to the end of another."""
    source.flush()
    source.seek(0)
    shutil.copyfileobj(source, target, BLOCK_BYTES)
