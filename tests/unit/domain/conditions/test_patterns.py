"""Wells from file names as microscopes write them."""

from time import process_time
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.conditions import service
from cellhub_app.domain.conditions.patterns import MICROSCOPES, Place, guesses, place_of

NAMES = [
    ("r02c03f04p01-ch1sk1fk1fl1.tiff", "", (1, 2)),
    ("AssayPlate_Greiner_#655090_B03_T0001F004L01A01Z01C01.tif", "AssayPlate_Greiner_#655090", (1, 2)),
    ("screen-7_B03_s4_w2A1B2.TIF", "screen-7", (1, 2)),
    ("screen_B03_w1.tif", "screen", (1, 2)),
    ("B3_02_1_4_DAPI_001.tif", "", (1, 2)),
    ("VID1234_B3_1_2023y05m11d_10h00m.tif", "VID1234", (1, 2)),
    ("plate_2_H12.png", "plate_2", (7, 11)),
    ("P24.png", "", (15, 23)),
]


@pytest.mark.parametrize(("name", "plate", "well"), NAMES)
def test_the_first_guess_reads_what_a_microscope_wrote(name: str, plate: str, well: tuple[int, int]) -> None:
    template = guesses([name])[0][1]
    place = place_of(name, template)
    assert place is not None
    assert (place.plate, place.well, place.condition) == (plate, well, None)


def test_folders_do_not_matter_and_the_well_is_the_replicate() -> None:
    assert place_of("day 1\\raw/P1_B03_2.tif", "{plate}_{well}_{field}") == Place("P1", (1, 2), None, "P1 B03")


@pytest.mark.parametrize("name", ["P1_B03_f1_t002.tif", "P1_B03_F01_T2.tif", "P1_B03_s1_2.tif"])
def test_a_field_and_a_time_may_have_their_letter(name: str) -> None:
    assert place_of(name, "{plate}_{well}_{field}_{time}") == Place("P1", (1, 2), None, "P1 B03")


def test_condition_and_replicate_can_stand_in_the_name() -> None:
    assert place_of("10 nM taxol_mouse 3_01.png", "{condition}_{replicate}_{field}") == Place("", None, "10 nM taxol", "mouse 3")
    assert place_of("control_day2.ome.tif", "{condition}_{replicate}") == Place("", None, "control", "day2.ome")


@pytest.mark.parametrize("name", ["P1_B25_1.tif", "P1_Q01_1.tif", "P1_B031_1.tif", "notes.tif", ""])
def test_a_name_that_does_not_fit_has_no_place(name: str) -> None:
    assert place_of(name, "{plate}_{well}_{field}") is None


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("", "between 1 and 200"),
        ("x" * 201, "between 1 and 200"),
        ("{plate}_{wel}", "knows no {wel}"),
        ("{well}_{well}", "twice"),
        ("r{row}", "both {row} and {column}"),
        ("{well}_{row}_{column}", "both {row} and {column}"),
        ("{plate}_{field}", "neither {well} nor {condition}"),
        ("*_*_*_*_{well}", "At most 3"),
        ("{plate}{condition}_{well}", "side by side"),
    ],
)
def test_a_template_that_can_not_work_says_why(template: str, said: str) -> None:
    with pytest.raises(Invalid, match=said.replace("{", r"\{")):
        place_of("a.png", template)


def test_no_name_makes_a_template_slow() -> None:
    began = process_time()
    for _ in range(20):
        place_of("_" * 255, "{plate}_{condition}_{replicate}_x{well}")
    assert process_time() - began < 5


@given(st.text(max_size=60), st.sampled_from([template for _, template in MICROSCOPES]))
def test_any_name_is_read_or_is_not(name: str, template: str) -> None:
    place = place_of(name, template)
    assert place is None or place.well is not None or place.condition is not None


def test_names_that_take_too_long_are_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "TEMPLATE_TIME_S", 0.05)
    hostile = [(uuid4(), "a" * 255) for _ in range(200)]
    with pytest.raises(Invalid, match="take too long"):
        service._of_template("*a{plate}a{condition}a{well}z", hostile)
