"""Names of wells and the plates that they fit on."""

import pytest

from cellhub_app.domain.conditions.wells import LAYOUTS, label_of, layout_for, well_named, well_numbered
from cellhub_app.models.condition import well_name


@pytest.mark.parametrize("name", ["B03", "b3", " B003 ", "B3"])
def test_a_well_has_many_spellings(name: str) -> None:
    assert well_named(name) == (1, 2)


@pytest.mark.parametrize("name", ["", "B0", "B25", "Q01", "AA1", "B-3", "3B", "B3x", "Ⓑ3"])
def test_what_no_plate_has_is_no_well(name: str) -> None:
    assert well_named(name) is None


def test_rows_may_be_numbers_or_letters() -> None:
    assert well_numbered("02", "03") == well_numbered("B", "3") == (1, 2)
    assert well_numbered("17", "1") is well_numbered("1", "25") is well_numbered("0", "1") is well_numbered("1", "²") is None


@pytest.mark.parametrize(("size", "shape"), LAYOUTS.items())
def test_the_last_well_of_each_plate_asks_for_it(size: int, shape: tuple[int, int]) -> None:
    last = (shape[0] - 1, shape[1] - 1)
    assert layout_for({last, (0, 0)}) == size
    assert well_named(well_name(*last)) == last


def test_a_well_is_a_replicate_of_its_plate() -> None:
    assert (label_of("P1", (1, 2)), label_of("", (1, 2)), label_of("P1", None)) == ("P1 B03", "B03", "")
