"""`cellhub segment`: image files in; label TIFF, GeoJSON and CSV out; no server, no database.

What computes is imported when the command runs, so that `cellhub --help` answers at once and, without torch, in plain words.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cellhub_app.core.errors import CellHubError, ImageRefused
from ml_worker.inference.cpu import wait_without_spinning

if TYPE_CHECKING:
    from cellhub_app.core.imaging.info import ImageInfo
    from ml_worker.inference.preprocess import Pixels
    from ml_worker.inference.segmenter import Segmenter
    from ml_worker.local_results import Found

Kind = Literal["nuclei", "cells", "spheroids", "other"]
Planes = Literal["first", "all"]
WORTH_COMPILING = 20  # images: OpenVINO needs a second or two before the first
EXPECTED = (CellHubError, OSError, ValueError, MemoryError)


def output_stems(files: Sequence[Path]) -> Iterator[str]:
    """A name for each file's results: its stem, and for equal stems (whatever their case) stem_2, stem_3 and so on."""
    taken: set[str] = set()
    for path in files:
        stem, number = path.stem, 2
        while stem.casefold() in taken:
            stem, number = f"{path.stem}_{number}", number + 1
        taken.add(stem.casefold())
        yield stem


def _probe(path: Path) -> "ImageInfo":
    from cellhub_app.core.imaging.read import probe

    if not path.is_file():
        why = "it is a folder" if path.is_dir() else "there is no such file"
        raise ImageRefused("missing", f"Couldn't read {path}: {why}.")
    return probe(path)


def _segment_file(segmenter: "Segmenter", path: Path, model: str, target: Path, *, of_planes: bool) -> int:
    """Write target.tif, .geojson and .csv; returns the number of objects."""
    from cellhub_app.core.imaging.read import Stack
    from ml_worker.local_results import Found, frames_of, write_results

    info = _probe(path)

    def found_in(frame: int, pixels: "Pixels") -> "Found":
        return Found(frame, pixels, segmenter.segment_in_pieces(pixels, model))

    with closing(Stack(path)) as stack:

        def found() -> "Iterator[Found]":
            for frame, z, timepoint in frames_of(info, of_planes=of_planes):
                yield found_in(frame, stack.read(z, timepoint, path.name))

        return write_results(target, info, found(), of_planes=of_planes)


def _reason(path: Path, error: Exception) -> str:
    if isinstance(error, CellHubError):
        return error.detail
    if isinstance(error, MemoryError):
        return f"Couldn't segment {path}: there is not enough memory for it. Crop it or save it smaller."
    return f"Couldn't segment {path}: {error}."


def _open_segmenter(images: int) -> "Segmenter":
    wait_without_spinning()
    try:
        from ml_worker.inference.segmenter import Segmenter
    except ModuleNotFoundError as error:
        typer.echo(
            f"cellhub segment needs {error.name}, which is not installed: run `make install`, or `pip install {error.name}`.", err=True
        )
        raise typer.Exit(1) from None
    return Segmenter(engine="openvino" if images >= WORTH_COMPILING and find_spec("openvino") else "torch")


def _choose_model(segmenter: "Segmenter", model: str | None, kind: Kind) -> str:
    from ml_worker.inference.catalog import default_model, find_card

    try:
        return find_card(segmenter.models(), model).name if model else default_model(segmenter.models(), kind)
    except CellHubError as error:
        typer.echo(error.detail, err=True)
        raise typer.Exit(1) from None


def segment_files(
    files: Annotated[list[Path], typer.Argument(help="Images: PNG, JPEG, TIFF, BMP and more.")],
    out: Annotated[Path, typer.Option(help="Folder for the results; made if it is not there.")],
    model: Annotated[str | None, typer.Option(help="Name of an installed model; without it the best one for the kind.")] = None,
    kind: Annotated[Kind, typer.Option(help="What the images show.")] = "nuclei",
    frames: Annotated[Planes, typer.Option(help="Of z-stacks and time series the first plane or all, each by itself.")] = "first",
) -> None:
    """Segment image files: OUT/<stem>.tif (integer labels), .geojson (outlines in px) and .csv (measurements)."""
    segmenter = _open_segmenter(len(files))
    chosen = _choose_model(segmenter, model, kind)
    out.mkdir(parents=True, exist_ok=True)
    failed = 0
    for path, stem in zip(files, output_stems(files), strict=True):
        try:
            count = _segment_file(segmenter, path, chosen, out / stem, of_planes=frames == "all")
            typer.echo(f"{path}: {count} {'object' if count == 1 else 'objects'} by {chosen}, in {out / stem}.tif, .geojson and .csv")
        except EXPECTED as error:
            failed += 1
            typer.echo(_reason(path, error), err=True)
    if failed:
        raise typer.Exit(1)
