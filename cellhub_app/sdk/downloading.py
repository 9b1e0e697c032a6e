"""A large file over a bad line: it goes on where it broke off, also in another run of the program."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import httpx

from cellhub_app.sdk.connection import Connection
from cellhub_app.sdk.errors import Problem, Unreachable

Told = Callable[[int, int], None]
BEHIND_THE_END = 416


class Downloading:
    """The ZIP of one export, on its way to a file. The server names it by its export, so a part of it can be told from any other."""

    def __init__(self, connection: Connection, export_id: UUID, target: Path, on_progress: Told | None) -> None:
        self._connection, self._export_id, self._target = connection, export_id, target
        self._tell = on_progress or (lambda _done, _whole: None)
        self.part = target.with_name(f"{target.name}.{export_id}.part")

    def run(self) -> Path:
        """The target, written whole; until then there is only the part. Raises Problem, Unreachable when the line stays broken."""
        attempt = 0
        while True:
            before = self._have()
            try:
                self._go_on(before)
                return self.part.replace(self._target)
            except Unreachable:
                attempt = 1 if self._have() > before else attempt + 1
                if not self._connection.try_again(attempt):
                    raise

    def _have(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _go_on(self, have: int) -> None:
        headers = {"Range": f"bytes={have}-", "If-Range": f'"{self._export_id}"'} if have else {}
        try:
            self._connection.stream(f"/exports/{self._export_id}/download", self._take, headers)
        except Problem as problem:
            if problem.status != BEHIND_THE_END:
                raise
            self.part.unlink()  # it is no part of what is there now
            self._connection.stream(f"/exports/{self._export_id}/download", self._take)

    def _take(self, answer: httpx.Response) -> None:
        goes_on = answer.status_code == httpx.codes.PARTIAL_CONTENT
        done = self._have() if goes_on else 0
        whole = done + int(answer.headers.get("content-length", 0))
        with self.part.open("ab" if goes_on else "wb") as out:
            for piece in answer.iter_bytes():
                out.write(piece)
                done += len(piece)
                self._tell(done, max(done, whole))
