"""Does the real end lie in the range nine times in ten, over whole batches, and does the range say something?"""

import random
from collections.abc import Iterator, Sequence
from statistics import median

import pytest

from cellhub_app.domain.jobs.forecast import forecast, silence_s
from cellhub_app.domain.jobs.line import places, work_ahead
from tests.unit.domain.jobs.simulated_worker import MODEL, Batch, Machine, at, batch, seen, serve

CARD = {MODEL: 0.35}
ROUNDS = range(6)
ROUNDING_S = 0.5
Said = tuple[int, int, float]


def said(batches: list[Batch], one: Batch, begins: float) -> Iterator[Said]:
    """(low, high, what is left for real), each second from a moment on."""
    moment = begins + 0.2
    while moment < one.ends:
        stretches, in_hand, finishes = seen(batches, moment)
        work = work_ahead(one.id, places(stretches).get(one.id), in_hand)
        found = forecast(finishes[-400:], CARD).eta_range(work, silence_s(in_hand, finishes, at(moment)))
        if found:
            yield (*found, one.ends - moment)
        moment += 1.0


def inside(told: Sequence[Said]) -> float:
    """The share of the ranges that held."""
    return sum(low - ROUNDING_S <= left <= high + ROUNDING_S for low, high, left in told) / len(told)


def width(told: Sequence[Said]) -> float:
    """Half of the ranges are narrower than this share of what is left."""
    return median((high - low) / left for low, high, left in told if left > 1)


def error(told: Sequence[Said]) -> float:
    """Half of the middles are nearer than this share of what is left."""
    return median(abs((low + high) / 2 - left) / left for low, high, left in told if left > 1)


@pytest.mark.parametrize("machine", [Machine(0.5, 0.15, 0.1), Machine(0.05, 0.15, 0.1)], ids=["slow", "fast"])
def test_the_range_holds_over_whole_batches_of_mixed_sizes(machine: Machine) -> None:
    told: list[Said] = []
    for seed in ROUNDS:
        chance = random.Random(seed)
        only = batch(chance, 1, round(80 / machine.pace))
        serve(chance, machine, [only])
        told += said([only], only, 0.0)
    assert inside(told) >= 0.88
    assert width(told) <= 0.5
    assert error(told) <= 0.12


def test_when_a_second_person_starts_the_range_steps_and_holds_again() -> None:
    first_told: list[Said] = []
    second_told: list[Said] = []
    before: list[Said] = []
    for seed in ROUNDS:
        chance = random.Random(seed)
        first, second = batch(chance, 1, 160), batch(chance, 2, 80, begins=10.0)
        serve(chance, Machine(0.5, 0.15, 0.1), [first, second])
        first_told += said([first, second], first, second.begins)
        second_told += said([first, second], second, second.begins)
        before += [one for one in said([first, second], first, 0.0) if one[2] > first.ends - second.begins]
    for told in (first_told, second_told):
        assert inside(told) >= 0.88
        assert width(told) <= 0.5
        assert error(told) <= 0.12
    assert all(low < left for low, _, left in before), "others only make it later"


def test_a_restless_machine_is_told_by_wider_ranges_that_still_hold_mostly() -> None:
    told: list[Said] = []
    for seed in ROUNDS:
        chance = random.Random(seed)
        only = batch(chance, 1, 160)
        serve(chance, Machine(0.5, 0.3, 0.5), [only])
        told += said([only], only, 0.0)
    assert inside(told) >= 0.7
    assert width(told) > 0.4
