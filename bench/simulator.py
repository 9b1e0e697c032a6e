"""What does the simulator draw? Pictures of each domain in a row, and below them the same with their outlines, to be looked at.

Usage: python -m bench.simulator [--seed 3] [--out PICTURE]

The picture in docs/models.md is what it draws without options; pictures in which nothing is outlined are passed over.
"""

import argparse
from itertools import count, islice
from pathlib import Path

import cv2
import numpy as np

from cellhub_app.core.geometry.raster import polygons_from_labels
from ml_worker.training.data import Sample
from ml_worker.training.simulated import DOMAINS, simulate

OUT = Path(__file__).resolve().parents[1] / "docs" / "screenshots" / "simulator.png"
DRAWN_PX, SHOWN_PX, GAP_PX, COLUMNS = 448, 144, 2, 6
OUTLINE = (0, 140, 255)  # BGR


def tile(sample: Sample, *, outlined: bool) -> np.ndarray:
    """A sample as BGR (SHOWN_PX + GAP_PX, SHOWN_PX + GAP_PX, 3), with a white gap at two sides."""
    colour = cv2.COLOR_GRAY2BGR if sample.image.shape[2] == 1 else cv2.COLOR_RGB2BGR
    canvas = cv2.cvtColor(sample.image, colour)
    if outlined:
        rings = [np.rint(ring).astype(np.int32) for polygon in polygons_from_labels(sample.labels) for ring in polygon.rings]
        cv2.polylines(canvas, rings, True, OUTLINE, 2, cv2.LINE_AA)
    small = cv2.resize(canvas, (SHOWN_PX, SHOWN_PX), interpolation=cv2.INTER_AREA)
    return cv2.copyMakeBorder(small, 0, GAP_PX, 0, GAP_PX, cv2.BORDER_CONSTANT, value=(255, 255, 255))


def main() -> None:
    """Draw."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=3)
    options.add_argument("--out", type=Path, default=OUT)
    given = options.parse_args()
    rows = []
    for domain in DOMAINS:
        drawn = (simulate(domain, given.seed, index, DRAWN_PX) for index in count())
        samples = list(islice((sample for sample in drawn if sample.labels.any()), COLUMNS))
        rows += [np.hstack([tile(sample, outlined=outlined) for sample in samples]) for outlined in (False, True)]
    cv2.imwrite(str(given.out), np.vstack(rows)[:-GAP_PX, :-GAP_PX], [cv2.IMWRITE_PNG_COMPRESSION, 9])


if __name__ == "__main__":
    main()
