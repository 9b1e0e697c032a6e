"""How much memory does a plane take that does not fit into it, from the file to outlines and measures, and how long is it worked on?

Usage: python -m bench.plane [--sides 1024 12960] [--models unet classical] [--write]

A tiled 8-bit TIFF of simulated nuclei of each side is segmented as the worker does it, in a process of its own. What its peak is above
that of the smallest side is what the size costs; pages of files, and of the scratch files that stand for arrays, don't count, because
the kernel takes them back. Looking for flaws is timed on a piece of a plane.
"""

import argparse
import multiprocessing
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import tifffile

from bench.records import write_row
from bench.server import machine
from cellhub_app.core.imaging.quality import assess
from cellhub_app.core.imaging.read import Stack
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from ml_worker.inference.segmenter import Segmenter
from ml_worker.tasks.describe import describe

TILE, FIELD, FIELDS = 512, 1024, 6
FLAWS_SIDE, FLAWS_ROUNDS = 4 * FIELD, 9
LOOK_EVERY_S = 0.02


class Took(NamedTuple):
    """What one plane took: memory at most (MB, pages of files left out), objects found, seconds."""

    megabytes: float
    objects: int
    seconds: float


def fields() -> list[np.ndarray]:
    """Some pictures of nuclei (FIELD, FIELD) uint8."""
    return [fluorescent_nuclei(seed, FIELD, FIELD)[0].astype(np.uint8) for seed in range(FIELDS)]


def tiles(side: int) -> Iterator[np.ndarray]:
    """The tiles of a plane of fields in an order drawn at random, row by row."""
    drawn, places = fields(), range(0, side, TILE)
    order = np.random.default_rng(0).integers(0, FIELDS, (side // FIELD + 1, side // FIELD + 1))
    for y in places:
        for x in places:
            field = drawn[order[y // FIELD, x // FIELD]]
            yield field[y % FIELD : y % FIELD + TILE, x % FIELD : x % FIELD + TILE]


@contextmanager
def watched() -> Iterator[list[float]]:
    """The peak of this process's own memory while the block lasts, MB, as the only value of a list."""
    peak, done = [0.0], threading.Event()

    def look() -> None:
        while not done.wait(LOOK_EVERY_S):
            lines = Path("/proc/self/status").read_text().splitlines()
            peak[0] = max(peak[0], *(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon")))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def segmented(path: Path, model: str) -> Took:
    """Segment a file as the worker does."""
    segmenter = Segmenter(device="cpu")
    segmenter.load(model)
    began = time.perf_counter()
    with watched() as peak, closing(Stack(path)) as stack:
        plane = stack.read(0, 0, path.name)
        prepared = segmenter.prepare(plane, model)
        [maps] = segmenter.predict([prepared])
        found = describe(segmenter.finish_in_pieces(prepared, maps), np.asarray(plane))
    return Took(peak[0], len(found.objects), time.perf_counter() - began)


def flaws_ms() -> float:
    """How long looking for flaws takes, ms a megapixel."""
    piece = np.tile(np.hstack(fields()[:4]), (4, 1))[:FLAWS_SIDE, :FLAWS_SIDE, None]
    took = []
    for _ in range(FLAWS_ROUNDS):
        began = time.perf_counter()
        assess(piece)
        took.append(time.perf_counter() - began)
    return 1e9 * statistics.median(took) / piece.size


def each(paths: dict[int, Path], model: str) -> str:
    """Segment all files with a model, each in a process of its own; what the largest took beyond the smallest, in words."""
    took = {}
    for side, path in paths.items():
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            took[side] = one = pool.submit(segmented, path, model).result()
        print(f"{model}, {side:,} px a side: {one.objects:,} objects, {one.seconds:.1f} s, {one.megabytes:.0f} MB", flush=True)
    most = took[max(took)]
    return f"{most.megabytes - took[min(took)].megabytes:.0f} MB with {model} ({most.objects:,} objects in {most.seconds:.0f} s)"


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sides", type=int, nargs="+", default=[1024, 12_960])
    options.add_argument("--models", nargs="+", default=["unet", "classical"])
    options.add_argument("--write", action="store_true", help="put a row into the README")
    given = options.parse_args()
    print(machine())
    with TemporaryDirectory() as folder:
        paths = {side: Path(folder) / f"{side}.tif" for side in sorted(given.sides)}
        for side, path in paths.items():
            tifffile.imwrite(path, tiles(side), shape=(side, side), dtype=np.uint8, tile=(TILE, TILE), photometric="minisblack")
        answers = [each(paths, model) for model in given.models]
    print(f"flaws: {flaws_ms():.1f} ms a megapixel")
    if given.write:
        megapixels = max(given.sides) ** 2 / 1e6
        question = f"How much more memory than a small image does a plane of {megapixels:.0f} megapixels take? (`plane`)"
        write_row("plane", question, "; ".join(answers), "")


if __name__ == "__main__":
    main()
