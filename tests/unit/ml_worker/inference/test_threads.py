from pathlib import Path

import pytest
import torch

from ml_worker.inference.threads import candidates, fewest_that_are_fast, measured_threads, seconds_of_a_pass


@pytest.mark.parametrize(("limit", "expected"), [(1, [1]), (2, [1, 2]), (7, [1, 2, 4, 7]), (8, [1, 2, 4, 8])])
def test_doublings_up_to_the_limit_are_tried(limit, expected):
    assert candidates(limit) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ({1: 1.0, 2: 0.55, 4: 0.3, 8: 0.2}, 8),
        ({1: 1.0, 2: 0.55, 4: 0.3, 8: 0.29}, 4),
        ({1: 1.0, 2: 0.55, 4: 0.3, 8: 0.6}, 4),
        ({1: 1.0, 2: 3.0}, 1),
    ],
)
def test_threads_that_bring_nothing_are_not_used(seconds, expected):
    assert fewest_that_are_fast(seconds, seconds.__getitem__) == expected


def test_a_machine_is_measured_once(tmp_path: Path):
    asked: list[int] = []

    def seconds(count: int) -> float:
        asked.append(count)
        return 1 / min(count, 4)

    memory = tmp_path / "cache" / "threads.json"
    assert [measured_threads(6, memory, seconds) for _ in range(2)] == [4, 4]
    assert asked == [1, 2, 4, 6]
    assert measured_threads(1, memory, seconds) == 1


@pytest.mark.parametrize("content", ["", "[1]", "{nothing", '{"other": 3}'])
def test_a_damaged_note_is_measured_again(tmp_path: Path, content):
    memory = tmp_path / "threads.json"
    memory.write_text(content)
    assert measured_threads(2, memory, lambda count: 1 / count) == 2


def test_a_pass_takes_time():
    before = torch.get_num_threads()
    try:
        assert 0 < seconds_of_a_pass(1) < 60
    finally:
        torch.set_num_threads(before)
