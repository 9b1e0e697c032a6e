"""The ZIP as a whole: its names, its README, its bytes."""

import gc
import shutil
import time
from pathlib import Path
from zipfile import ZipFile

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.exports.archive import Archive
from cellhub_app.domain.exports.names import Stems, safe_stem, safe_suffix
from cellhub_app.domain.exports.packing import pack
from cellhub_app.domain.exports.registry import FORMATS, FormatUnknown, checked
from cellhub_app.domain.exports.watched import Watched
from tests.unit.domain.exports.bundles import Scene, discs

ALL = tuple(FORMATS)


class Enough(Exception):
    """Raised by a check that wants no more."""


def test_the_same_input_gives_the_same_bytes(scene: Scene) -> None:
    first = shutil.copy(scene.pack(*ALL).path, scene.folder / "first.zip")
    time.tzset()
    assert Path(first).read_bytes() == scene.pack(*ALL).path.read_bytes()


def test_the_layout_is_the_one_of_the_documentation(scene: Scene) -> None:
    expected = {"README.txt", "coco/annotations.json", "yolo/data.yaml", "excel/measurements.xlsx", "csv/objects.csv", "csv/images.csv"}
    expected |= {"json/project.json", "cvat/annotations.xml", "yolo_boxes/data.yaml"}
    names = scene.pack(*ALL).names
    per_image = [name for name in names if name not in expected]
    assert expected <= set(names)
    assert {Path(name).parent.as_posix() for name in per_image} == {
        "yolo/images", "yolo/labels", "yolo_boxes/images", "yolo_boxes/labels", "geojson", "imagej", "masks", "binary", "overlays",
        "labelme", "originals",
    }  # fmt: skip
    assert {"geojson/plate_07_2.geojson", "imagej/plate_07_2_RoiSet.zip", "masks/plate_07_2.tif", "originals/plate_07_2.tif"} <= set(names)


def test_the_readme_explains_what_is_inside_and_what_is_not(scene: Scene) -> None:
    text = scene.pack("csv", "yolo").text("README.txt")
    assert "csv/objects.csv" in text
    assert "coco/annotations.json" not in text
    assert "5 images, 11 objects" in text
    assert "1 of the images have not been segmented" in text
    assert "1 of the files could not be read" in text


def test_names_of_people_never_leave_the_folder(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    for name in ("../../etc/passwd.png", "..\\..\\boot.png", "/abs.png", "a/../b.png", "C:\\x.png", "..", ".png", "nul.png", "x\x00\n.png"):
        scene.add(name, discs())
    with ZipFile(scene.pack(*ALL).path) as archive:
        archive.extractall(tmp_path / "out")
        names = archive.namelist()
    assert all(".." not in Path(name).parts and not name.startswith("/") and "\\" not in name for name in names)
    assert len([name for name in names if name.startswith("yolo/labels/")]) == 9


@given(st.lists(st.text(max_size=30), max_size=12))
def test_stems_are_safe_and_distinct_also_without_case(names: list[str]) -> None:
    stems = Stems()
    taken = [stems.take(name) for name in names]
    assert len({stem.casefold() for stem in taken}) == len(names)
    for stem in taken:
        assert stem
        assert stem == stem.strip(" ")
        assert not set(stem) & set('<>:"/\\|?*\n\0')
        assert not stem.startswith(".")


def test_equal_stems_are_numbered_in_order() -> None:
    stems = Stems()
    assert [stems.take(name) for name in ("a.png", "A.tif", "a_2.png", "a.bmp")] == ["a", "A_2", "a_2_2", "a_3"]


@pytest.mark.parametrize(
    ("name", "stem", "suffix"),
    [
        ("well.A01.ome.tif", "well.A01.ome", ".tif"),
        ("", "image", ""),
        ("con.png", "_con", ".png"),
        ("a.p/g", "g", ""),
        ("x" * 300, "x" * 100, ""),
    ],
)
def test_stems_and_endings(name: str, stem: str, suffix: str) -> None:
    assert (safe_stem(name), safe_suffix(name)) == (stem, suffix)


@pytest.mark.parametrize("name", ["../x", "/x", "a//b", "a/./b", "a\\b", "C:x", "a/..", ""])
def test_the_archive_refuses_unsafe_names(tmp_path: Path, name: str) -> None:
    with Archive(tmp_path / "a.zip") as archive, pytest.raises(ValueError, match="not a new, relative name"):
        archive.add_text(name, ["x"])


def test_the_archive_refuses_a_name_twice(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.zip") as archive:
        archive.add_text("a.txt", ["x"])
        with pytest.raises(ValueError, match="not a new"):
            archive.grow("A.txt")


def test_work_stops_when_it_is_not_wanted_and_leaves_no_parts(scene: Scene) -> None:
    calls = iter(range(1000))

    def check() -> None:
        if next(calls) == 2:
            raise Enough

    folder = scene.folder / "out"
    folder.mkdir()
    with pytest.raises(Enough):
        pack(scene.bundle, scene.images, ALL, folder / "a.zip", check)
    assert [path.name for path in folder.iterdir()] == ["a.zip"]


def test_a_workbook_that_is_put_together_stops_there(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    close = xlsxwriter.Workbook.close

    def told(book: xlsxwriter.Workbook) -> None:
        steps.append("begun")
        close(book)
        steps.append("done")

    def check() -> None:
        if steps:
            raise Enough

    monkeypatch.setattr(xlsxwriter.Workbook, "close", told)
    with pytest.raises(Enough):
        pack(scene.bundle, scene.images, ["excel"], scene.folder / "a.zip", check)
    gc.collect()
    assert steps == ["begun"]


def write_some(archive: ZipFile) -> None:
    for number in range(10):
        archive.writestr(str(number), b"x")


@pytest.mark.parametrize("answers", [0, 3, 7])
def test_a_watched_file_stops_once_and_lets_whoever_writes_clean_up(tmp_path: Path, answers: int) -> None:
    left = iter(range(answers))

    def check() -> None:
        if next(left, None) is None:
            raise Enough

    with (tmp_path / "a.zip").open("w+b") as file:
        archive = ZipFile(Watched(file, check), "w")  # type: ignore[arg-type]
        with pytest.raises(Enough):
            write_some(archive)
        file.close()
        archive.close()


def test_formats_come_in_the_order_of_the_table_without_repeats() -> None:
    assert checked(["json", "coco", "json"]) == ["coco", "json"]


def test_an_unknown_format_is_refused_with_those_there_are() -> None:
    with pytest.raises(FormatUnknown, match=r"'pdf'.*coco, yolo, excel, csv, json, geojson"):
        checked(["coco", "pdf"])


def test_no_format_is_refused() -> None:
    with pytest.raises(Invalid, match="at least one"):
        checked([])
