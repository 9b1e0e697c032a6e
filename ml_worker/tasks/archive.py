"""What is in a ZIP archive, looked at and unpacked in the guarded process: an archive is a file like any other that wants to do harm.

Nothing of an archive's directory is believed before it was checked as a whole: how many members, how large, how much larger than the
archive, and that no name leads out of a folder. Members are written under their number, never under their name.
"""

import errno
import lzma
import re
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

from cellhub_app.core.errors import ImageRefused
from cellhub_app.core.limits import (
    ARCHIVE_BYTES_MAX,
    ARCHIVE_MEMBERS_MAX,
    ARCHIVE_RATIO_FREE_BYTES,
    ARCHIVE_RATIO_MAX,
    MEGABYTE,
    MEMBER_RATIO_FREE_BYTES,
    MEMBER_RATIO_MAX,
)

HIDDEN = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
DAMAGED = (zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError, OSError, ValueError, NotImplementedError, RuntimeError)
_DRIVE = re.compile(r"[A-Za-z]:")


class _NoRoom(Exception):
    """The disk is full, which says nothing about the archive."""


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """What a task about an archive comes to. Raises ImageRefused."""
    path, name = Path(task["path"]), str(task["name"])
    try:
        with zipfile.ZipFile(path) as archive:
            if task["archive"] == "list":
                return {"members": _members(archive, name, path.stat().st_size)}
            return {"unpacked": _unpack(archive, task["indexes"], Path(task["folder"]))}
    except _NoRoom:
        return {"noRoom": True}
    except DAMAGED as error:
        raise _refused("damaged", name, "the archive is damaged or incomplete. Make it again and upload it") from error
    except MemoryError as error:
        raise _refused("tooManyFiles", name, "its table of contents is too large. Split it into several") from error


def _refused(reason: str, name: str, why: str) -> ImageRefused:
    return ImageRefused(reason, f"Couldn't unpack {name}: {why}.")


def _members(archive: zipfile.ZipFile, name: str, archive_bytes: int) -> list[dict[str, Any]]:
    entries = archive.infolist()
    if len(entries) > ARCHIVE_MEMBERS_MAX:
        raise _refused("tooManyFiles", name, f"it has {len(entries):,} files and at most {ARCHIVE_MEMBERS_MAX:,} are unpacked. Split it")
    for entry in entries:
        _check_entry(entry, name)
    _check_sizes(entries, name, archive_bytes)
    files = [(index, entry) for index, entry in enumerate(entries) if not entry.is_dir() and not _is_hidden(entry)]
    if not files:
        raise _refused("empty", name, "there is no file in it. Pack the images again and upload it")
    return [{"index": index, "path": entry.filename, "size": entry.file_size} for index, entry in files]


def _parts(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    return PurePosixPath(entry.filename.replace("\\", "/")).parts


def _check_entry(entry: zipfile.ZipInfo, name: str) -> None:
    path = entry.filename.replace("\\", "/")
    if path.startswith("/") or _DRIVE.match(path) or ".." in _parts(entry):
        raise _refused("unsafeNames", name, "the names in it lead out of the folder. Pack the images again, without paths")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise _refused("links", name, "there are links in it, which are not followed. Pack the files themselves")
    if entry.flag_bits & 0x1:
        raise _refused("encrypted", name, "it is protected by a password. Pack it again without one")


def _check_sizes(entries: list[zipfile.ZipInfo], name: str, archive_bytes: int) -> None:
    total = sum(entry.file_size for entry in entries)
    if total > ARCHIVE_BYTES_MAX:
        limit = ARCHIVE_BYTES_MAX // (1024 * MEGABYTE)
        raise _refused("tooLarge", name, f"it would take {total / 1024 / MEGABYTE:,.0f} GB and at most {limit} GB are unpacked. Split it")
    overlaps = sum(entry.compress_size for entry in entries) > archive_bytes
    swells = total > ARCHIVE_RATIO_FREE_BYTES and total > ARCHIVE_RATIO_MAX * archive_bytes
    if overlaps or swells or any(_swells(entry) for entry in entries):
        raise _refused("bomb", name, "its files are packed far more tightly than images are. Upload them as they are")


def _swells(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > MEMBER_RATIO_FREE_BYTES and entry.file_size > MEMBER_RATIO_MAX * entry.compress_size


def _is_hidden(entry: zipfile.ZipInfo) -> bool:
    return any(part.startswith(".") or part.lower() in HIDDEN for part in _parts(entry))


def _unpack(archive: zipfile.ZipFile, indexes: list[int], folder: Path) -> dict[str, bool]:
    """Write the members with these numbers; number -> whether it came out whole."""
    entries = archive.infolist()
    return {str(index): _unpack_one(archive, entries[index], folder / str(index)) for index in indexes}


def _unpack_one(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> bool:
    left = entry.file_size
    try:
        with archive.open(entry) as source, target.open("wb") as out:
            while piece := source.read(MEGABYTE):
                left -= len(piece)
                if left < 0:
                    return False
                out.write(piece)
    except DAMAGED as error:
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise _NoRoom from error
        return False
    return left == 0
