"""The CSV table of conditions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.conditions.patterns import Place
from cellhub_app.domain.conditions.table import read, written


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_of_any_spreadsheet_is_read(separator: str) -> None:
    text = "\ufeffFile name;Well;Treatment;Replicate\r\na.png;b3;10 nM taxol;mouse 1\r\nb.png;;control;\r\n;;;\r\n".replace(";", separator)
    table = read(text)
    assert table.places == {"a.png": Place("", (1, 2), "10 nM taxol", "mouse 1"), "b.png": Place("", None, "control", "")}
    assert table.problems == ()


def test_a_table_without_conditions_leaves_them_alone() -> None:
    assert read("file,plate,well\na.png,P1,A01\n").places == {"a.png": Place("P1", (0, 0), None, "P1 A01")}


def test_what_is_wrong_is_told_by_line() -> None:
    table = read(f"file,well,condition\na.png,Z9,x\n,A01,x\nb.png,A1,x\nb.png,A2,y\nc.png,A1,{'x' * 121}\n")
    assert [problem.split(":")[0] for problem in table.problems] == ["Line 2", "Line 3", "Line 5", "Line 6"]
    assert list(table.places) == ["b.png"]


@pytest.mark.parametrize("text", ["", "name only\na.png\n", "well,condition\nA1,x\n", 'file,well\n"a.png,A1\n'])
def test_what_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read(text)


def test_no_cell_is_a_formula_and_none_is_changed_by_coming_back() -> None:
    text = written([("=cmd.png", "", "B03", "-5 °C", "@1")])
    assert text.splitlines()[1] == "'=cmd.png,,B03,'-5 °C,'@1"
    assert read(text).places == {"=cmd.png": Place("", (1, 2), "-5 °C", "@1")}


word = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20).filter(lambda text: text[0] != "'")


@given(st.dictionaries(word, st.tuples(word, word), max_size=8))
def test_what_is_written_is_read_again(rows: dict[str, tuple[str, str]]) -> None:
    table = read(written((name, "", "A01", condition, replicate) for name, (condition, replicate) in rows.items()))
    assert {name: (place.condition, place.replicate) for name, place in table.places.items()} == rows
