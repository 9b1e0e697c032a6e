from pathlib import Path

import pytest

from cellhub_app.web.components.modules import linked_folder, linked_modules


@pytest.fixture
def python_file(tmp_path: Path) -> Path:
    folder = tmp_path / "app" / "viewer"
    folder.mkdir(parents=True)
    for name in ("viewer.py", "Viewer.jsx", "paint.js"):
        (folder / name).write_text(name)
    return folder / "viewer.py"


def test_files_are_linked_where_the_build_imports_them(tmp_path: Path, python_file: Path) -> None:
    assert linked_modules(str(python_file), "Viewer.jsx", "paint.js", root=tmp_path) == "$/public/external/app/viewer/viewer/Viewer.jsx"
    linked = tmp_path / "assets" / "external" / "app" / "viewer" / "viewer"
    assert {path.name: path.read_text() for path in linked.iterdir()} == {"Viewer.jsx": "Viewer.jsx", "paint.js": "paint.js"}


def test_links_that_are_right_are_left_alone(tmp_path: Path, python_file: Path) -> None:
    linked_modules(str(python_file), "paint.js", root=tmp_path)
    link = tmp_path / "assets/external/app/viewer/viewer/paint.js"
    before = link.lstat()
    linked_modules(str(python_file), "paint.js", root=tmp_path)
    assert link.lstat().st_ino == before.st_ino


def test_a_link_into_another_checkout_is_mended(tmp_path: Path, python_file: Path) -> None:
    link = tmp_path / "assets/external/app/viewer/viewer/paint.js"
    link.parent.mkdir(parents=True)
    link.symlink_to("/gone/paint.js")
    linked_modules(str(python_file), "paint.js", root=tmp_path)
    assert link.read_text() == "paint.js"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, python_file: Path) -> None:
    with pytest.raises(FileNotFoundError):
        linked_modules(str(python_file), "Missing.jsx", root=tmp_path)


def test_a_folder_is_linked_with_what_lies_below_but_without_its_tests(tmp_path: Path) -> None:
    folder = tmp_path / "cellhub_app" / "thing"
    (folder / "tools").mkdir(parents=True)
    for name in ("thing.py", "Entry.jsx", "thing.css", "tools/slice.js", "tools/slice.test.js", "tools/rings.fixture.js"):
        (folder / name).write_text(name)
    library = linked_folder(str(folder / "thing.py"), "Entry.jsx", root=tmp_path)
    place = tmp_path / "assets" / "external" / "cellhub_app" / "thing" / "thing"
    assert library == "$/public/external/cellhub_app/thing/thing/Entry.jsx"
    linked = {path.relative_to(place).as_posix(): path.read_text() for path in place.rglob("*.*")}
    assert linked == {name: name for name in ("Entry.jsx", "thing.css", "tools/slice.js")}
    (folder / "tools" / "slice.js").rename(folder / "tools" / "cut.js")
    linked_folder(str(folder / "thing.py"), "Entry.jsx", root=tmp_path)
    assert sorted(path.name for path in (place / "tools").iterdir()) == ["cut.js"]
