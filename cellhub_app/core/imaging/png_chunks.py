"""A PNG file's chunks: are they whole, and are the samples deeper than Pillow keeps?"""

import os
import struct
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from cellhub_app.core.imaging.refusals import damaged, truncated

SIGNATURE_BYTES = 8
BLOCK_BYTES = 1 << 20
GREY, GREY_ALPHA = 0, 4


@dataclass(frozen=True)
class PngHeader:
    """Size in px, bits of a sample and colour type (0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha)."""

    width: int
    height: int
    bit_depth: int
    colour_type: int

    @property
    def is_deep_colour(self) -> bool:
        """16-bit samples with more than one to a pixel, which Pillow would cut to 8 bits."""
        return self.bit_depth == 16 and self.colour_type != GREY


def read_header(file: BinaryIO) -> PngHeader:
    """The IHDR chunk. Raises Unreadable when it is missing or cut off."""
    file.seek(SIGNATURE_BYTES)
    head = file.read(21)
    if len(head) < 21:
        raise truncated()
    length, name, width, height, bit_depth, colour_type = struct.unpack(">I4sIIBB", head[:18])
    if name != b"IHDR" or length != 13 or not width or not height:
        raise damaged("its header is damaged")
    return PngHeader(width, height, bit_depth, colour_type)


def check_chunks(file: BinaryIO) -> None:
    """Walk all chunks up to IEND and compare their checksums. Raises Unreadable when one is cut off or damaged."""
    size = file.seek(0, os.SEEK_END)
    place = SIGNATURE_BYTES
    while True:
        file.seek(place)
        head = file.read(8)
        if len(head) < 8:
            raise truncated()
        (length,), name = struct.unpack(">I", head[:4]), head[4:]
        if place + 12 + length > size:
            raise truncated() if length < 1 << 31 else damaged("its list of parts is damaged")
        if _checksum(file, name, length) != int.from_bytes(file.read(4), "big"):
            raise damaged("its data is damaged (a checksum does not match)")
        if name == b"IEND":
            return
        place += 12 + length


def _checksum(file: BinaryIO, name: bytes, length: int) -> int:
    value = zlib.crc32(name)
    while length > 0:
        block = file.read(min(length, BLOCK_BYTES))
        value = zlib.crc32(block, value)
        length -= len(block)
    return value
