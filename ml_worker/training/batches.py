"""What a network sees while it learns: batches of varied crops that depend on the seed and the step alone."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from ml_worker.inference.preprocess import three_channels
from ml_worker.training.augment import Ranges, crop, vary_intensity
from ml_worker.training.data import Sample
from ml_worker.training.fresh import Pictures
from ml_worker.training.targets import make_targets


def chances(samples: Sequence[Sample], shares: Mapping[str, float]) -> NDArray[np.float64]:
    """How likely each image is: its domain's share, within a domain by the square root of its area. Sums to 1.

    A domain that `shares` does not name has share 1.
    """
    roots = [float(np.sqrt(sample.labels.size)) for sample in samples]
    totals: dict[str, float] = defaultdict(float)
    for sample, root in zip(samples, roots, strict=True):
        totals[sample.domain] += root
    weights: NDArray[np.float64] = np.array(
        [shares.get(one.domain, 1.0) * root / totals[one.domain] for one, root in zip(samples, roots, strict=True)]
    )
    weights /= weights.sum()
    return weights


class Batches(Dataset[tuple[Tensor, Tensor]]):
    """Item k is the batch of training step k: images (N, 3, S, S) and targets (N, 3, S, S), from (seed, k) alone."""

    def __init__(
        self, samples: Sequence[Sample], *, seed: int, batch: int, size: int, ranges: Ranges, shares: Mapping[str, float] | None = None
    ) -> None:
        if not samples:
            raise ValueError("None of the images is for training: more are needed, because a fifth of them is kept back by name.")
        self.count, self.seed, self.batch, self.size, self.ranges = len(samples), seed, batch, size, ranges
        self.chances = chances(samples, shares or {})
        self.pictures = Pictures(samples, batch * self.chances, seed)

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor]:
        rng = np.random.default_rng([self.seed, step])
        images, targets = [], []
        for index in rng.choice(self.count, self.batch, p=self.chances):
            shown = self.pictures(int(index), step)
            sample = shown.sample
            image, labels = crop(sample.image, sample.labels, rng, self.size, self.ranges, shown.stretch, shown.diameter)
            image = three_channels(image[:, :, None] if image.ndim == 2 else image)
            images.append(vary_intensity(image, rng, self.ranges).transpose(2, 0, 1))
            targets.append(make_targets(labels))
        return torch.from_numpy(np.stack(images)), torch.from_numpy(np.stack(targets))


def _quiet_worker(_: int) -> None:
    cv2.setNumThreads(1)


def stream(batches: Dataset[tuple[Tensor, Tensor]], first_step: int, workers: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless batches from `first_step` on, in order, whatever the number of loader processes."""
    if workers == 0:
        return (batches[step] for step in range(first_step, 1 << 40))
    loader = DataLoader(
        batches,
        batch_size=None,
        sampler=range(first_step, 1 << 40),
        num_workers=workers,
        prefetch_factor=4,
        worker_init_fn=_quiet_worker,
        multiprocessing_context="spawn",  # a fork of a process whose OpenCV has threads already waits for them for ever
        pin_memory=torch.cuda.is_available(),
    )
    return iter(loader)
