"""How long does it take from pixels to valid polygons and measurements, in one process, and how much of it is the network?

Usage: python -m bench.inference [--rounds 9] [--side 1024] [--objects 500] [--write]

Every contender runs once a round, one after the other, so that a busy moment of the machine hits all alike. Figures are the median wall
time of the rounds with the fastest in brackets, and the median CPU time. The picture is put together from crops of validation and held-out
nuclei (CELLHUB_DATA, by default ../shared/data), each stretched to the same brightness; without them it is simulated.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from scipy import ndimage
from skimage import filters, measure, segmentation

from bench.accuracy import DATA
from bench.records import write_row
from bench.server import machine
from cellhub_app.core.geometry.polygon import STEPS_PER_PIXEL, Polygon
from cellhub_app.core.geometry.raster import polygons_from_labels, polygons_from_rings, trace_whole
from cellhub_app.core.geometry.validity import find_problem
from cellhub_app.core.metrics.measure import measure_traced
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from ml_worker.inference.cpu import wait_without_spinning

wait_without_spinning()

from ml_worker.inference.device import usable_cpus  # noqa: E402 - torch reads how to wait when it is loaded
from ml_worker.inference.preprocess import Pixels, Stretch  # noqa: E402
from ml_worker.inference.segmenter import Segmenter  # noqa: E402
from ml_worker.training.data import Sample, choose, load_folder  # noqa: E402
from ml_worker.training.markdown import write_between  # noqa: E402

CROP = 256
BRIGHT = 170  # of 255, so that nothing that the stretch leaves above 1 is cut
DOCS = Path(__file__).resolve().parents[1] / "docs" / "models.md"
MARKS = ("<!-- written by bench.inference: begin -->", "<!-- written by bench.inference: end -->")
TARGETS = {"fastest preset": 120.0, "any preset": 600.0, "post-processing": 40.0, "overhead": 25.0}


class Clock:
    """Wall and CPU milliseconds of one contender, a pair for each round."""

    def __init__(self, name: str, run: Callable[[], object]) -> None:
        self.name, self.run = name, run
        self.wall: list[float] = []
        self.cpu: list[float] = []

    def once(self) -> None:
        """Run it and note how long it took."""
        wall, cpu = time.perf_counter(), time.process_time()
        self.run()
        self.wall.append(1000 * (time.perf_counter() - wall))
        self.cpu.append(1000 * (time.process_time() - cpu))

    @property
    def model(self) -> str:
        """The first word of its name."""
        return self.name.split(" (")[0]

    @property
    def ms(self) -> float:
        """Median wall milliseconds."""
        return statistics.median(self.wall)

    def line(self) -> str:
        """The table's line."""
        return f"| {self.name} | {self.ms:.0f} ({min(self.wall):.0f}) | {statistics.median(self.cpu):.0f} |"


NONE = Clock("no network", lambda: None)


def crops(samples: list[Sample]) -> list[tuple[int, Pixels]]:
    """Objects and pixels (256, 256, 1) of every whole crop of the samples."""
    found = []
    for sample in samples:
        stretch = Stretch.of(sample.image[:, :, :1])
        for y in range(0, sample.labels.shape[0] - CROP + 1, CROP):
            for x in range(0, sample.labels.shape[1] - CROP + 1, CROP):
                window = np.s_[y : y + CROP, x : x + CROP]
                pixels = (stretch(sample.image[window][:, :, :1]) * BRIGHT).astype(np.uint8)
                found.append((len(np.unique(sample.labels[window])) - 1, pixels))
    return found


