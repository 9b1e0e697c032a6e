"""A TIFF file's directories, walked before any decoder sees them: no loops, nothing outside the file."""

import os
import struct
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from cellhub_app.core.imaging.limits import MAX_TIFF_PAGES
from cellhub_app.core.imaging.refusals import Unreadable, damaged, truncated

WIDTH, HEIGHT, COMPRESSION, ORIENTATION = 256, 257, 259, 274
STRIP_OFFSETS, STRIP_COUNTS, ROWS_PER_STRIP = 273, 279, 278
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS = 322, 323, 324, 325
SUB_DIRECTORIES = 330
PLACES = (STRIP_OFFSETS, STRIP_COUNTS, TILE_OFFSETS, TILE_COUNTS, SUB_DIRECTORIES)
KEPT = frozenset((WIDTH, HEIGHT, COMPRESSION, ORIENTATION, ROWS_PER_STRIP, TILE_WIDTH, TILE_HEIGHT, *PLACES))
INTEGER_TYPES = {1: "u1", 3: "u2", 4: "u4", 8: "i2", 9: "i4", 13: "u4", 16: "u8", 17: "i8", 18: "u8"}
TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
MAX_TAG_BYTES = 64 * 1024 * 1024  # the longest OME-XML believed
MAX_SEGMENTS = 4_000_000
MAX_TAGS = 4096

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Directory:
    """The integer tags of one directory (IFD) that say where its pixels are."""

    tags: dict[int, Integers] = field(default_factory=dict)
    next_offset: int = 0

    def first(self, tag: int, default: int) -> int:
        """The first value of a tag."""
        values = self.tags.get(tag)
        return int(values[0]) if values is not None and len(values) else default

    @property
    def is_tiled(self) -> bool:
        """Tiles instead of strips."""
        return TILE_OFFSETS in self.tags

    @property
    def segments(self) -> tuple[Integers, Integers]:
        """Offsets and byte counts of the strips or tiles."""
        none = np.zeros(0, dtype=np.int64)
        keys = (TILE_OFFSETS, TILE_COUNTS) if self.is_tiled else (STRIP_OFFSETS, STRIP_COUNTS)
        offsets, counts = (self.tags.get(key, none) for key in keys)
        return offsets[: len(counts)], counts[: len(offsets)]


@dataclass(frozen=True)
class _Layout:
    """Byte order and the widths of classic or big TIFF."""

    order: str
    is_big: bool
    file_bytes: int

    @property
    def offset_format(self) -> str:
        return self.order + ("Q" if self.is_big else "I")

    @property
    def offset_bytes(self) -> int:
        return 8 if self.is_big else 4


def walk_directories(file: BinaryIO) -> list[Directory]:
    """All directories of a file, sub-directories included, the first one first.

    Raises Unreadable when the directories run in a circle, lie outside the file or are too many, and when pixels lie beyond its end.
    """
    layout, first = _read_header(file)
    waiting, seen, found = [first], set[int](), list[Directory]()
    while waiting:
        offset = waiting.pop()
        if offset in seen:
            raise damaged("its list of pages runs in a circle")
        seen.add(offset)
        if len(seen) > MAX_TIFF_PAGES:
            raise Unreadable("tooLarge", f"it has more than {MAX_TIFF_PAGES:,} pages", "Split it into several files.")
        directory = _read_directory(file, layout, offset)
        _check_extent(directory, layout.file_bytes)
        found.append(directory)
        subs = [int(sub) for sub in directory.tags.get(SUB_DIRECTORIES, ())]
        waiting.extend(sub for sub in [directory.next_offset, *subs] if sub)
    return found


def read_first_directory(file: BinaryIO) -> Directory:
    """The first directory alone, pixels not checked. Raises Unreadable when there is none."""
    layout, first = _read_header(file)
    return _read_directory(file, layout, first)


def _read_header(file: BinaryIO) -> tuple[_Layout, int]:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 8:
        raise truncated() if order else damaged("its header is damaged")
    is_big = head[2:4] in (b"+\x00", b"\x00+")
    if is_big and len(head) < 16:
        raise truncated()
    (first,) = struct.unpack(order + ("Q" if is_big else "I"), head[8:16] if is_big else head[4:8])
    if first == 0:
        raise damaged("it has no picture inside")
    return _Layout(order, is_big, size), first


def _read_directory(file: BinaryIO, layout: _Layout, offset: int) -> Directory:
    count_format, entry_bytes = ("Q", 20) if layout.is_big else ("H", 12)
    count_bytes = struct.calcsize("<" + count_format)
    if offset + count_bytes > layout.file_bytes:
        raise truncated(offset + count_bytes, layout.file_bytes)
    file.seek(offset)
    (count,) = struct.unpack(layout.order + count_format, file.read(count_bytes))
    end = offset + count_bytes + count * entry_bytes + layout.offset_bytes
    if count > MAX_TAGS:
        raise damaged("its index is damaged")
    if end > layout.file_bytes:
        raise truncated(end, layout.file_bytes)
    raw = file.read(count * entry_bytes + layout.offset_bytes)
    entries = (raw[place : place + entry_bytes] for place in range(0, count * entry_bytes, entry_bytes))
    tags = {tag: values for entry in entries for tag, values in [_read_entry(file, layout, entry)] if values is not None}
    (next_offset,) = struct.unpack(layout.offset_format, raw[-layout.offset_bytes :])
    return Directory(tags, next_offset)


def _read_entry(file: BinaryIO, layout: _Layout, entry: bytes) -> tuple[int, Integers | None]:
    """The tag of an entry, and its values when it is one that matters here."""
    tag, kind, count = struct.unpack(layout.order + ("HHQ" if layout.is_big else "HHI"), entry[: -layout.offset_bytes])
    size = TYPE_BYTES.get(kind, 1) * count
    place = entry[-layout.offset_bytes :]
    if size > MAX_TAG_BYTES or (tag in KEPT and count > MAX_SEGMENTS):
        raise damaged("its index is damaged")
    if tag not in KEPT or kind not in INTEGER_TYPES:
        return tag, None
    if size > layout.offset_bytes:
        (offset,) = struct.unpack(layout.offset_format, place)
        if offset + size > layout.file_bytes:
            raise truncated(offset + size, layout.file_bytes)
        file.seek(offset)
        place = file.read(size)
    return tag, np.frombuffer(place[:size], dtype=layout.order + INTEGER_TYPES[kind]).astype(np.int64)


def _check_extent(directory: Directory, file_bytes: int) -> None:
    offsets, counts = directory.segments
    if len(offsets) == 0:
        return
    if offsets.min() < 0 or counts.min() < 0:
        raise damaged("its index is damaged")
    end = int((offsets.astype(np.uint64) + counts.astype(np.uint64)).max())
    if end > file_bytes:
        raise truncated(end, file_bytes)
