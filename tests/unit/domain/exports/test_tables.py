"""CSV and Excel hold the same figures, with units apart and nothing that a spreadsheet would run."""

import csv
import io
import statistics
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from cellhub_app.core.spreadsheet import defused, plain
from cellhub_app.domain.exports.formats import excel
from cellhub_app.domain.exports.tables import Running
from tests.unit.domain.exports.bundles import Packed, Scene, discs


def table(packed: Packed, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(packed.text(f"csv/{name}.csv"), newline="")))


def sheets(packed: Packed) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(packed.read("excel/measurements.xlsx")), read_only=True)
    rows = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
    book.close()
    return rows


def test_every_object_has_a_row_with_its_measures(scene: Scene) -> None:
    rows = table(scene.pack("csv"), "objects")
    first, second = rows[0], rows[1]
    assert len(rows) == sum(labels.max() for labels in scene.masks.values())
    assert first["image"] == "plate_07.png"
    assert float(first["area_px"]) == (scene.masks["plate_07"] == 1).sum()
    assert first["solidity"] == ""
    assert float(second["solidity"]) == 0.9
    assert first["class"] == "nucleus"


def test_micrometres_have_their_own_columns_and_are_empty_where_the_pixel_size_is_unknown(scene: Scene) -> None:
    rows = table(scene.pack("csv"), "objects")
    known = [row for row in rows if row["image"] == "plate_07.png"]
    unknown = [row for row in rows if row["image"] == "plate_07.tif"]
    for row in known:
        assert float(row["area_um2"]) == pytest.approx(float(row["area_px"]) * 0.25)
        assert float(row["perimeter_um"]) == pytest.approx(float(row["perimeter_px"]) * 0.5)
    assert {(row["area_um2"], row["perimeter_um"]) for row in unknown} == {("", "")}


def test_without_any_pixel_size_there_are_no_micrometre_columns(tmp_path: Path) -> None:
    scene = Scene(tmp_path, has_um=False)
    scene.add("a.png", discs())
    assert not [name for name in table(scene.pack("csv"), "objects")[0] if name.endswith(("_um", "_um2"))]


def test_the_table_of_images_knows_unread_and_unsegmented_ones(scene: Scene) -> None:
    rows = table(scene.pack("csv"), "images")
    by_name = {row["image"]: row for row in rows}
    assert len(rows) == 5
    assert by_name["Zellen Ωμέγα 細胞.png"]["objects"] == "0"
    assert by_name["later.png"]["objects"] == ""
    assert by_name["later.png"]["segmentation"] == "not segmented"
    assert by_name["'=cmd|'/C calc'!A0.png"]["error"] == "The file ends early."
    assert by_name["plate_07.png"]["model"] == "unet"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_a_spreadsheet_would_run_is_defused(text: str) -> None:
    assert defused(text) == f"'{text}"
    assert plain(defused(text)) == text


def test_ordinary_text_is_left_alone() -> None:
    assert defused("plate = 7.png") == "plate = 7.png"


def test_excel_holds_what_csv_holds(scene: Scene) -> None:
    packed = scene.pack("csv", "excel")
    head, *rows = sheets(packed)["Objects"]
    expected = table(packed, "objects")
    assert list(head) == list(expected[0])
    for row, line in zip(rows, expected, strict=True):
        cells = dict(zip(head, row, strict=True))
        assert {key: "" if value is None else str(float(value)) for key, value in cells.items() if not isinstance(value, str)} == {
            key: line[key] and str(float(line[key])) for key, value in cells.items() if not isinstance(value, str)
        }
        assert cells["object_id"] == line["object_id"]


def test_excel_text_is_never_a_formula(scene: Scene) -> None:
    book = openpyxl.load_workbook(io.BytesIO(scene.pack("excel").read("excel/measurements.xlsx")))
    names = {cell.value: cell.data_type for cell in book["Images"]["A"]}
    assert names["=cmd|'/C calc'!A0.png"] == "s"


def test_the_summary_counts_and_averages(scene: Scene) -> None:
    rows = {row[0]: row for row in sheets(scene.pack("excel"))["Summary"]}
    areas = [entry.measures[0] or 0.0 for image in scene.images for entry in image.objects]
    assert rows["images"][2] == 5
    assert rows["segmented images"][2] == 3
    assert rows["objects"][2] == len(areas)
    _, _, count, mean, std, low, high = rows["area_px"]
    assert count == len(areas)
    assert (mean, std) == pytest.approx((statistics.fmean(areas), statistics.stdev(areas)))
    assert (low, high) == (min(areas), max(areas))
    assert rows["area_um2"][2] == scene.masks["plate_07"].max()


def test_every_column_of_the_sheets_is_defined(scene: Scene) -> None:
    found = sheets(scene.pack("excel"))
    defined = {(row[0], row[1]) for row in found["Definitions"][1:]}
    assert defined == {(name, column) for name in ("Objects", "Images") for column in found[name][0]}


def test_rows_beyond_the_limit_of_excel_go_on_in_another_sheet(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel.Sheet.__init__, "__defaults__", (4,))
    found = sheets(scene.pack("excel"))
    pages = [rows for name, rows in found.items() if name.startswith("Objects")]
    assert [len(rows) for rows in pages] == [4, 4, 4, 3]
    assert len({rows[0] for rows in pages}) == 1


def test_running_figures_are_those_of_all_rows_together() -> None:
    values = np.random.default_rng(0).normal(100, 3, (50, 2))
    values[7, 0] = np.nan
    running = Running(2)
    for part in np.array_split(values, 7):
        running.add(part)
    for column in range(2):
        known = values[~np.isnan(values[:, column]), column]
        expected = [len(known), known.mean(), known.std(ddof=1), known.min(), known.max()]
        assert list(running.of(column)) == pytest.approx(expected)


def test_running_figures_of_one_value_have_no_spread() -> None:
    running = Running(1)
    running.add(np.array([[4.0], [np.nan]]))
    assert running.of(0) == (1, 4.0, None, 4.0, 4.0)


ODD_NAMES = ["=1+1", " two  spaces ", "_x0041_", "tab\there", 'a & <b> "c"', "<r>not rich</r>", "\x01\x1f", "細胞 µ", "https://example.org"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_excel_keeps_unusual_names_of_images_and_classes(tmp_path: Path, name: str) -> None:
    scene = Scene(tmp_path)
    scene.images.append(replace(scene.add("a.png", discs()), name=name))
    del scene.images[0]
    found = sheets(scene.pack("excel", project=replace(scene.bundle.project, class_names={0: name})))
    assert {(unescape(row[0]), unescape(row[5])) for row in found["Objects"][1:]} == {(name, name)}
