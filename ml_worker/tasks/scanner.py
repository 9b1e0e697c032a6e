"""Asking ClamAV about a file before anything else opens it (its INSTREAM command). What was not checked is never passed."""

import asyncio
import socket
import struct
from pathlib import Path
from urllib.parse import unquote, urlsplit

import structlog

from cellhub_app.core.errors import ImageRefused, Unavailable
from cellhub_app.core.retry import CircuitBreaker

log = structlog.get_logger(__name__)

PIECE_BYTES = 256 * 1024
ANSWER_MAX_BYTES = 4096
TIME_LIMIT_S = 120.0


class Scanner:
    """A clamd at `tcp://host:port` or `unix:///path`; without an address every file passes."""

    def __init__(self, url: str, breaker: CircuitBreaker | None = None) -> None:
        self._url = url
        self._breaker = breaker or CircuitBreaker("The virus scanner", rest_s=5.0)

    async def check(self, path: Path, name: str) -> None:
        """Let a clean file pass. Raises ImageRefused for another one, Unavailable while the scanner does not answer."""
        if not self._url:
            return
        try:
            verdict = await self._breaker.call(lambda: asyncio.to_thread(self._ask, path), on=(OSError, EOFError))
        except (OSError, EOFError) as error:
            raise Unavailable("The virus scanner does not answer; the file waits for it.") from error
        if verdict.endswith("FOUND"):
            found = verdict.removeprefix("stream:").removesuffix("FOUND").strip()
            log.warning("the virus scanner found something", name=name, found=found)
            why = f"the virus scanner found {found} in it. Check the file and the computer that it comes from"
            raise ImageRefused("infected", f"Couldn't take {name}: {why}.")
        if "size limit exceeded" in verdict:
            why = "it is larger than the virus scanner checks. Ask an admin to raise the scanner's StreamMaxLength"
            raise ImageRefused("notChecked", f"Couldn't take {name}: {why}.")
        if not verdict.endswith("OK"):
            raise Unavailable(f"The virus scanner failed: {verdict[:200]}")

    def _ask(self, path: Path) -> str:
        """One conversation, in a thread. A plain socket still has the answer of a scanner that stopped listening; a stream loses it."""
        with self._connect() as connection:
            try:
                connection.sendall(b"zINSTREAM\0")
                with path.open("rb") as source:
                    while piece := source.read(PIECE_BYTES):
                        connection.sendall(struct.pack(">I", len(piece)) + piece)
                connection.sendall(struct.pack(">I", 0))
            except (BrokenPipeError, ConnectionResetError):
                log.info("the virus scanner stopped listening before the end of a file")
            answer = connection.recv(ANSWER_MAX_BYTES)
        if not answer:
            raise EOFError("the virus scanner hung up")
        return answer.rstrip(b"\0\n").decode(errors="replace").strip()

    def _connect(self) -> socket.socket:
        parts = urlsplit(self._url)
        if parts.scheme == "unix":
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(TIME_LIMIT_S)
            connection.connect(unquote(parts.path))
            return connection
        return socket.create_connection((parts.hostname or "", parts.port or 0), TIME_LIMIT_S)
