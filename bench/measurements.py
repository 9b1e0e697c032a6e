"""How long do measures take? 1,000 objects of a 1024 x 1024 label image, all of ours against regionprops_table with the same properties.

Usage: python -m bench.measurements [--runs 5]
Wanted: at least eight times as fast. Both begin with labels and pixels; ours has more measures (perimeters with holes, convexity, ...).
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
from skimage.measure import regionprops_table

from bench.server import machine
from cellhub_app.core.geometry.tracing import Labels
from cellhub_app.core.metrics.measure import columns, measure_labels

SIDE, OBJECTS, WANTED = 1024, 1000, 8.0
PROPERTIES = (
    "area", "perimeter", "equivalent_diameter_area", "feret_diameter_max", "axis_major_length", "axis_minor_length", "bbox", "extent",
    "solidity", "area_convex", "eccentricity", "orientation", "centroid", "euler_number", "intensity_mean", "intensity_std",
    "intensity_min", "intensity_max",
)  # fmt: skip


def scene() -> tuple[Labels, np.ndarray]:
    """Ellipses of 8 to 14 px half axes at any angle on a jittered grid, and 16-bit noise as their image."""
    random = np.random.default_rng(1)
    labels = np.zeros((SIDE, SIDE), np.int32)
    step = SIDE // 32
    for number in range(OBJECTS):
        row, column = divmod(number, 32)
        y, x = np.mgrid[0:step, 0:step] - step / 2 + random.uniform(-1, 1, (2, 1, 1))
        a, b, angle = random.uniform(10, 14), random.uniform(8, 11), random.uniform(0, np.pi)
        along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        labels[row * step : (row + 1) * step, column * step : (column + 1) * step][(along / a) ** 2 + (across / b) ** 2 < 1] = number + 1
    return labels, random.integers(0, 65536, (SIDE, SIDE, 1), dtype=np.uint16)


def fastest(call: Callable[[], object], runs: int) -> float:
    """Seconds of the fastest of several runs: what else the machine does only adds to it."""
    took = []
    for _ in range(runs):
        began = time.perf_counter()
        call()
        took.append(time.perf_counter() - began)
    return min(took)


def main() -> None:
    """Print both times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    labels, image = scene()
    measure_labels(labels, image)  # numba compiles, or reads what it compiled
    ours = fastest(lambda: measure_labels(labels, image), runs)
    theirs = fastest(lambda: regionprops_table(labels, image, properties=PROPERTIES), runs)
    print(f"machine: {machine()}")
    print(f"{labels.max()} objects of {SIDE} x {SIDE} px, 16 bit")
    print(f"  CellHub, {len(columns(1))} measures: {ours * 1000:.0f} ms")
    print(f"  skimage regionprops_table, {len(PROPERTIES)} properties: {theirs * 1000:.0f} ms")
    print(f"  {theirs / ours:.1f} times as fast (wanted: {WANTED:.0f})")


if __name__ == "__main__":
    main()
