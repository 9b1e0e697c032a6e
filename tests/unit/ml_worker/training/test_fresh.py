"""Simulated pictures come and go while a network is trained, and the seed and the step alone say which are there."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from ml_worker.training.augment import Ranges
from ml_worker.training.batches import Batches
from ml_worker.training.data import Sample, choose
from ml_worker.training.fresh import Pictures
from ml_worker.training.simulated import DOMAINS, redraw, simulate
from ml_worker.training.splits import part_of
from tests.unit.ml_worker.training.annotated import simulated_samples

SIDE = 64


@pytest.fixture(scope="module")
def fixed() -> list[Sample]:
    return [simulate(domain, 1, index, SIDE) for domain in DOMAINS for index in range(12)]


@pytest.fixture
def pool(fixed: list[Sample]) -> list[Sample]:
    return [*simulated_samples(2, side=SIDE), *choose(fixed, "train")]


def pictures(pool: list[Sample], seed: int = 0) -> Pictures:
    return Pictures(pool, np.full(len(pool), 0.5), seed)


def batches(pool: list[Sample]) -> Batches:
    return Batches(pool, seed=3, batch=4, size=32, ranges=Ranges(), shares={})


def test_a_picture_is_drawn_again_from_its_name():
    again, first = redraw("invasion_sim-7-000012", (SIDE, 96)), simulate("invasion_sim", 7, 12, (SIDE, 96))
    assert again.stem == first.stem == "invasion_sim-7-000012"
    assert np.array_equal(again.image, first.image)
    assert np.array_equal(again.labels, first.labels)


def test_only_new_pictures_of_the_training_part_ever_come(pool: list[Sample], fixed: list[Sample]):
    shown = pictures(pool)
    came = {shown.stem(place, step) for place in range(2, len(pool)) for step in range(0, 4000, 3)} - {one.stem for one in pool}
    assert len(came) > 4000
    assert {part_of(stem) for stem in came} == {"train"}
    assert not came & {one.stem for one in fixed}


def test_places_begin_with_the_pool_and_change_in_turn(pool: list[Sample]):
    shown = pictures(pool)
    stems = [[shown.stem(place, step) for place in range(len(pool))] for step in range(17)]
    assert stems[0] == [one.stem for one in pool]
    changes = [sum(old != new for old, new in zip(*pair, strict=True)) for pair in pairwise(stems)]
    assert sum(changes[:8]) == sum(changes[8:]) == len(pool) - 2
    assert max(changes) < len(pool) / 2
    assert all(row[:2] == stems[0][:2] for row in stems)


def test_other_seeds_see_other_pictures(pool: list[Sample]):
    one, other = ({pictures(pool, seed).stem(place, 500) for place in range(2, len(pool))} for seed in (0, 1))
    assert not one & other


def test_a_batch_is_the_same_whatever_was_asked_for_before(pool: list[Sample]):
    through, resumed = batches(pool), batches(pool)
    before = [through[step][0] for step in range(0, 400, 40)]
    assert torch.equal(through[400][0], resumed[400][0])
    assert torch.equal(through[400][1], resumed[400][1])
    assert torch.equal(resumed[0][0], before[0])
    shown = through.pictures
    assert shown(5, 400).sample.stem == shown.stem(5, 400) != pool[5].stem
    assert shown(5, 400).sample.labels.shape == (SIDE, SIDE)
