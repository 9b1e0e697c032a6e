"""Compressed strips and tiles carry sizes of their own: a small file may hold a tile that unpacks to gigabytes."""

import struct
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from cellhub_app.core.imaging.limits import MAX_PLANE_BYTES, MAX_WHOLE_PIXELS
from cellhub_app.core.imaging.refusals import Unreadable, damaged, unsupported

JPEG, JPEG_2000 = frozenset((7,)), frozenset((33003, 33004, 33005, 34712))
BOUNDED = frozenset((1, 2, 3, 4, 5, 8, 32773, 32946, 34925, 34926, 50000))  # unpack into a buffer of the declared size
NAMES = {
    6: "old-style JPEG",
    34892: "lossy DNG",
    34887: "LERC",
    22610: "JPEG XR",
    34934: "JPEG XR",
    50001: "WebP",
    50002: "JPEG XL",
    52546: "JPEG XL",
}
PADDING_PX = 64  # encoders round up to whole blocks
HEAD_BYTES = 65_536
FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JP2_SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
CODE_STREAM, SHORT_BOX, LONG_BOX = b"jp2c", 8, 16


def check_segments(file: BinaryIO, page: Any) -> None:
    """Compare the size inside each compressed strip or tile of a page (of tifffile's) with the declared one.

    Raises Unreadable when one is larger, has no size, or the compression is not read.
    """
    keyframe = page.keyframe
    compression = int(keyframe.compression)
    width, height = segment_size(keyframe)
    if width * height > MAX_WHOLE_PIXELS:
        raise _too_large_pieces(width, height, MAX_WHOLE_PIXELS)
    if compression in BOUNDED:
        return
    if compression not in JPEG | JPEG_2000:
        raise unsupported(f"its compression ({NAMES.get(compression, compression)}) is not read")
    for head in _heads(file, zip(page.dataoffsets, page.databytecounts, strict=False)):
        size = _jpeg_size((keyframe.jpegheader or b"") + head) if compression in JPEG else _jpeg_2000_size(head)
        if size is None or size[0] > width + PADDING_PX or size[1] > height + PADDING_PX:
            raise damaged("a compressed part does not have the size that the file declares")


def _heads(file: BinaryIO, segments: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    """How each strip or tile begins; those without bytes are left out."""
    for offset, count in segments:
        if count > 0:
            file.seek(offset)
            yield file.read(min(count, HEAD_BYTES))


def check_segment_bytes(page: Any) -> None:
    """Raises Unreadable for compressed strips or tiles that take more memory than a whole plane may."""
    width, height = segment_size(page)
    bytes_per_pixel = page.shaped[-1] * page.dtype.itemsize
    if width * height * bytes_per_pixel > MAX_PLANE_BYTES:
        raise _too_large_pieces(width, height, MAX_PLANE_BYTES // bytes_per_pixel)


def _too_large_pieces(width: int, height: int, limit_px: int) -> Unreadable:
    why = f"it is stored in pieces of {width:,} × {height:,} pixels, and pieces of at most {limit_px // 1_000_000:,} megapixels are read"
    return Unreadable("tooLarge", why, "Save it with smaller tiles.")


def segment_size(page: Any) -> tuple[int, int]:
    """Width and height in px of a full strip or tile."""
    return (page.tilewidth, page.tilelength) if page.is_tiled else (page.imagewidth, page.rowsperstrip)


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in the frame header of a JPEG stream."""
    place = 2
    while place + 9 <= len(data):
        if data[place] != 0xFF:
            return None
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if marker in FRAME_MARKERS:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        place += 1 if marker == 0xFF else 2 + length
    return None


def _jpeg_2000_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in the SIZ marker of the code stream that is decoded."""
    place = _code_stream(data) if data.startswith(JP2_SIGNATURE) else 0
    if place is None or data[place : place + 4] != b"\xff\x4f\xff\x51" or len(data) < place + 24:
        return None
    right, bottom, left, top = struct.unpack(">IIII", data[place + 8 : place + 24])
    return right - left, bottom - top


def _code_stream(data: bytes) -> int | None:
    """Where the code stream of a JP2 file begins: boxes before it may hold anything, also what looks like another one."""
    place = 0
    while place + LONG_BOX <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        head = SHORT_BOX
        if length == 1:
            (length,), head = struct.unpack_from(">Q", data, place + SHORT_BOX), LONG_BOX
        if kind == CODE_STREAM:
            return place + head
        if length < head:
            return None
        place += length
    return None
