"""TIFF in its many dialects: plain, BigTIFF, tiled, pyramids, ImageJ, OME."""

import logging
import math
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import tifffile

from cellhub_app.core.errors import NotFound
from cellhub_app.core.imaging import calibration
from cellhub_app.core.imaging.info import ImageInfo, Plane
from cellhub_app.core.imaging.limits import MAX_CHANNELS, MAX_PLANE_BYTES, MAX_TIFF_PIXELS, MAX_WHOLE_PIXELS
from cellhub_app.core.imaging.orientation import SWAPS_SIDES, turn_upright, valid_orientation
from cellhub_app.core.imaging.refusals import Unreadable, damaged, too_large, truncated, unsupported
from cellhub_app.core.imaging.tiff_colour import channels_after, check_colour, to_channels
from cellhub_app.core.imaging.tiff_segments import check_segments
from cellhub_app.core.imaging.tiff_structure import ORIENTATION, Directory, walk_directories

PAGE_AXES = "YXS"

# What tifffile has to say about damaged files is said by refusals; its log would repeat it for every page.
logging.getLogger("tifffile").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Picture:
    """The full-resolution picture of a file: its axes, and which of them count frames, timepoints and channels."""

    series: Any  # tifffile.TiffPageSeries
    directory: Directory

    @property
    def page(self) -> Any:
        return self.series.keyframe

    @property
    def outer(self) -> dict[str, int]:
        """Lengths of the axes that run over pages, slowest first."""
        inner = len([axis for axis in self.page.axes if axis in PAGE_AXES])
        return dict(zip(self.series.axes[:-inner], self.series.shape[:-inner], strict=True))

    @property
    def frame_axis(self) -> str | None:
        """Z, or the first axis of unknown meaning: pages without a description are taken for planes."""
        return next((axis for axis in ("Z", *self.outer) if axis in self.outer and axis not in "TC"), None)

    def length(self, axis: str | None) -> int:
        return self.outer.get(axis or "", 1)

    @property
    def channels(self) -> int:
        return self.length("C") * channels_after(self.page)

    @property
    def orientation(self) -> int:
        return valid_orientation(self.directory.first(ORIENTATION, 1))

    def page_index(self, chosen: dict[str, int]) -> int:
        """Which page of the series holds these places on the outer axes."""
        index = 0
        for axis, length in self.outer.items():
            index = index * length + chosen.get(axis, 0)
        return index


def probe_tiff(file: BinaryIO) -> ImageInfo:
    """What the file says about its first full-resolution picture. Raises Unreadable for what must not or can not be decoded."""
    directories = walk_directories(file)
    with open_tiff(file) as tiff:
        picture = picture_of(tiff, directories)
        page = picture.page
        width, height = page.imagewidth, page.imagelength
        size_um, origin = _calibration(tiff, page)
        names = calibration.channel_names_from_ome(tiff.ome_metadata) if tiff.ome_metadata else ()
        colours = calibration.channel_colours_from_ome(tiff.ome_metadata) if tiff.ome_metadata else ()
        return ImageInfo(
            format="tiff",
            width=height if picture.orientation in SWAPS_SIDES else width,
            height=width if picture.orientation in SWAPS_SIDES else height,
            channels=picture.channels,
            bit_depth=max(np.atleast_1d(page.bitspersample).tolist()),
            dtype=_dtype(page).name,
            is_rgb=picture.channels == 3 and channels_after(page) == 3,
            frames=picture.length(picture.frame_axis),
            timepoints=picture.length("T"),
            pixel_size_um=size_um,
            pixel_size_origin=origin,
            channel_names=names if any(names) and len(names) == picture.channels else (),
            channel_colours=colours if any(colours) and len(colours) == picture.channels else (),
        )


def read_tiff(file: BinaryIO, frame: int, timepoint: int) -> Plane:
    """All channels of one frame and timepoint as (H, W, C), upright, in native byte order.

    Raises Unreadable, NotFound for a frame or timepoint that is not there, or whatever the decoder raises for damaged data.
    """
    directories = walk_directories(file)
    with open_tiff(file) as tiff:
        return read_picture(file, checked_picture(tiff, directories), frame, timepoint)


def checked_picture(tiff: tifffile.TiffFile, directories: list[Directory]) -> Picture:
    """The full-resolution picture, whose planes may be read whole. Raises Unreadable."""
    picture = picture_of(tiff, directories)
    if problem := too_large_for_memory(picture):
        raise problem
    return picture


def read_picture(file: BinaryIO, picture: Picture, frame: int, timepoint: int) -> Plane:
    """What `read_tiff` answers, of a picture that was checked."""
    chosen = {picture.frame_axis or "Z": frame, "T": timepoint}
    if not (0 <= frame < picture.length(picture.frame_axis) and 0 <= timepoint < picture.length("T")):
        raise NotFound(f"The image has no frame {frame} at timepoint {timepoint}.")
    pages = [_read_page(file, picture, {**chosen, "C": channel}) for channel in range(picture.length("C"))]
    plane = (
        np.concatenate([to_channels(page, picture.page) for page in pages], axis=2)
        if len(pages) > 1
        else to_channels(pages[0], picture.page)
    )
    return turn_upright(plane, picture.orientation)


