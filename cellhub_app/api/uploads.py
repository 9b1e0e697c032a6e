"""Reading a multipart upload as it arrives: small files stay in memory, large ones go to a temporary folder, too large ones nowhere."""

import hashlib
from collections.abc import AsyncIterator, Callable, Set
from contextlib import ExitStack, asynccontextmanager
from io import BufferedWriter
from itertools import chain, repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from cellhub_app.core.errors import Invalid, WrongMediaType
from cellhub_app.core.limits import FILES_PER_REQUEST, MEGABYTE
from cellhub_app.domain.flows.bring_in import IncomingImport
from cellhub_app.domain.flows.upload import Incoming, IncomingFile

IN_MEMORY_A_FILE = 4 * MEGABYTE
IN_MEMORY_A_REQUEST = 8 * MEGABYTE
FIELD_MAX_BYTES = 200


class _Part:
    """One file on its way in; what goes beyond the limit is counted and dropped."""

    def __init__(self, name: str, spill_path: Callable[[], Path], max_bytes: int) -> None:
        self.name, self.size = name, 0
        self._memory = bytearray()
        self._digest = hashlib.sha256()
        self._spill_path, self._max_bytes = spill_path, max_bytes
        self._path: Path | None = None
        self._out: BufferedWriter | None = None

    @property
    def in_memory(self) -> int:
        """Bytes that are held in memory."""
        return len(self._memory)

    def write(self, piece: bytes, memory_left: int) -> None:
        """Take a piece of the file."""
        self.size += len(piece)
        if self.size > self._max_bytes:
            self._memory.clear()
            return
        self._digest.update(piece)
        if self._out is None and self.size > min(IN_MEMORY_A_FILE, memory_left):
            self._path = self._spill_path()
            self._out = self._path.open("wb")
            self._out.write(self._memory)
            self._memory.clear()
        if self._out is not None:
            self._out.write(piece)
        else:
            self._memory += piece

    def close(self) -> None:
        """No more pieces come."""
        if self._out is not None:
            self._out.close()

    def incoming(self, index: int | None) -> IncomingFile:
        """The file for the domain, with its place in an upload session."""
        return IncomingFile(self.name, self._path or self._memory, self.size, self._digest.hexdigest(), index)


class _Form:
    """The callbacks of the parser: keeps the files, and of other fields only those that are asked for."""

    def __init__(self, stack: ExitStack, max_file_bytes: int, wanted: Set[str]) -> None:
        self._wanted = wanted
        self.parts: list[_Part] = []
        self.fields: dict[str, str] = {}
        self.indexes: list[int | None] = []
        self.is_complete = False
        self._stack, self._max_file_bytes = stack, max_file_bytes
        self._in_memory = 0
        self._folder: Path | None = None
        self._headers: dict[bytes, bytes] = {}
        self._header_name, self._header_value = b"", b""
        self._file: _Part | None = None
        self._field = ""
        self._value = b""

    def parser(self, boundary: bytes) -> MultipartParser:
        """A parser that reports here."""
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._on_header_name,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._start,
                "on_part_data": self._take,
                "on_part_end": self._finish,
                "on_end": self._complete,
            },
        )

    def _begin(self) -> None:
        self._headers.clear()
        self._header_name = self._header_value = b""
        self._file, self._field, self._value = None, "", b""

    def _on_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _start(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._field = _text(options.get(b"name", b""))
        if b"filename" not in options:
            return
        if self._field != "files":
            raise Invalid("Send the files in fields called `files`.")
        if len(self.parts) == FILES_PER_REQUEST:
            raise Invalid(f"At most {FILES_PER_REQUEST} files can be sent in one request.")
        self._file = _Part(_file_name(options[b"filename"]), self._spill_path, self._max_file_bytes)
        self.parts.append(self._file)

    def _spill_path(self) -> Path:
        if self._folder is None:
            self._folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="cellhub-upload-")))
        return self._folder / str(len(self.parts))

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            own = self._file.in_memory
            self._file.write(data[start:end], IN_MEMORY_A_REQUEST - self._in_memory + own)
            self._in_memory += self._file.in_memory - own
        elif len(self._value) < FIELD_MAX_BYTES:
            self._value += data[start:end]

    def _finish(self) -> None:
        if self._file is not None:
            self._file.close()
        elif self._field in self._wanted:
            self._keep(_text(self._value[:FIELD_MAX_BYTES]))

    def _keep(self, word: str) -> None:
        if self._field != "index":
            self.fields[self._field] = word
        elif len(self.indexes) < FILES_PER_REQUEST:
            self.indexes.append(_index(word))

    def _complete(self) -> None:
        self.is_complete = True


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _file_name(raw: bytes) -> str:
    """The name as the user's disk has it: browsers escape just these three (HTML, multipart/form-data encoding)."""
    return _text(raw).replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def _index(word: str) -> int | None:
    return int(word) if word.isdecimal() and int(word) < 2**31 else None


def _session(word: str) -> UUID | None:
    try:
        return UUID(word) if word else None
    except ValueError as error:
        raise Invalid("The field `session` must be a UUID.") from error


@asynccontextmanager
async def _received(request: Request, max_file_bytes: int, wanted: Set[str]) -> AsyncIterator[tuple[list[IncomingFile], dict[str, str]]]:
    """The files of a multipart body and the fields that are wanted; temporary files go away with the block.

    Raises WrongMediaType for another kind of body, Invalid for a broken one or a wrong number of files.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise WrongMediaType("Send the files as multipart/form-data, in fields called `files`.")
    with ExitStack() as stack:
        form = _Form(stack, max_file_bytes, wanted)
        try:
            parser = form.parser(boundary)
            async for chunk in request.stream():
                parser.write(chunk)
        except FormParserError as error:
            raise Invalid("The multipart body can't be read. Send it again.") from error
        finally:
            for part in form.parts:
                part.close()
        if not form.is_complete:
            raise Invalid("The multipart body ends early. Send it again.")
        # A form whose file field was left empty sends one nameless part of no bytes.
        chosen = [part for part in form.parts if part.name or part.size]
        if not chosen:
            raise Invalid("Choose at least one file.")
        # Wherever they stand among the fields: the first index is the first file's, and so on.
        indexes = chain(form.indexes, repeat(None))
        yield [part.incoming(index) for part, index in zip(chosen, indexes, strict=False)], form.fields


@asynccontextmanager
async def incoming_files(request: Request, max_file_bytes: int) -> AsyncIterator[Incoming]:
    """The files of an upload and the session they belong to. Raises what `_received` raises."""
    async with _received(request, max_file_bytes, {"session", "index"}) as (files, fields):
        yield Incoming(files, _session(fields.get("session", "")))


@asynccontextmanager
async def incoming_import(request: Request, max_file_bytes: int) -> AsyncIterator[IncomingImport]:
    """The files of an import and how they are to be read. Raises what `_received` raises."""
    async with _received(request, max_file_bytes, {"format", "mode"}) as (files, fields):
        yield IncomingImport(files, **{name: value for name, value in fields.items() if value})
