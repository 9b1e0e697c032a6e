"""One suite over both kinds of storage: a local directory and an S3 server."""

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from cellhub_app.core.errors import NotFound
from cellhub_app.core.retry import Backoff, retry
from cellhub_app.core.storage import Storage


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder = tmp_path_factory.mktemp("s3")
    (folder / "cells").mkdir()
    key, secret, port = "tester", secrets.token_urlsafe(16), _free_port()
    environment = {**os.environ, "NANIO_ACCESS_KEY": key, "NANIO_SECRET_KEY": secret}
    command = [str(Path(sys.executable).with_name("nanio")), "serve", "--host", "127.0.0.1", "--port", str(port), "--data-dir", str(folder)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        yield {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_ENDPOINT": f"http://127.0.0.1:{port}"}
        server.terminate()


@pytest.fixture(params=["local", "s3"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Storage]:
    if request.param == "local":
        yield Storage(tmp_path.as_uri())
        return
    server: dict[str, str] = request.getfixturevalue("s3_server")
    for name, value in {**server, "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    async with httpx.AsyncClient() as client:
        await retry(lambda: client.get(server["AWS_ENDPOINT"]), on=httpx.TransportError, backoff=Backoff(attempts=60, max_s=0.5))
    yield Storage(f"s3://cells/{tmp_path.name.replace('[', '-').replace(']', '')}")


async def test_what_is_put_can_be_read_back(storage: Storage, tmp_path: Path) -> None:
    await storage.put("images/a/original", b"pixels")
    assert await storage.get("images/a/original") == b"pixels"
    assert await storage.size("images/a/original") == 6
    assert (await storage.fetch("images/a/original", tmp_path / "copy")).read_bytes() == b"pixels"


async def test_a_file_is_put_from_its_path_and_streamed_in_pieces(storage: Storage, tmp_path: Path) -> None:
    source = tmp_path / "big"
    source.write_bytes(os.urandom(1_500_000))
    await storage.put("exports/big.zip", source)
    pieces = [piece async for piece in await storage.stream("exports/big.zip")]
    assert b"".join(pieces) == source.read_bytes()
    assert len(pieces) > 1


async def test_missing_objects_are_not_found(storage: Storage, tmp_path: Path) -> None:
    for call in (storage.get("no/such"), storage.size("no/such"), storage.stream("no/such"), storage.fetch("no/such", tmp_path / "x")):
        with pytest.raises(NotFound):
            await call
    assert not await storage.exists("no/such")


async def test_deleting_a_folder_leaves_its_neighbours(storage: Storage) -> None:
    for key in ("images/a/original", "images/a/thumbnail.webp", "images/ab/original"):
        await storage.put(key, b"x")
    await storage.delete_prefix("images/a")
    assert not await storage.exists("images/a/original")
    assert await storage.exists("images/ab/original")
    await storage.delete("images/a/original")


async def test_an_object_moves_to_another_key_and_a_missing_one_is_told(storage: Storage) -> None:
    await storage.put("incoming/a", b"pixels")
    await storage.put("images/a/original", b"older")
    await storage.move("incoming/a", "images/a/original")
    assert await storage.get("images/a/original") == b"pixels"
    assert not await storage.exists("incoming/a")
    with pytest.raises(NotFound):
        await storage.move("incoming/a", "images/a/original")
    assert await storage.get("images/a/original") == b"pixels"


async def test_many_objects_of_bytes_and_files_are_put_at_once_and_listed_with_their_time(storage: Storage, tmp_path: Path) -> None:
    source = tmp_path / "part"
    source.write_bytes(b"large")
    await storage.put_many([("incoming/a", b"small"), ("incoming/b", source)])
    source.unlink()
    listed = [found async for batch in storage.list("incoming") for found in batch]
    assert sorted(found.key for found in listed) == ["incoming/a", "incoming/b"]
    assert abs(datetime.now(UTC) - listed[0].written_at) < timedelta(minutes=5)
    assert await storage.get("incoming/b") == b"large"
    assert [batch async for batch in storage.list("nowhere") if batch] == []


@pytest.mark.parametrize("key", ["../secret", "/etc/passwd", "a/../../b", "a//b", "", "a/.hidden", "a\\b", "a\n"])
async def test_keys_that_could_leave_the_folder_are_refused(storage: Storage, key: str) -> None:
    with pytest.raises(ValueError, match="not a storage key"):
        await storage.get(key)
