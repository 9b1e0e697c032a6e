"""Pictures to try CellHub with: simulated ones, named as such, and two real ones that scikit-image carries in its wheel."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image
from skimage import data

from cellhub_app.core.simulator.brightfield import brightfield, organoids
from cellhub_app.core.simulator.invasion import invasion
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei

SIMULATED = "Simulated by CellHub"
NUCLEI_SEEDS = (4, 1, 7, 2, 0, 11)
SIZE = (640, 800)


SPHEROIDS = (
    ("organoids 1", organoids, 21),
    ("organoids 2", organoids, 4),
    ("spheroid", brightfield, 7),
    ("invading spheroid", invasion, 10),
)


class SampleImage(NamedTuple):
    """A picture (H, W) or (H, W, 3), its file name, the kind of sample it shows and where it comes from."""

    name: str
    image: npt.NDArray[np.integer]
    kind: str
    origin: str


def sample_set() -> list[SampleImage]:
    """Six simulated pictures of nuclei, four of spheroids and organoids, and scikit-image's `ihc` and `cell`; nothing is downloaded."""
    nuclei = [
        SampleImage(f"Simulated nuclei {number}.png", fluorescent_nuclei(seed)[0], "nuclei", SIMULATED)
        for number, seed in enumerate(NUCLEI_SEEDS, 1)
    ]
    spheroids = [
        SampleImage(f"Simulated {what}.png", scene(np.random.default_rng(seed), *SIZE)[0].squeeze(), "spheroids", SIMULATED)
        for what, scene, seed in SPHEROIDS
    ]
    bundled = [
        SampleImage(
            "Colon tissue, immunohistochemistry.png",
            _bundled("ihc.png"),
            "nuclei",
            "scikit-image sample, CMMI (no known copyright restrictions)",
        ),
        SampleImage("Single cell in saline.png", _bundled("cell.png"), "cells", "scikit-image sample, Müller et al. 2018 (CC0)"),
    ]
    return nuclei + spheroids + bundled


def _bundled(name: str) -> npt.NDArray[np.integer]:
    with Image.open(Path(data.__file__).parent / name) as image:
        return np.asarray(image)
