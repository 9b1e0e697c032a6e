"""Sending many files: the server knows what is needed, so that nothing is sent twice, also by a program that was started again."""

import base64
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from cellhub_app.sdk.connection import Connection
from cellhub_app.sdk.errors import InConflict, Missing, Problem, Unreachable
from cellhub_app.sdk.types import Image, Refusal, Upload, UploadedFile, UploadSession

FILES_A_REQUEST = 20
BYTES_A_REQUEST = 64 * 1024 * 1024
RESUMABLE_FROM_BYTES = 8 * 1024 * 1024
PIECE_BYTES = 16 * 1024 * 1024
ATTEMPTS_A_PIECE = 6
LOCKED = 423
_TUS = {"Tus-Resumable": "1.0.0"}

Progress = Callable[[int, Upload], None]


class Uploading:
    """One upload of some files into a project; an unfinished one of the same files is gone on with."""

    def __init__(self, connection: Connection, project_id: UUID, paths: Sequence[Path], on_progress: Progress | None) -> None:
        self._connection, self._project, self._paths = connection, project_id, list(paths)
        self._on_progress = on_progress
        self._offers = _offers(self._paths)
        self._whole = Upload(accepted=[], refused=[])
        self._done = 0

    def run(self) -> Upload:
        """Send what is needed; what became of every file."""
        if not self._paths:
            return self._whole
        session = self._unfinished() or self._begin()
        needed = [file.index for file in session.files if file.state == "needed"]
        self._note_at_first([file for file in session.files if file.state != "needed"])
        sizes = {index: self._offers[index]["size"] for index in needed}
        small = [index for index in needed if sizes[index] < RESUMABLE_FROM_BYTES]
        for group in _groups(small, sizes):
            self._note(len(group), self._send_group(session.id, group))
        for index in needed:
            if sizes[index] >= RESUMABLE_FROM_BYTES:
                self._send_large(session.id, index)
                self._note(1, self._outcome(session.id, index))
        return self._whole

    def _json(self, method: str, path: str, **options: Any) -> Any:
        answer = self._connection.request(method, f"/projects/{self._project}{path}", **options)
        return answer.json() if answer.content else None

    def _begin(self) -> UploadSession:
        # Sent again after a lost answer it begins a second session, which nobody uses and which the server forgets.
        return UploadSession.model_validate(self._json("POST", "/upload-sessions", again=True, json={"files": self._offers}))

    def _unfinished(self) -> UploadSession | None:
        """The caller's newest unfinished session of just these files, its indexes turned into ours."""
        wanted = {_key(offer): index for index, offer in enumerate(self._offers)}
        for row in self._json("GET", "/upload-sessions", params={"limit": 20})["data"]:
            if row["finishedAt"] is None and sum(row["counts"].values()) == len(self._offers):
                found = self._json("GET", f"/upload-sessions/{row['id']}")
                if [_key(file) for file in found["files"]] == list(wanted):
                    return UploadSession.model_validate(found)
        return None

    def _note_at_first(self, files: Sequence[UploadedFile]) -> None:
        """What need not be sent: it came before, or was refused when the session began."""
        self._done += len(files)
        known = Upload(accepted=[], refused=[], already_sent=sum(file.state == "received" for file in files))
        self._whole = self._whole.with_more(known).with_more(self._told([file for file in files if file.state != "received"]))

    def _told(self, files: Sequence[UploadedFile]) -> Upload:
        """Files that were not taken, in words."""
        refusals = [Refusal(name=self._paths[file.index].name, code=file.state, detail=file.reason or file.state) for file in files]
        return Upload(accepted=[], refused=refusals).sorted_out()

    def _note(self, count: int, answer: Upload) -> None:
        self._done += count
        self._whole = self._whole.with_more(answer)
        if self._on_progress is not None:
            self._on_progress(self._done, answer)

    def _send_group(self, session: UUID, group: Sequence[int]) -> Upload:
        with ExitStack() as stack:

            def fields() -> list[tuple[str, tuple[str | None, str | IO[bytes]]]]:
                opened: list[tuple[str, tuple[str | None, str | IO[bytes]]]] = [("session", (None, str(session)))]
                for index in group:
                    path = self._paths[index]
                    opened.append(("index", (None, str(index))))
                    opened.append(("files", (path.name, stack.enter_context(path.open("rb")))))
                return opened

            answer = self._json("POST", "/images", again=True, files=fields)
        return Upload.model_validate(answer).sorted_out()

    def _send_large(self, session: UUID, index: int) -> None:
        """One file by tus, from where the server has it after every break."""
        offer = self._offers[index]
        words = {"projectId": str(self._project), "filename": offer["name"], "session": str(session), "index": str(index)}
        metadata = ",".join(f"{name} {base64.b64encode(word.encode()).decode()}" for name, word in words.items())
        headers = _TUS | {"Upload-Length": str(offer["size"]), "Upload-Metadata": metadata}
        location = self._connection.request("POST", "/uploads", again=True, headers=headers).headers["location"]
        url = f"/uploads/{location.rpartition('/')[2]}"
        offset = failures = 0
        with self._paths[index].open("rb") as source:
            while offset < offer["size"]:
                source.seek(offset)
                piece = source.read(min(PIECE_BYTES, offer["size"] - offset))
                before = offset
                try:
                    offset = self._send_piece(url, offset, piece)
                except (Unreachable, Problem) as error:
                    failures += 1
                    if failures == ATTEMPTS_A_PIECE or not _may_pass(error):
                        raise
                    offset = self._offset(url)
                if offset > before:
                    failures = 0

    def _send_piece(self, url: str, offset: int, piece: bytes) -> int:
        headers = _TUS | {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
        return int(self._connection.request("PATCH", url, again=False, headers=headers, content=piece).headers["upload-offset"])

    def _offset(self, url: str) -> int:
        return int(self._connection.request("HEAD", url, again=True, headers=_TUS).headers["upload-offset"])

    def _outcome(self, session: UUID, index: int) -> Upload:
        """What became of a large file, whose own answer has no words."""
        found = UploadSession.model_validate(self._json("GET", f"/upload-sessions/{session}"))
        [file] = [file for file in found.files if file.index == index]
        if file.state != "received":
            return self._told([file])
        try:
            image = Image.model_validate(self._connection.request("GET", f"/images/{file.image_id}").json())
        except Missing:  # an archive that is unpacked already
            return Upload(accepted=[], refused=[])
        return Upload(accepted=[image], refused=[])


def _may_pass(error: Unreachable | Problem) -> bool:
    return isinstance(error, Unreachable) or (isinstance(error, InConflict) and error.code != "uploadCancelled") or error.status == LOCKED


def _offers(paths: Sequence[Path]) -> list[dict[str, Any]]:
    root = os.path.commonpath([path.resolve().parent for path in paths]) if paths else ""
    offers = []
    for path in paths:
        facts = path.stat()
        relative = path.resolve().relative_to(root).as_posix()
        offers.append({"name": path.name, "path": relative, "size": facts.st_size, "lastModified": facts.st_mtime_ns // 1_000_000})
    return offers


def _key(file: dict[str, Any]) -> tuple[str, int, int | None]:
    return file["path"], file["size"], file["lastModified"]


def _groups(indexes: Sequence[int], sizes: dict[int, int]) -> Iterator[list[int]]:
    group: list[int] = []
    size = 0
    for index in indexes:
        if group and (len(group) == FILES_A_REQUEST or size + sizes[index] > BYTES_A_REQUEST):
            yield group
            group, size = [], 0
        group.append(index)
        size += sizes[index]
    if group:
        yield group
