"""What a file is, by its first bytes; its name is never asked."""

import string
from typing import Literal

from cellhub_app.core.imaging.refusals import AGAIN, ANY_FORMAT, OTHER_FORMAT, Unreadable, unsupported

Format = Literal["png", "jpeg", "tiff", "bmp", "gif", "webp"]

HEAD_BYTES = 1024

READ: tuple[tuple[bytes, Format], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)

NOT_READ: tuple[tuple[int, bytes, str], ...] = (
    (0, b"ZISRAWFILE", "a Zeiss CZI file"),
    (0, b"\xda\xce\xbe\x0a", "a Nikon ND2 file"),
    (0, b"\x70\x00\x00\x00", "a Leica LIF file"),
    (0, b"\xd0\xcf\x11\xe0", "an Olympus OIB, Zeiss ZVI or Office file"),
    (0, b"\x89HDF", "an HDF5 file"),
    (0, b"NRRD", "an NRRD file"),
    (0, b"8BPS", "a Photoshop file"),
    (0, b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 file"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 file"),
    (0, b"\x00\x00\x00\x0cJXL ", "a JPEG XL file"),
    (4, b"ftyp", "a HEIC, AVIF or video file"),
    (0, b"P4", "a PNM file"),
    (0, b"P5", "a PNM file"),
    (0, b"P6", "a PNM file"),
)

NO_IMAGE: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
)

BMP_HEADER_SIZES = (12, 16, 40, 52, 56, 64, 108, 124)
PRINTABLE = frozenset(string.printable.encode())
DICOM_FIRST_TAGS = (
    b"\x02\x00\x00\x00",
    b"\x02\x00\x01\x00",
    b"\x02\x00\x10\x00",
    b"\x08\x00\x00\x00",
    b"\x08\x00\x05\x00",
    b"\x08\x00\x08\x00",
)


def sniff(head: bytes) -> Format:
    """The format of a file that begins with `head` (HEAD_BYTES of it). Raises Unreadable for anything that is not read."""
    if not head:
        raise Unreadable("empty", "the file is empty", AGAIN)
    if head[128:132] == b"DICM" or head[:4] in DICOM_FIRST_TAGS:
        raise Unreadable("dicom", "it is a DICOM file, which CellHub does not read yet", OTHER_FORMAT)
    for magic, name in READ:
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in BMP_HEADER_SIZES:
        return "bmp"
    raise _refusal(head)


def _refusal(head: bytes) -> Unreadable:
    for place, magic, title in NOT_READ:
        if head[place:].startswith(magic):
            return unsupported(f"it is {title}, which CellHub does not read")
    for magic, title in NO_IMAGE:
        if head.startswith(magic):
            return Unreadable("notAnImage", f"it is {title}, not an image", ANY_FORMAT)
    return _text_refusal(head) or Unreadable("notAnImage", "its content is not an image of a known format", ANY_FORMAT)


def _text_refusal(head: bytes) -> Unreadable | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if b"<svg" in text:
        return unsupported("it is an SVG drawing, not a picture made of pixels")
    if text.startswith(b"<!doctype html") or b"<html" in text or b"<script" in text:
        return Unreadable("notAnImage", "it is a web page, not an image", ANY_FORMAT)
    if all(byte in PRINTABLE for byte in head):
        return Unreadable("notAnImage", "it is a text file, not an image", ANY_FORMAT)
    return None
