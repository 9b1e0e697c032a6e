"""A small folder of annotated images in the layout of the training data, made from simulated nuclei."""

from pathlib import Path

import cv2
import numpy as np

from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from ml_worker.training.data import Sample


def write_domain(root: Path, count: int = 6, side: int = 96) -> Path:
    folder = root / "nuclei_fluo"
    (folder / "images").mkdir(parents=True)
    (folder / "masks").mkdir()
    for seed in range(count):
        image, labels = fluorescent_nuclei(seed, side, side)
        cv2.imwrite(str(folder / "images" / f"simulated{seed}.png"), image)
        cv2.imwrite(str(folder / "masks" / f"simulated{seed}.png"), labels.astype(np.uint16))
    return root


def simulated_samples(count: int, side: int = 96) -> list[Sample]:
    pairs = [fluorescent_nuclei(seed, side, side) for seed in range(count)]
    return [Sample("nuclei_fluo", f"simulated{k}", i[:, :, None].astype(np.uint8), m.astype(np.uint16)) for k, (i, m) in enumerate(pairs)]
