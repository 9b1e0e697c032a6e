"""What an archive may be, and what is refused before anything of it is unpacked."""

import copy
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cellhub_app.core.errors import ImageRefused
from ml_worker.tasks.archive import answer

Writer = Callable[[zipfile.ZipFile], None]


def packed(path: Path, write: Writer) -> Path:
    """An archive written by `write`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        write(archive)
    return path


def listed(path: Path) -> list[tuple[str, int]]:
    return [(member["path"], member["size"]) for member in answer({"path": path, "name": path.name, "archive": "list"})["members"]]


def named(*names: str) -> Writer:
    def write(archive: zipfile.ZipFile) -> None:
        for name in names:
            archive.writestr(name, b"x")

    return write


def link(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("passwd.png")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(entry, "/etc/passwd")


def zeros(archive: zipfile.ZipFile) -> None:
    with archive.open("flat.tif", "w") as out:
        for _ in range(101):
            out.write(bytes(1 << 20))


def overlapping(archive: zipfile.ZipFile) -> None:
    archive.writestr("a.png", os.urandom(10_000))
    for number in range(50):
        again = copy.copy(archive.filelist[0])
        again.filename = f"{number}.png"
        archive.filelist.append(again)


def many(archive: zipfile.ZipFile) -> None:
    for number in range(20_001):
        archive.writestr(f"{number}.png", b"")


@pytest.mark.parametrize(
    ("write", "reason"),
    [(named("../a.png"), "unsafeNames"), (named("plate/../../a.png"), "unsafeNames"), (named("/etc/a.png"), "unsafeNames"),
     (named("C:\\a.png"), "unsafeNames"), (named("plate\\..\\a.png"), "unsafeNames"), (link, "links"), (zeros, "bomb"),
     (overlapping, "bomb"), (many, "tooManyFiles"), (named("plate/", ".DS_Store", "__MACOSX/a.png"), "empty")],
)  # fmt: skip
def test_an_archive_that_wants_to_do_harm_is_refused_whole(tmp_path: Path, write: Writer, reason: str) -> None:
    with pytest.raises(ImageRefused, match=r"^Couldn't unpack plate\.zip: .*\.$") as refused:
        listed(packed(tmp_path / "plate.zip", write))
    assert refused.value.reason == reason


def test_an_archive_with_a_password_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "plate.zip", named("a.png"))
    data = bytearray(path.read_bytes())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1
    path.write_bytes(data)
    with pytest.raises(ImageRefused, match="protected by a password"):
        listed(path)


@pytest.mark.parametrize("content", [b"", b"no archive at all", b"PK\x03\x04 broken off"])
def test_what_is_no_whole_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "plate.zip"
    path.write_bytes(content)
    with pytest.raises(ImageRefused, match="damaged or incomplete"):
        listed(path)


def test_folders_and_hidden_files_are_passed_over(tmp_path: Path) -> None:
    names = ("plate/", "plate/a.png", "plate/.hidden.png", "plate/Thumbs.db", "__MACOSX/plate/._a.png", ".git/b.png", "b\\c.tif")
    assert listed(packed(tmp_path / "plate.zip", named(*names))) == [("plate/a.png", 1), ("b\\c.tif", 1)]


def test_members_come_out_under_their_number_and_a_damaged_one_alone_fails(tmp_path: Path) -> None:
    good, bad = os.urandom(5000), b"unmistakable" * 500

    def write(archive: zipfile.ZipFile) -> None:
        archive.writestr("plate/good.png", good)
        archive.writestr(zipfile.ZipInfo("plate/bad.png"), bad)

    path = packed(tmp_path / "plate.zip", write)
    data = bytearray(path.read_bytes())
    data[data.index(b"unmistakable")] ^= 1
    path.write_bytes(data)
    task = {"path": path, "name": "plate.zip", "archive": "unpack", "indexes": [0, 1], "folder": tmp_path}
    assert answer(task) == {"unpacked": {"0": True, "1": False}}
    assert (tmp_path / "0").read_bytes() == good
    assert {path.name for path in tmp_path.iterdir()} == {"plate.zip", "0", "1"}
