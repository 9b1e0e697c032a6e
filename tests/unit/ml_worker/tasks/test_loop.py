"""What a loop learns about its own speed."""

import pytest

from ml_worker.tasks.loop import Speeds


def test_overlapping_images_count_by_the_time_between_their_ends() -> None:
    speeds = Speeds()
    for number in range(200):
        speeds.note("unet", 2.0, began=number * 0.5 - 3, ended=number * 0.5)
    assert speeds["unet"] == pytest.approx(0.25, rel=0.01)


def test_the_cards_figure_is_the_start_and_experience_takes_over() -> None:
    speeds = Speeds({"unet": 10.0})
    for number in range(1, 100):
        speeds.note("unet", 1.0, began=number - 1, ended=number)
    assert speeds["unet"] == pytest.approx(1.0, abs=0.01)


def test_an_idle_hour_is_not_taken_for_slowness() -> None:
    speeds = Speeds()
    speeds.note("unet", 1.0, began=0, ended=1)
    speeds.note("unet", 1.0, began=3600, ended=3601)
    assert speeds["unet"] == pytest.approx(1.0)
