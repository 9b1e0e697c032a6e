"""When a batch will be done: known values, what must hold for any past, and how often the range holds on a simulated worker."""

import random
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellhub_app.domain.jobs.forecast import START_S, Finish, Stretch, card_paces, forecast, silence_s
from cellhub_app.domain.jobs.line import InHand, size

START = datetime(2026, 1, 1, tzinfo=UTC)
SIDES = (256, 256, 384, 512, 512, 768, 1024)
seconds = st.floats(0.001, 60)


def steady(ends: list[float], megapixels: list[float] | float = 1.0, model: str = "unet", card: float | None = None) -> list[Finish]:
    """Jobs that were held from the beginning and came out at these seconds."""
    sizes = megapixels if isinstance(megapixels, list) else [megapixels] * len(ends)
    return [Finish(model, START, START + timedelta(seconds=end), each, card) for end, each in zip(ends, sizes, strict=True)]


def later(past: list[Finish], hours: float) -> list[Finish]:
    """The same, later."""
    delay = timedelta(hours=hours)
    return [Finish(one.model, one.started_at + delay, one.finished_at + delay, one.megapixels) for one in past]


def middle(found: tuple[int, int] | None) -> float:
    """The middle of a range."""
    assert found is not None
    return sum(found) / 2


def test_the_pace_is_seconds_for_an_effective_megapixel_whatever_the_sizes() -> None:
    chance = random.Random(3)
    sizes = [(chance.choice(SIDES) / 1000) ** 2 for _ in range(200)]
    ends = list(accumulate(0.5 * size(1, each) for each in sizes))
    assert forecast(steady(ends, sizes), {}).paces["unet"].seconds == pytest.approx(0.5)


def test_what_was_committed_together_counts_as_one_step() -> None:
    ends = [round(group + 0.001 * place, 3) for group in range(1, 30) for place in range(4)]
    assert forecast(steady(ends), {}).paces["unet"].seconds == pytest.approx(1 / size(4, 4.0), rel=0.01)


def test_an_idle_night_is_not_taken_for_slowness() -> None:
    evening = steady([2.0 * n for n in range(1, 6)])
    assert forecast(evening + later(evening, 9), {}).paces["unet"].seconds == pytest.approx(2.0 / size(1, 1.0))


def test_two_workers_count_as_one_twice_as_fast() -> None:
    ends = [Finish("unet", START + timedelta(seconds=n - 2), START + timedelta(seconds=n), 1.0) for n in range(1, 30)]
    assert forecast(ends, {}).paces["unet"].seconds == pytest.approx(1 / size(1, 1.0))


def test_images_that_were_taken_one_by_one_say_how_long_they_took() -> None:
    alone = [Finish("unet", START + timedelta(seconds=10 * n), START + timedelta(seconds=10 * n + 3), 1.0) for n in range(5)]
    assert forecast(alone, {}).paces["unet"].seconds == pytest.approx(3 / size(1, 1.0))


def test_a_model_that_nothing_is_known_of_has_no_eta() -> None:
    known = forecast(steady([1.0 * n for n in range(1, 10)]), {})
    assert known.eta_range({"unet": 5, "hrnet": 1}, 0.0) is None
    assert known.eta_range({"unet": 5, "hrnet": 0}, 0.0) is not None
    assert known.eta_range({}, 0.0) is None


def test_a_first_batch_is_foretold_from_the_models_card() -> None:
    found = forecast([], {"unet": 0.4}).eta_range({"unet": 100.0}, None)
    assert found is not None
    assert found[0] < 0.4 * 100 + START_S < found[1]


def test_a_machine_that_is_slower_than_one_card_says_is_slower_than_the_other_card_too() -> None:
    past = steady([2.0 * n for n in range(1, 100)], card=0.5)
    cards = card_paces([Stretch(UUID(int=1), UUID(int=2), "classical", 5, 5.0, 0.1)], past)
    assert cards == {"unet": 0.5, "classical": 0.1}
    assert forecast(past, cards).paces["classical"].seconds == pytest.approx(0.1 * (2 / size(1, 1.0)) / 0.5, rel=0.05)


def test_measurements_outweigh_the_card_soon() -> None:
    past = steady([2.0 * n for n in range(1, 30)])
    assert forecast(past, {"unet": 0.1}).paces["unet"].seconds == pytest.approx(2 / size(1, 1.0), rel=0.05)


def test_time_runs_while_nothing_comes_out() -> None:
    known = forecast(steady([1.0 * n for n in range(1, 60)]), {})
    assert middle(known.eta_range({"unet": 30.0}, 10.0)) == pytest.approx(middle(known.eta_range({"unet": 30.0}, 0.0)) - 10, abs=2)


def test_nothing_has_come_out_of_what_was_begun_after_the_last_finish() -> None:
    past, moment = steady([5.0]), START + timedelta(seconds=8)
    assert silence_s([InHand(None, "unet", START + timedelta(seconds=4), 1.0)], past, moment) == 3.0
    assert silence_s([InHand(None, "unet", START + timedelta(seconds=6), 1.0)], past, moment) is None
    assert silence_s([], past, moment) is None
    assert silence_s([InHand(None, "unet", START, 1.0)], [], moment) is None


def test_a_restless_machine_has_wider_ranges_than_a_quiet_one() -> None:
    quiet = forecast(steady([1.0 * n for n in range(1, 200)]), {})
    restless = forecast(steady(list(accumulate(0.4 if n // 50 % 2 else 1.6 for n in range(200)))), {})
    widths = [high - low for low, high in (one.eta_range({"unet": 40.0}, 0.0) or (0, 0) for one in (quiet, restless))]
    assert widths[1] > 1.5 * widths[0] > 0


@given(st.lists(seconds, max_size=40), st.floats(0.01, 5000), seconds, st.none() | st.floats(0, 1000))
def test_the_range_is_ordered_and_positive_for_any_past(gaps: list[float], work: float, card: float, silence: float | None) -> None:
    found = forecast(steady(list(accumulate(gaps))), {"unet": card}).eta_range({"unet": work}, silence)
    assert found is not None
    assert 0 <= found[0] <= found[1]


@given(st.lists(seconds, min_size=3, max_size=40), st.floats(0.01, 1000))
def test_the_range_is_around_the_work_at_the_pace(gaps: list[float], work: float) -> None:
    known = forecast(steady(list(accumulate(gaps))), {})
    found = known.eta_range({"unet": work}, 0.0)
    assert found is not None
    assert found[0] <= work * known.paces["unet"].seconds <= found[1]


def test_the_range_holds_nine_times_in_ten_and_says_something() -> None:
    chance = random.Random(7)
    held = 0
    widths = []
    for _ in range(200):
        sizes = [(chance.choice(SIDES) / 1000) ** 2 for _ in range(200)]
        level, took = 0.0, []
        for each in sizes:
            level = 0.98 * level + chance.gauss(0, 0.02)
            took.append(0.5 * size(1, each) * 2.718 ** (level + chance.gauss(0, 0.15)))
        known = forecast(steady(list(accumulate(took[:100])), sizes[:100]), {"unet": 0.2})
        found, truth = known.eta_range({"unet": size(100, sum(sizes[100:]))}, 0.0), sum(took[100:])
        assert found is not None
        held += found[0] <= truth <= found[1]
        widths.append((found[1] - found[0]) / truth)
    assert held >= 180
    assert sorted(widths)[100] < 0.5
