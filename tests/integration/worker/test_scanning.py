"""A file that a virus scanner finds something in is refused; while the scanner is away, files wait and none passes unchecked.

Runs against a real clamd with a signature of its own where there is one, and everywhere against a server that speaks INSTREAM.
"""

import asyncio
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from cellhub_app.cli.stack_home import free_port
from cellhub_app.core.errors import ImageRefused, Unavailable
from cellhub_app.core.retry import CircuitBreaker
from cellhub_app.models.image import incoming_key
from ml_worker.tasks.life import start_io
from ml_worker.tasks.scanner import Scanner
from ml_worker.worker import IoWorker
from tests.fixtures.samples import nuclei_files
from tests.fixtures.services import Services
from tests.integration.worker.conftest import Lab, arq_worker, until

EVIL = b"a sentence that only this test has: 7c1f"
STREAM_MAX = 1024 * 1024


@asynccontextmanager
async def speaker(port: int) -> AsyncIterator[None]:
    """A server that speaks INSTREAM as clamd does, with one signature."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack(">I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(length)
            if len(content) > STREAM_MAX:
                writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                break
        else:
            writer.write(b"stream: CellHub.Test.UNOFFICIAL FOUND\0" if EVIL in content else b"stream: OK\0")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", port):
        yield


@asynccontextmanager
async def clamd(port: int) -> AsyncIterator[None]:
    """The real one, with one signature."""
    with tempfile.TemporaryDirectory(prefix="cellhub-clamd-") as name:
        folder = Path(name)
        (folder / "cellhub.ndb").write_text(f"CellHub.Test:0:*:{EVIL.hex()}\n")
        lines = [f"TCPSocket {port}", "TCPAddr 127.0.0.1", f"DatabaseDirectory {folder}", "Foreground yes", f"StreamMaxLength {STREAM_MAX}"]
        (folder / "clamd.conf").write_text("\n".join([*lines, f"TemporaryDirectory {folder}", f"LogFile {folder / 'log'}", ""]))
        process = await asyncio.create_subprocess_exec(CLAMD or "clamd", "-c", str(folder / "clamd.conf"), stdout=subprocess.DEVNULL)
        try:
            await until(lambda: _listens(port))
            yield
        finally:
            process.kill()
            await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


CLAMD = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SCANNERS = [speaker, clamd] if CLAMD else [speaker]


@pytest_asyncio.fixture(loop_scope="session", params=SCANNERS, ids=lambda each: each.__name__)
async def scanner(request: pytest.FixtureRequest) -> AsyncIterator[Scanner]:
    port = free_port()
    async with request.param(port):
        yield Scanner(f"tcp://127.0.0.1:{port}")


async def test_a_clean_file_passes_and_an_infected_or_too_large_one_is_refused(scanner: Scanner, tmp_path: Path) -> None:
    clean, evil, large = tmp_path / "clean", tmp_path / "evil", tmp_path / "large"
    clean.write_bytes(nuclei_files(1)[0].data)
    evil.write_bytes(b"x" * 300_000 + EVIL)
    large.write_bytes(bytes(3 * STREAM_MAX))
    await scanner.check(clean, "clean.png")
    with pytest.raises(ImageRefused, match=r"^Couldn't take evil\.png: .* found CellHub\.Test\.UNOFFICIAL in it\. ") as found:
        await scanner.check(evil, "evil.png")
    assert found.value.reason == "infected"
    with pytest.raises(ImageRefused, match="larger than the virus scanner checks") as refused:
        await scanner.check(large, "large.png")
    assert refused.value.reason == "notChecked"


async def test_a_scanner_that_is_away_or_hangs_up_passes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"x")

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    port = free_port()
    breaker = CircuitBreaker("The virus scanner", threshold=2)
    scanner = Scanner(f"tcp://127.0.0.1:{port}", breaker)
    with pytest.raises(Unavailable):
        await scanner.check(path, "a.png")
    async with await asyncio.start_server(hang_up, "127.0.0.1", port):
        with pytest.raises(Unavailable):
            await scanner.check(path, "a.png")
    assert breaker.is_open


async def test_files_wait_for_the_scanner_and_infected_ones_are_removed(
    lab: Lab, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setattr(lab.runtime, "settings", lab.runtime.settings.model_copy(update={"clamav_url": f"tcp://127.0.0.1:{port}"}))
    [good] = nuclei_files(1)
    images = await lab.upload([("good.png", good.data), ("evil.png", good.data + EVIL)])
    asked = asyncio.Event()
    check = Scanner.check

    async def noted(self: Scanner, path: Path, name: str) -> None:
        try:
            await check(self, path, name)
        except Unavailable:
            asked.set()
            raise

    monkeypatch.setattr(Scanner, "check", noted)
    async with arq_worker(IoWorker, start_io, services):
        await asyncio.wait_for(asked.wait(), 30)
        assert set(await lab.column("select status from image")) <= {"uploaded", "ingesting"}
        async with speaker(port):
            await until(lambda: _are_done(lab))
    assert await lab.column("select status from image order by name") == ["failed", "ready"]
    evil = await lab.image(images["evil.png"])
    assert (evil.error or {})["code"] == "infected"
    assert not await lab.runtime.storage.exists(incoming_key(evil.id))


async def _are_done(lab: Lab) -> bool:
    return await lab.column("select count(*) from image where status in ('uploaded', 'ingesting')") == [0]
