"""Numbers of planes: there and back, and which of them an image has."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellhub_app.core.errors import ImageRefused, NotFound
from cellhub_app.core.imaging import planes
from cellhub_app.core.imaging.read import Stack, probe, read_plane
from tests.fixtures.odd_images import OddFile, odd_files


@given(slices=st.integers(1, 500), timepoint=st.integers(0, 5000), data=st.data())
def test_a_number_and_its_place_say_the_same(slices: int, timepoint: int, data: st.DataObject) -> None:
    z = data.draw(st.integers(0, slices - 1))
    assert planes.plane_of(planes.frame_of(z, timepoint, slices), slices) == (z, timepoint)


@given(slices=st.integers(1, 40), timepoints=st.integers(1, 40))
def test_every_plane_has_a_number_of_its_own_below_their_count(slices: int, timepoints: int) -> None:
    numbers = [planes.frame_of(z, timepoint, slices) for timepoint in range(timepoints) for z in range(slices)]
    assert numbers == list(range(planes.count(slices, timepoints)))


def test_stacks_count_slices_and_series_count_timepoints() -> None:
    assert [planes.plane_of(frame, 3) for frame in range(3)] == [(0, 0), (1, 0), (2, 0)]
    assert [planes.plane_of(frame, 1) for frame in range(3)] == [(0, 0), (0, 1), (0, 2)]
    assert planes.count(None, None) == 1


def test_the_middle_slice_is_one_of_the_first_timepoint() -> None:
    assert [planes.middle(slices) for slices in (None, 1, 2, 3, 30)] == [0, 0, 1, 1, 15]


@pytest.mark.parametrize(("frames", "expected"), [("first", [0]), ("all", [0, 1, 2, 3]), ([2, 0, 2], [0, 2]), ([9], [9])])
def test_chosen_planes_are_in_order_and_named_once(frames: planes.Frames, expected: list[int]) -> None:
    assert list(planes.chosen(frames, 4)) == expected


def test_a_plane_that_is_not_there_is_refused_with_what_is() -> None:
    assert planes.refusal("a.tif", [0, 2], 3) is None
    assert planes.refusal("a.tif", [7], 3) == (
        "a.tif has 3 planes, counted from 0, so there is no plane 7. Choose planes that it has, or all."
    )
    assert "has one plane" in (planes.refusal("a.png", [1], 1) or "")


def test_too_many_planes_are_refused_before_they_are_listed() -> None:
    assert planes.refusal("a.tif", "all", 2_000) is None
    assert "1,000,000,000 planes of a.tif are too many" in (planes.refusal("a.tif", "all", 10**9) or "")


@pytest.mark.parametrize(
    ("frame", "slices", "count", "expected"),
    [(0, 1, 1, ""), (2, 5, 5, "plane 3"), (2, 1, 5, "time 3"), (7, 5, 10, "plane 3 at time 2")],
)
def test_people_count_planes_from_one(frame: int, slices: int, count: int, expected: str) -> None:
    assert planes.words(frame, slices, count) == expected


@pytest.mark.parametrize("sample", odd_files(), ids=lambda sample: sample.name)
def test_a_stack_reads_what_a_single_look_reads(sample: OddFile, tmp_path: Path) -> None:
    path = tmp_path / sample.name
    path.write_bytes(sample.data)
    info = probe(path)
    with closing(Stack(path)) as stack:
        for frame in range(planes.count(info.frames, info.timepoints)):
            place = planes.plane_of(frame, info.frames)
            assert np.array_equal(stack.read(*place, "a stack"), read_plane(path, *place))
        with pytest.raises(NotFound):
            stack.read(info.frames, 0, "a stack")


def test_a_stack_that_is_no_picture_is_refused_by_the_name_of_its_plane(tmp_path: Path) -> None:
    (tmp_path / "notes.tif").write_bytes(b"II*\x00 no directory")
    with closing(Stack(tmp_path / "notes.tif")) as stack, pytest.raises(ImageRefused, match=r"^Couldn't read plane 2 of notes\.tif"):
        stack.read(1, 0, "plane 2 of notes.tif")
