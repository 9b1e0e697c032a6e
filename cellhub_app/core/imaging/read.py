"""From the bytes of a file to pixels: what kind it is, what it says about itself, one plane of it.

The content decides, never the name. Sizes are checked before anything is decoded. What can't be read is refused with one plain sentence.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from cellhub_app.core.errors import CellHubError, NotFound
from cellhub_app.core.imaging.info import ImageInfo, Plane
from cellhub_app.core.imaging.raster_formats import probe_raster, read_raster
from cellhub_app.core.imaging.refusals import Unreadable, damaged, truncated, unsupported
from cellhub_app.core.imaging.sniff import HEAD_BYTES, Format, sniff
from cellhub_app.core.imaging.tiff import open_tiff, picture_of, probe_tiff, read_picture, read_tiff, too_large_for_memory
from cellhub_app.core.imaging.tiff_large import read_large
from cellhub_app.core.imaging.tiff_structure import walk_directories

__all__ = ["ImageInfo", "Plane", "Source", "Stack", "opened", "probe", "read_plane"]

Source = Path | str | bytes
Between = Callable[[], None]


def probe(source: Source, name: str | None = None) -> ImageInfo:
    """What a file (a path, or its bytes) says about its picture; no pixel is decoded.

    `name` stands in the sentence of a refusal; by default the path's last part. Raises ImageRefused.
    """
    with opened(source, name) as file:
        format_ = sniff(file.read(HEAD_BYTES))
        return probe_tiff(file) if format_ == "tiff" else probe_raster(file, format_)


def read_plane(source: Source, frame: int = 0, timepoint: int = 0, name: str | None = None) -> Plane:
    """All channels of one frame and timepoint as (H, W, C) with the file's pixel type, upright, in native byte order.

    Palettes and CMYK become RGB, bilevel pictures 0 and 255, transparency is left out (the colours under it stay). Raises ImageRefused, or
    NotFound when the file has no such frame.
    """
    with opened(source, name) as file:
        format_ = sniff(file.read(HEAD_BYTES))
        return read_tiff(file, frame, timepoint) if format_ == "tiff" else _only_plane(file, format_, frame, timepoint)


def _only_plane(file: BinaryIO, format_: Format, frame: int, timepoint: int) -> Plane:
    if frame or timepoint:
        raise NotFound(f"The image has no frame {frame} at timepoint {timepoint}.")
    return read_raster(file, format_)


@contextmanager
def opened(source: Source, name: str | None) -> Iterator[BinaryIO]:
    """The open file; whatever goes wrong while it is read becomes a refusal that names it."""
    name = name or ("the file" if isinstance(source, bytes) else Path(source).name)
    with io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb") as file, _told(name):
        yield file


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Whatever goes wrong inside becomes a refusal that names the file."""
    try:
        yield
    except CellHubError:
        raise
    except Unreadable as problem:
        raise problem.named(name) from problem.__cause__
    except Exception as error:  # decoders raise anything at all on hostile bytes
        raise _explain(error).named(name) from error


class Stack:
    """A file of which one plane after the other is read: its directories, thousands in a long stack, are gone through once.

    Nothing is opened before the first plane, so that all the work is done where that is asked for. Planes of a TIFF that are too large
    to be decoded in one piece come as arrays on disk (tiff_large.py).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open = ExitStack()
        self._read: Callable[[int, int, Between], Plane] | None = None

    def read(self, frame: int, timepoint: int, name: str, between: Between = lambda: None) -> Plane:
        """What `read_plane` answers. `between` is called now and then while a large plane is read; what it raises ends the reading.

        Raises NoRoom as well.
        """
        with _told(name):
            self._read = self._read or self._reader()
            return self._read(frame, timepoint, between)

    def _reader(self) -> Callable[[int, int, Between], Plane]:
        file = self._open.enter_context(self._path.open("rb"))
        format_ = sniff(file.read(HEAD_BYTES))
        if format_ != "tiff":
            return lambda frame, timepoint, _: _only_plane(file, format_, frame, timepoint)
        directories = walk_directories(file)
        picture = picture_of(self._open.enter_context(open_tiff(file)), directories)
        if too_large_for_memory(picture):
            return lambda frame, timepoint, between: read_large(file, picture, frame, timepoint, between)
        return lambda frame, timepoint, _: read_picture(file, picture, frame, timepoint)

    def close(self) -> None:
        """Close the file."""
        self._open.close()


def _explain(error: Exception) -> Unreadable:
    """A decoder's exception in plain words."""
    if isinstance(error, NotImplementedError):
        return unsupported("it is stored in a way that is not read")
    if isinstance(error, MemoryError):
        return Unreadable("tooLarge", "it needs more memory than there is", "Crop it or save it smaller.")
    if isinstance(error, EOFError) or "truncated" in str(error).lower():
        return truncated()
    return damaged("its data is damaged")
