"""Numbers, times and plurals as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellhub_app.domain.exports.registry import FORMATS
from cellhub_app.web.i18n import bytes_text, counted, duration_text, listed, seconds_text, t
from cellhub_app.web.pages.project.exports_state import PURPOSES
from cellhub_app.web.theme import face_colour, initials


def test_text_is_its_own_english() -> None:
    assert t("Segment {count} images", count=214) == "Segment 214 images"
    assert t("{}") == "{}"


@pytest.mark.parametrize(("count", "words"), [(0, "0 images"), (1, "1 image"), (2140, "2,140 images")])
def test_counts_agree_with_their_noun(count: int, words: str) -> None:
    assert counted(count, "image", "images") == words


@pytest.mark.parametrize(
    ("names", "words"),
    [([], ""), (["HRNet"], "HRNet"), (["HRNet", "U-Net"], "HRNet and U-Net"), (["HRNet", "U-Net", "ResUNet"], "HRNet, U-Net and ResUNet")],
)
def test_names_are_listed_as_in_a_sentence(names: list[str], words: str) -> None:
    assert listed(names) == words


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 0, "under 1 s"), (0, 9, "under 9 s"), (5, 5, "5 s"), (5, 9, "5–9 s"), (40, 75, "under 2 min"), (95, 170, "1–3 min"),
        (600, 700, "10–12 min"), (3600, 9000, "1–3 h"), (100, 9000, "under 3 h"),
    ],
)  # fmt: skip
def test_times_are_ranges_in_a_fitting_unit(low: int, high: int, words: str) -> None:
    assert seconds_text(low, high) == words


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (14.6, "15 s"), (100, "100 s"), (121, "2 min"), (3600, "60 min")])
def test_what_is_over_took_one_time(seconds: float, words: str) -> None:
    assert duration_text(seconds) == words


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_range_never_promises_less_than_its_end(one: int, other: int) -> None:
    words = seconds_text(min(one, other), max(one, other))
    number, unit = words.removeprefix("under ").split()
    assert int(number.split("–")[-1]) * {"s": 1, "min": 60, "h": 3600}[unit] >= max(one, other)


@pytest.mark.parametrize(
    ("count", "words"), [(None, ""), (17, "17 B"), (8_000, "8.0 kB"), (3_100_000, "3.1 MB"), (2_500_000_000, "2.5 GB")]
)
def test_sizes_have_two_digits_or_three(count: int | None, words: str) -> None:
    assert bytes_text(count) == words


@pytest.mark.parametrize(
    ("name", "letters"), [("Anna Novák", "AN"), ("ada", "AD"), ("jan.van.dyck", "JD"), ("  ", "?"), ("李 小龙", "李小"), ("x", "X")]
)
def test_people_have_one_or_two_letters(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_person_keeps_their_colour() -> None:
    assert face_colour("ada@example.org") == face_colour("ada@example.org")


def test_every_export_format_says_what_it_is_for() -> None:
    assert set(PURPOSES) == set(FORMATS)
