"""How fast is an export, and does it stay small in memory however large it is? Simulated images, each number of them in its own process.

First COCO of 100 images with 10,000 polygons, then each of the given formats (all unless said otherwise) alone, then all of them together
for each number of images. Seconds of the processor are printed beside those of the clock: they are the same on a busy machine.

Usage: python -m bench.export [--images 300 3000] [--objects 60] [--formats coco csv ...] [--each 150]
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice, repeat
from pathlib import Path
from uuid import UUID

import cv2
import numpy as np

from bench.server import machine
from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.raster import polygons_from_labels
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, Measure, ObjectEntry, ProjectEntry, RevisionEntry
from cellhub_app.domain.exports.names import Stems
from cellhub_app.domain.exports.packing import pack
from cellhub_app.domain.exports.registry import FORMATS

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
MEASURES = tuple(Measure(f"m{number}_px", f"Measure {number}", "px", "", 1, f"m{number}_um", "µm") for number in range(24))
REVISION = RevisionEntry(1, "model", "unet", "0" * 64, {"threshold": 0.5}, "", MOMENT)


def drawn(objects: int, folder: Path) -> tuple[Path, list[bytes], tuple[int, int]]:
    """A picture, the outlines of what is in it, and its height and width."""
    pixels, labels = fluorescent_nuclei(1, count=objects * 2)
    picture = folder / "picture.png"
    cv2.imwrite(str(picture), pixels)
    return picture, codec.encode_many(polygons_from_labels(labels)), labels.shape


def images(count: int, objects: int, scene: tuple[Path, list[bytes], tuple[int, int]]) -> Iterator[ImageEntry]:
    """`count` images that share a picture and its outlines; every object is decoded anew."""
    picture, outlines, (height, width) = scene
    stems = Stems()
    for number in range(count):
        entries = [
            ObjectEntry(UUID(int=number * 10_000 + place), place, 0, 0.9, 0.1, 1, outline, tuple(np.full(len(MEASURES), place / 3)))
            for place, outline in enumerate(islice(repeat_all(outlines), objects), 1)
        ]
        yield ImageEntry(
            id=UUID(int=number), name=f"well_{number}.png", stem=stems.take(f"well_{number}.png"), frame=0, width=width, height=height,
            channels=1, bit_depth=8, frames=1, timepoints=1, pixel_size_um=0.5, pixel_size_origin="tiff", format="png", bytes=1,
            sha256="0" * 64,
            status="ready", error=None, segmentation_status="succeeded", tags=(), created_at=MOMENT, revisions=(REVISION,),
            objects=entries, original=lambda: picture, display=lambda: picture,
        )  # fmt: skip


def repeat_all(outlines: list[bytes]) -> Iterator[bytes]:
    """The outlines again and again."""
    for every in repeat(outlines):
        yield from every


def measured(count: int, objects: int, formats: list[str]) -> tuple[float, float, float, float, float]:
    """(seconds, seconds of the processor, MB of memory above the start, MB of memory at most, MB of the ZIP) of one export."""
    project = ProjectEntry(UUID(int=1), "Benchmark", "", "nuclei", MOMENT)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scene = drawn(objects, folder)
        pack(Bundle(project, MEASURES, 1, 1, True), images(1, objects, scene), formats, folder / "first.zip")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started, used = time.perf_counter(), time.process_time()
        size = pack(Bundle(project, MEASURES, 1, count, True), images(count, objects, scene), formats, folder / "out.zip")
        seconds, used = time.perf_counter() - started, time.process_time() - used
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return seconds, used, (most - before) / 1024, most / 1024, size / 1e6


def main() -> None:
    """Measure each size, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--images", type=int, nargs="+", default=[300, 3000])
    options.add_argument("--objects", type=int, default=60)
    options.add_argument("--formats", nargs="+", default=list(FORMATS), choices=list(FORMATS))
    options.add_argument("--each", type=int, default=150, help="images for every format alone; 0 leaves these out")
    given = options.parse_args()
    print(f"machine: {machine()}")
    alone = [(given.each, given.objects, [name]) for name in given.formats] if given.each else []
    for count, objects, formats in [(100, 100, ["coco"]), *alone, *((count, given.objects, given.formats) for count in given.images)]:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            seconds, used, more, most, size = pool.apply(measured, (count, objects, formats))
        print(
            f"{','.join(formats) if len(formats) < 5 else 'all'}: {count:,} images, {count * objects:,} objects: {seconds:.1f} s"
            f" ({used:.2f} s of the processor), {count / seconds:.0f} images/s, {most:.0f} MB at most (+{more:.0f} MB), {size:.0f} MB ZIP",
            flush=True,
        )


if __name__ == "__main__":
    main()
