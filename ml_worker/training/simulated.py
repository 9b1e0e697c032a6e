"""Simulated samples by number: the same domain, seed, index and size always give the same picture."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cellhub_app.core.simulator.brightfield import brightfield
from cellhub_app.core.simulator.invasion import invasion
from cellhub_app.core.simulator.truth import Labels
from ml_worker.training.data import Sample

Scene = Callable[[np.random.Generator, int, int], tuple[NDArray[np.uint8], Labels]]

SCENES: dict[str, Scene] = {"brightfield_sim": brightfield, "invasion_sim": invasion}
DOMAINS = tuple(SCENES)


def simulate(domain: str, seed: int, index: int, size: int | tuple[int, int]) -> Sample:
    """Picture `index` of an endless series; `size` is a side or (height, width) in px.

    Raises ValueError for a domain that is not in DOMAINS and for sides below 64 px.
    """
    height, width = (size, size) if isinstance(size, int) else size
    if domain not in SCENES:
        raise ValueError(f"There is no simulated domain {domain!r}. Choose one of {', '.join(DOMAINS)}.")
    if min(height, width) < 64:
        raise ValueError(f"A simulated picture needs at least 64 px a side, not {height} x {width}.")
    rng = np.random.default_rng([DOMAINS.index(domain), seed, index, height, width])
    image, labels = SCENES[domain](rng, height, width)
    return Sample(domain, stem_of(domain, seed, index), image, labels)


def stem_of(domain: str, seed: int, index: int) -> str:
    """The name of a simulated picture."""
    return f"{domain}-{seed}-{index:06d}"


def redraw(stem: str, size: int | tuple[int, int]) -> Sample:
    """The picture of that name, once more. Raises ValueError for what is no such name."""
    domain, seed, index = stem.rsplit("-", 2)
    return simulate(domain, int(seed), int(index), size)


def write_folder(root: Path, domain: str, *, count: int, seed: int, size: int | tuple[int, int], first: int = 0) -> list[Path]:
    """Write pictures first..first+count-1 as root/<domain>/images/*.png, 16-bit labels in masks/; returns the images' paths."""
    images, masks = root / domain / "images", root / domain / "masks"
    images.mkdir(parents=True, exist_ok=True)
    masks.mkdir(parents=True, exist_ok=True)
    paths = []
    for index in range(first, first + count):
        sample = simulate(domain, seed, index, size)
        picture = sample.image[:, :, ::-1] if sample.image.shape[2] == 3 else sample.image
        paths.append(images / f"{sample.stem}.png")
        for path, pixels in ((paths[-1], picture), (masks / paths[-1].name, sample.labels)):
            path.write_bytes(cv2.imencode(".png", np.ascontiguousarray(pixels))[1].tobytes())
    return paths