def open_tiff(file: BinaryIO) -> tifffile.TiffFile:
    """The file, opened. Never follows the names of other files that an OME-TIFF may mention."""
    file.seek(0)
    return tifffile.TiffFile(file, name="image.tif", _multifile=False)


def picture_of(tiff: tifffile.TiffFile, directories: list[Directory]) -> Picture:
    """The full-resolution picture. Raises Unreadable for what must not or can not be decoded."""
    if not tiff.series:
        raise damaged("it has no picture inside")
    picture = Picture(tiff.series[0].levels[0], directories[0])
    page = picture.page
    if not {"Y", "X"} <= set(page.axes) or page.imagedepth > 1:
        raise unsupported("its pages are not flat pictures")
    if page.imagewidth * page.imagelength > MAX_TIFF_PIXELS:
        raise too_large(page.imagewidth, page.imagelength, MAX_TIFF_PIXELS)
    check_colour(page)
    if picture.channels > MAX_CHANNELS:
        raise Unreadable("tooLarge", f"it has {picture.channels:,} channels and at most {MAX_CHANNELS} are read", "Save fewer channels.")
    _dtype(page)
    _check_stack(tiff, picture)
    return picture


def _check_stack(tiff: tifffile.TiffFile, picture: Picture) -> None:
    """A stack that is stored as one run of bytes behind a single directory must be there to its end."""
    start = picture.series.dataoffset
    if start is None:
        return
    end = start + math.prod(picture.series.shape) * picture.page.dtype.itemsize
    if end > tiff.filehandle.size:
        raise truncated(end, tiff.filehandle.size)


def too_large_for_memory(picture: Picture) -> Unreadable | None:
    """Why a plane can't be decoded in one piece; None where it can."""
    page = picture.page
    if page.imagewidth * page.imagelength > MAX_WHOLE_PIXELS:
        return too_large(page.imagewidth, page.imagelength, MAX_WHOLE_PIXELS)
    per_pixel = page.samplesperpixel * picture.length("C") * page.dtype.itemsize
    if page.imagewidth * page.imagelength * per_pixel > MAX_PLANE_BYTES:
        return too_large(page.imagewidth, page.imagelength, MAX_PLANE_BYTES // per_pixel)
    return None


def _dtype(page: Any) -> np.dtype[Any]:
    """The numpy type that `read_tiff` gives."""
    if page.dtype is None or page.dtype.kind not in "buif":
        raise unsupported("its pixels are not plain numbers")
    return np.dtype(np.uint8) if page.dtype.kind == "b" else np.dtype(page.dtype.newbyteorder("="))


def _read_page(file: BinaryIO, picture: Picture, chosen: dict[str, int]) -> Plane:
    """The raw samples of one page, with the page's own axes."""
    index = picture.page_index(chosen)
    series, page = picture.series, picture.page
    if series.dataoffset is not None:
        count = math.prod(page.shape)
        file.seek(series.dataoffset + index * count * page.dtype.itemsize)
        raw = file.read(count * page.dtype.itemsize)
        return np.frombuffer(raw, dtype=page.dtype.newbyteorder(page.parent.byteorder)).reshape(page.shape)
    return np.asarray(checked_page(file, picture, index).asarray(maxworkers=1))


def checked_page(file: BinaryIO, picture: Picture, index: int) -> Any:
    """A page of the series, whose strips or tiles may be decoded: each page brings its own. Raises Unreadable."""
    page = picture.series.pages[index]
    if page is None:
        raise Unreadable("unsupported", "some of its planes are in other files", "Export all planes into one OME-TIFF.")
    if page.keyframe.shaped != picture.page.shaped:
        raise damaged("its pages are of different sizes")
    if len(page.dataoffsets) < math.prod(page.chunked):
        raise damaged("a part of its pixels is missing")
    check_segments(file, page)
    return page


def _calibration(tiff: tifffile.TiffFile, page: Any) -> calibration.Calibration:
    per_x, per_y = (_ratio(page.tags.valueof(tag)) for tag in (282, 283))
    if tiff.ome_metadata:
        return calibration.from_ome(tiff.ome_metadata)
    if tiff.is_imagej:
        return calibration.from_imagej(tiff.imagej_metadata or {}, per_x, per_y)
    return calibration.from_resolution(int(page.tags.valueof(296, 2)), per_x, per_y)


def _ratio(value: object) -> float:
    if isinstance(value, tuple) and len(value) == 2 and value[1]:
        return float(value[0]) / float(value[1])
    return 0.0
