"""An upload as the files it holds: one file, or the members of a ZIP. Nothing is unpacked to disk; sizes are checked first."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self

from cellhub_app.core.errors import Invalid
from cellhub_app.core.limits import MEGABYTE
from cellhub_app.domain.imports.matching import base_name

MEMBER_BYTES_MAX = 256 * MEGABYTE
PACKAGE_BYTES_MAX = 8 * 1024 * MEGABYTE
MEMBERS_MAX = 200_000  # a set has a file for each ROI
DIRECTORY_BYTES_MAX = 32 * MEGABYTE
END_RECORD = struct.Struct("<4s4H2LH")
END_MAGIC, ZIP_MAGICS = b"PK\x05\x06", (b"PK\x03\x04", b"PK\x05\x06")
COMMENT_BYTES_MAX = 65_535


class Package:
    """Files by name. Raises Invalid, with one plain sentence, for whatever is not as it should be."""

    def __init__(self, name: str, file: BinaryIO) -> None:
        self.name = base_name(name)
        self._file = file
        head = file.read(4)
        self.is_archive = head in ZIP_MAGICS
        self._members = self._opened() if self.is_archive else {self.name: None}

    @classmethod
    @contextmanager
    def open(cls, path: Path, name: str | None = None) -> Iterator[Self]:
        """The files of an upload at `path`; `name` is what people called it."""
        with path.open("rb") as file:
            yield cls(name or path.name, file)

    @classmethod
    def of(cls, name: str, data: bytes) -> Self:
        """The files of an upload that is in memory."""
        return cls(name, io.BytesIO(data))

    @property
    def names(self) -> list[str]:
        """The names of the files, with their folders."""
        return list(self._members)

    def under(self, folder: str) -> Sequence[str]:
        """The files in a folder at the top of the archive, as exports of CellHub have one for each format; all where there is none."""
        return [name for name in self._members if name.startswith(f"{folder}/")] or self.names

    def read(self, name: str) -> bytes:
        """The bytes of a file."""
        member = self._members[name]
        if member is None:
            return self._whole()
        try:
            return self._zip.read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            raise Invalid(
                f"“{name[:200]}” in {self.name} can't be unpacked: it is damaged, encrypted or packed in an unusual way."
            ) from error

    def _whole(self) -> bytes:
        self._file.seek(0)
        data = self._file.read(MEMBER_BYTES_MAX + 1)
        _check_size(self.name, len(data))
        return data

    def _opened(self) -> dict[str, zipfile.ZipInfo | None]:
        self._check_directory()
        try:
            self._zip = zipfile.ZipFile(self._file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
            raise Invalid(f"{self.name} is a damaged ZIP file; pack it again.") from error
        members = [member for member in self._zip.infolist() if not member.is_dir() and not _is_litter(member.filename)]
        if len(members) > MEMBERS_MAX:
            raise Invalid(f"{self.name} holds {len(members):,} files; at most {MEMBERS_MAX:,} are read. Split it.")
        if sum(member.file_size for member in members) > PACKAGE_BYTES_MAX:
            raise Invalid(f"{self.name} unpacks to more than {PACKAGE_BYTES_MAX // MEGABYTE // 1024} GB. Split it.")
        for member in members:
            _check_size(member.filename, member.file_size)
        return {member.filename: member for member in members}

    def _check_directory(self) -> None:
        """A small file can list millions of members: look at the length of the list before it is read."""
        size = self._file.seek(0, io.SEEK_END)
        self._file.seek(max(0, size - END_RECORD.size - COMMENT_BYTES_MAX))
        tail = self._file.read()
        place = len(tail) - END_RECORD.size if tail[-END_RECORD.size :].startswith(END_MAGIC) else tail.rfind(END_MAGIC)
        record = tail[place : place + END_RECORD.size] if place >= 0 else b""
        if len(record) == END_RECORD.size and END_RECORD.unpack(record)[5] > DIRECTORY_BYTES_MAX:
            raise Invalid(f"{self.name} holds more than {MEMBERS_MAX:,} files. Split it.")
        self._file.seek(0)


def _check_size(name: str, size: int) -> None:
    if size > MEMBER_BYTES_MAX:
        raise Invalid(f"“{name[:200]}” is larger than {MEMBER_BYTES_MAX // MEGABYTE} MB; export fewer images at once.")


def _is_litter(name: str) -> bool:
    """What macOS leaves in archives."""
    return name.startswith("__MACOSX/") or base_name(name).startswith("._")