def field(side: int, objects: int, root: Path = DATA / "train") -> tuple[Pixels, str]:
    """A picture (side, side, 1) of about so many nuclei, and what it is made of."""
    if not (root / "nuclei_fluo").is_dir():
        return fluorescent_nuclei(0, side, side, count=objects)[0][:, :, None], f"{objects} simulated nuclei"
    samples = load_folder(root, ["nuclei_fluo"])
    count = (side // CROP) ** 2
    # The crops whose number of nuclei comes nearest to what each has to bring.
    chosen = sorted(
        crops(choose(samples, "validation") + choose(samples, "held_out")), key=lambda crop: (abs(crop[0] - objects / count), crop[0])
    )[:count]
    rows = [np.hstack([pixels for _, pixels in chosen[first : first + side // CROP]]) for first in range(0, count, side // CROP)]
    return np.vstack(rows), f"{sum(number for number, _ in chosen)} annotated nuclei in {len(chosen)} crops"


def whole(segmenter: Segmenter, image: Pixels, model: str) -> tuple[list[Polygon], Pixels]:
    """Pixels to polygons and measurements."""
    rings, labels = trace_whole(segmenter.segment(image, model).labels)
    return polygons_from_rings(rings), measure_traced(rings, labels, image)


def by_hand(image: Pixels) -> object:
    """What a script with scikit-image does: Otsu, watershed of the distance, contours, regionprops."""
    grey = image[:, :, 0]
    mask = filters.gaussian(grey, 1, preserve_range=True) > filters.threshold_otsu(grey)
    distance = ndimage.gaussian_filter(ndimage.distance_transform_edt(mask), 1)
    seeds = np.zeros(mask.shape, np.int32)
    from skimage.feature import peak_local_max

    for number, (y, x) in enumerate(peak_local_max(distance, min_distance=5, labels=measure.label(mask)), 1):
        seeds[y, x] = number
    labels = segmentation.watershed(-distance, seeds, mask=mask)
    properties = (
        "label",
        "area",
        "perimeter",
        "feret_diameter_max",
        "solidity",
        "eccentricity",
        "orientation",
        "intensity_mean",
        "centroid",
    )
    outlines = [measure.find_contours(np.pad(region.image, 1).astype(float), 0.5) for region in measure.regionprops(labels)]
    return outlines, measure.regionprops_table(labels, grey, properties=properties)


def finishing(segmenter: Segmenter, image: Pixels, model: str) -> Callable[[], object]:
    """Post-processing alone: maps to rated labels and polygons."""
    prepared = segmenter.prepare(image, model)
    [maps] = segmenter.predict([prepared])
    return lambda: polygons_from_labels(segmenter.finish(prepared, maps).labels)


def network_alone(segmenter: Segmenter, image: Pixels, model: str) -> Callable[[], object]:
    """The bare network on the tiles that it gets of the picture, without the looking up of sizes, the scaling and the pasting."""
    tiles = segmenter.tiles(segmenter.prepare(image, model))
    return lambda: [segmenter.compute(model, [tile]) for tile in tiles]


def assert_valid(polygons: list[Polygon]) -> None:
    """Raise AssertionError when a polygon crosses or touches itself."""
    for polygon in polygons:
        assert find_problem([np.rint(ring * STEPS_PER_PIXEL).astype(np.int64) for ring in polygon.rings]) is None


def pipelines(image: Pixels) -> tuple[list[Clock], list[Clock]]:
    """The whole way and the bare network of every model with every engine that changes something, warmed up and checked."""
    wholes, bares = [], []
    for engine in ("torch", "openvino", "int8"):
        segmenter = Segmenter(device="cpu", engine=engine)
        for card in segmenter.models():
            if card.architecture is None and engine != "torch":
                continue
            polygons, _ = whole(segmenter, image, card.name)
            if card.architecture and segmenter.computes(card.name) != engine:
                continue
            name = f"{card.name} ({card.preset})" + (f", {engine}" if card.architecture else "")
            assert_valid(polygons)
            print(f"{name}: {len(polygons)} objects", flush=True)
            wholes.append(Clock(name, lambda segmenter=segmenter, model=card.name: whole(segmenter, image, model)))
            bares.append(Clock(name, network_alone(segmenter, image, card.name)) if card.architecture else NONE)
    return wholes, bares


def main() -> None:
    """Measure and print the tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--side", type=int, default=1024)
    options.add_argument("--objects", type=int, default=500)
    options.add_argument("--write", action="store_true", help="put the tables into docs/models.md, and a row into the README")
    given = options.parse_args()
    cv2.setNumThreads(1)
    image, what = field(given.side, given.objects)
    crowded, crowd = field(given.side, 2 * given.objects)
    setting = f"{given.side} x {given.side} px, {what}; {machine()}; {usable_cpus()} threads a pass; median of {given.rounds} rounds"
    print(setting, flush=True)
    wholes, bares = pipelines(image)
    classical = Clock("Otsu + scikit-image watershed, contours and regionprops", lambda: by_hand(image))
    segmenter = Segmenter(device="cpu", engine="torch")
    post = Clock(f"post-processing and polygons ({crowd})", finishing(segmenter, crowded, "unet"))
    clocks = [*wholes, *(bare for bare in bares if bare is not NONE), classical, post]
    classical.run()
    for _ in range(given.rounds):
        for clock in clocks:
            clock.once()
    lines = [setting, "", *tables(wholes, bares, classical, post, image.shape[0] * image.shape[1] / 1e6)]
    print("\n" + "\n".join(lines))
    if given.write:
        write_between(DOCS, "\n".join(lines), *MARKS)
        write_row(
            "inference",
            f"Pixels to valid polygons and measurements, {given.side} x {given.side} px with {what} (`inference`)",
            *row(wholes, bares, classical),
        )


def row(wholes: list[Clock], bares: list[Clock], classical: Clock) -> tuple[str, str]:
    """What the README says, and the targets."""
    (fastest, _), slowest = extremes(wholes, bares)
    networks = f"{fastest.ms:.0f} ms with {fastest.name}, {slowest.ms:,.0f} ms with {slowest.name}"
    answer = f"{networks}; a script with {classical.name} {classical.ms:.0f} ms"
    return answer, f"{TARGETS['fastest preset']:.0f} ms; {TARGETS['any preset']:.0f} ms"


def extremes(wholes: list[Clock], bares: list[Clock]) -> tuple[tuple[Clock, Clock], Clock]:
    """The fastest way through a network with its bare network, and the slowest model with its fastest engine: people choose no engine."""
    networks = [(clock, bare) for clock, bare in zip(wholes, bares, strict=True) if bare is not NONE]
    quickest: dict[str, Clock] = {}
    for clock, _ in networks:
        quickest[clock.model] = min(quickest.get(clock.model, clock), clock, key=lambda one: one.ms)
    return min(networks, key=lambda pair: pair[0].ms), max(quickest.values(), key=lambda clock: clock.ms)


def tables(wholes: list[Clock], bares: list[Clock], classical: Clock, post: Clock, megapixels: float) -> list[str]:
    """The lines of the tables, and each target with whether it is met."""
    lines = ["| pixels to valid polygons and measurements | ms (fastest) | CPU ms |", "|---|---|---|"]
    lines += [clock.line() for clock in [*wholes, classical, post]]
    lines += ["", "| the bare network | ms (fastest) | CPU ms | overhead of all the rest |", "|---|---|---|---|"]
    lines += [f"{bare.line()} {overhead(clock, bare):.0f} % |" for clock, bare in zip(wholes, bares, strict=True) if bare is not NONE]
    (fastest, its_network), slowest = extremes(wholes, bares)
    lines += ["", "| aim | reached | target | |", "|---|---|---|---|"]
    lines.append(verdict("fastest preset", fastest.ms, f"ms, {fastest.name}"))
    lines.append(verdict("any preset", slowest.ms, f"ms, {slowest.name}, the slowest model with its fastest engine"))
    lines.append(verdict("overhead", overhead(fastest, its_network), f"% over the bare network, {fastest.name}"))
    lines.append(verdict("post-processing", statistics.median(post.cpu) / megapixels, "ms CPU a megapixel, one thread"))
    by_hand_is_slower = "met" if fastest.ms < classical.ms else "**not met**"
    return [*lines, f"| {classical.name} | {classical.ms:.0f} ms | slower than the fastest preset | {by_hand_is_slower} |"]


def overhead(clock: Clock, bare: Clock) -> float:
    """What everything besides the network takes, in % of the network's time."""
    return 100 * (clock.ms / bare.ms - 1)


def verdict(name: str, value: float, unit: str) -> str:
    """A row: what was reached of a target."""
    met = "met" if value <= TARGETS[name] else "**not met**"
    return f"| {name} | {value:.0f} {unit} | at most {TARGETS[name]:.0f} | {met} |"


if __name__ == "__main__":
    main()
