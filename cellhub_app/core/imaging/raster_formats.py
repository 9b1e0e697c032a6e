"""PNG, JPEG, BMP, GIF and WebP: formats that are decoded whole."""

import os
import threading
import warnings
from typing import BinaryIO

import imagecodecs
import numpy as np
from PIL import Image, ImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from cellhub_app.core.imaging import png_chunks
from cellhub_app.core.imaging.info import ImageInfo, Plane
from cellhub_app.core.imaging.limits import MAX_JPEG_SCANS, MAX_PLANE_BYTES, MAX_WHOLE_FILE_BYTES, MAX_WHOLE_PIXELS
from cellhub_app.core.imaging.orientation import SWAPS_SIDES, orientation_of_exif, turn_upright
from cellhub_app.core.imaging.refusals import Unreadable, damaged, size_in_words, too_large, truncated, unsupported
from cellhub_app.core.imaging.sniff import Format

ImageFile.LOAD_TRUNCATED_IMAGES = False

DECODERS: dict[Format, type[ImageFile.ImageFile]] = {
    "png": PngImageFile,
    "jpeg": JpegImageFile,
    "bmp": BmpImageFile,
    "gif": GifImageFile,
    "webp": WebPImageFile,
}
GREY_MODES = {
    "1": "uint8",
    "L": "uint8",
    "LA": "uint8",
    "La": "uint8",
    "I;16": "uint16",
    "I;16B": "uint16",
    "I;16L": "uint16",
    "I": "int32",
    "F": "float32",
}
SCAN_MARKER = b"\xff\xda"
BLOCK_BYTES = 1 << 20

_FILTERS = threading.Lock()


def probe_raster(file: BinaryIO, format_: Format) -> ImageInfo:
    """What the file's header says; the pixels are not decoded. Raises Unreadable for what must not or can not be decoded."""
    image = _open(file, format_)
    width, height = image.size
    if _orientation(image) in SWAPS_SIDES:
        width, height = height, width
    channels, dtype = _layout(image.mode)
    if format_ == "png":
        header = png_chunks.read_header(file)
        if header.is_deep_colour:
            channels, dtype = 1 if header.colour_type == png_chunks.GREY_ALPHA else 3, "uint16"
    bits = 1 if image.mode == "1" else 8 * np.dtype(dtype).itemsize
    return ImageInfo(format_, width, height, channels, bits, dtype, is_rgb=channels == 3)


def read_raster(file: BinaryIO, format_: Format) -> Plane:
    """The first picture of the file as (H, W, C), upright. Raises Unreadable, or whatever the decoder raises for damaged data."""
    image = _open(file, format_)
    orientation = _orientation(image)
    if format_ == "png" and png_chunks.read_header(file).is_deep_colour:
        file.seek(0)
        plane = np.atleast_3d(imagecodecs.png_decode(file.read()))
        return turn_upright(plane[:, :, : 3 if plane.shape[2] > 2 else 1], orientation)
    image.load()
    return turn_upright(_to_array(image), orientation)


def _open(file: BinaryIO, format_: Format) -> ImageFile.ImageFile:
    """Parse the header with the one decoder that fits, and refuse what is too large before any pixel is decoded."""
    file_bytes = file.seek(0, os.SEEK_END)
    if file_bytes > MAX_WHOLE_FILE_BYTES:
        raise Unreadable("tooLarge", f"a {format_.upper()} file of {size_in_words(file_bytes)} is too large", "Save it as tiled TIFF.")
    if format_ == "png":
        header = png_chunks.read_header(file)
        _check_size(header.width, header.height, 8 if header.is_deep_colour else 1)
        png_chunks.check_chunks(file)
    if format_ == "jpeg":
        _check_scans(file)
    if format_ == "webp":
        _check_riff(file, file_bytes)
    image = _parse_header(file, format_)
    channels, dtype = _layout(image.mode)
    _check_size(*image.size, channels * np.dtype(dtype).itemsize)
    return image


def _check_size(width: int, height: int, bytes_per_pixel: int) -> None:
    if width < 1 or height < 1:
        raise damaged("its header is damaged")
    if width * height > MAX_WHOLE_PIXELS:
        raise too_large(width, height, MAX_WHOLE_PIXELS)
    if width * height * bytes_per_pixel > MAX_PLANE_BYTES:
        raise too_large(width, height, MAX_PLANE_BYTES // bytes_per_pixel)


def _parse_header(file: BinaryIO, format_: Format) -> ImageFile.ImageFile:
    """Damaged EXIF is no reason to warn about; the lock is there because warning filters belong to the whole process."""
    file.seek(0)
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return DECODERS[format_](file)


def _check_riff(file: BinaryIO, file_bytes: int) -> None:
    file.seek(4)
    expected = 8 + int.from_bytes(file.read(4), "little")
    if expected > file_bytes:
        raise truncated(expected, file_bytes)


def _check_scans(file: BinaryIO) -> None:
    file.seek(0)
    scans, last = 0, b""
    while block := file.read(BLOCK_BYTES):
        scans += (last + block).count(SCAN_MARKER)
        last = block[-1:]
    if scans > MAX_JPEG_SCANS:
        raise Unreadable("damaged", "it asks for too many passes over the picture", "Save it again as a plain JPEG or PNG.")


def _layout(mode: str) -> tuple[int, str]:
    """Channels and numpy type of what `_to_array` makes of a Pillow mode."""
    return (1, GREY_MODES[mode]) if mode in GREY_MODES else (3, "uint8")


def _orientation(image: ImageFile.ImageFile) -> int:
    exif = image.info.get("exif")
    return orientation_of_exif(exif if isinstance(exif, bytes) else None)


def _to_array(image: Image.Image) -> Plane:
    if image.mode in ("LA", "La"):
        image = image.getchannel(0)
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode in ("RGBA", "RGBa", "RGBX"):
        return np.asarray(image)[:, :, :3]
    elif image.mode not in GREY_MODES and image.mode != "RGB":
        if image.mode not in ("P", "PA", "CMYK", "YCbCr", "LAB", "HSV"):
            raise unsupported(f"its colours are stored in a way that is not read ({image.mode})")
        image.info.pop("transparency", None)
        image = image.convert("RGB")
    array = np.asarray(image)
    return np.atleast_3d(array.astype(array.dtype.newbyteorder("="), copy=False))
