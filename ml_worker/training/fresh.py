"""Pictures for crops: simulated ones are shown a few times, then a new one takes their place, because the simulator has no end of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from ml_worker.inference.preprocess import Stretch
from ml_worker.inference.scale import typical_diameter
from ml_worker.training.data import Sample
from ml_worker.training.simulated import DOMAINS, redraw, stem_of
from ml_worker.training.sources import SIMULATED_SEED
from ml_worker.training.splits import part_of

SHOWINGS = 4.0  # of a simulated picture on average; drawing one takes as long as a few crops
ASIDE = 16  # numbers kept for each new picture, of which the first that is for training is taken


@dataclass(frozen=True)
class Picture:
    """A sample with what its crops need."""

    sample: Sample
    stretch: Stretch
    diameter: float | None

    @classmethod
    def of(cls, sample: Sample) -> "Picture":
        """The sample, its stretch and its objects' typical diameter."""
        return cls(sample, Stretch.of(sample.image), typical_diameter(sample.labels))


class Pictures:
    """A picture for every place of a pool, which for simulated domains depends on the seed and the step alone.

    `showings` says how often the picture of each place is cropped in a step, on average.
    """

    def __init__(self, samples: Sequence[Sample], showings: NDArray[np.float64], seed: int) -> None:
        self._seed = SIMULATED_SEED + 1 + seed
        self._pictures = [Picture.of(sample) for sample in samples]
        self._first = [sample.stem for sample in samples]
        self._lasts = [max(1, round(SHOWINGS / often)) if often > 0 else 1 for often in showings.tolist()]
        made = [place for place, sample in enumerate(samples) if sample.domain in DOMAINS]
        self._ranks = {place: rank for rank, place in enumerate(made)}

    def stem(self, place: int, step: int) -> str:
        """The name of the picture that is in a place at a step: at first the sample's own, later one that nobody else has."""
        rank = self._ranks.get(place)
        if rank is None:
            return self._first[place]
        lasts, places = self._lasts[place], len(self._ranks)
        generation = (step + lasts * rank // places) // lasts  # places change in turn, not all at once
        if generation == 0:
            return self._first[place]
        domain, first = self._pictures[place].sample.domain, ASIDE * ((generation - 1) * places + rank)
        return next(stem for stem in (stem_of(domain, self._seed, index) for index in count(first)) if part_of(stem) == "train")

    def __call__(self, place: int, step: int) -> Picture:
        """The picture that is in a place at a step."""
        stem, held = self.stem(place, step), self._pictures[place]
        if held.sample.stem != stem:
            height, width = held.sample.labels.shape
            self._pictures[place] = held = Picture.of(redraw(stem, (height, width)))
        return held
