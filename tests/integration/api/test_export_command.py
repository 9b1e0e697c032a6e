"""`cellhub export` against the real API: asks, waits, downloads, and goes on where a download broke off."""

import asyncio
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from click.testing import Result
from sqlmodel import col, select
from starlette.types import ASGIApp
from typer.testing import CliRunner

from cellhub_app.cli import exporting, remote
from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.jobs import work
from cellhub_app.domain.jobs.claiming import Appetite
from cellhub_app.models.export import Export
from cellhub_app.sdk import client as client_module
from cellhub_app.sdk import connection
from cellhub_app.sdk.client import CellHub
from ml_worker.tasks.export import run_export
from tests.fixtures import rows
from tests.integration.api.conftest import Person
from tests.integration.api.sdk import Line

Command = Callable[..., Any]


@pytest.fixture
async def line(app: ASGIApp, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Line:
    made = Line(app, asyncio.get_running_loop())

    def connect(_url: str, token: str | None) -> CellHub:
        return CellHub("", token=token, http=httpx.Client(transport=made, base_url=f"{runtime.settings.base_url}/api/v1"))

    monkeypatch.setattr(remote, "CellHub", connect)
    monkeypatch.setattr(client_module, "_FIRST_LOOK_S", 0.01)
    monkeypatch.setattr(connection, "FIRST_PAUSE_S", 0.001)
    return made


@pytest.fixture
async def plate(ada: Person, runtime: Runtime) -> UUID:
    """A project with two images that were never read; ada owns it."""
    project_id = UUID(await ada.project("Plate 7"))
    async with runtime.work() as session:
        await rows.images(session, project_id, ["a.png"], tags=["day 3"])
        await rows.images(session, project_id, ["b.png"])
    return project_id


@pytest.fixture
async def command(ada: Person, line: Line, plate: UUID) -> Command:
    made = await ada.http.post("/api/v1/auth/tokens", json={"name": "cluster", "scopes": ["read", "write"]})
    environment = {"CELLHUB_TOKEN": made.raise_for_status().json()["token"]}

    async def run(*arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, exporting.exporting, list(arguments), env=environment)

    return run


def printed(done: Result) -> list[str]:
    """What the command printed, without what the server in the same process logs."""
    return [line for line in done.stdout.splitlines() if not line.startswith(("request ", "export "))]


async def worker(runtime: Runtime) -> None:
    """Make the next export that is asked for."""
    async with asyncio.timeout(30):
        while True:
            async with runtime.work() as session:
                jobs = await work.claim(session, JobKind.EXPORT, "tester", Appetite(1, 2.0, {}))
            if jobs:
                return await run_export(runtime, jobs[0])
            await asyncio.sleep(0.01)


async def test_a_project_is_exported_waited_for_and_brought(command: Command, runtime: Runtime, tmp_path: Path) -> None:
    making = asyncio.create_task(worker(runtime))
    out = tmp_path / "plate.zip"
    done = await command("Plate 7", "--format", "csv,json", "--tag", "day 3", "--units", "px", "--split", "80/10/10", "--out", str(out))
    await making
    assert done.exit_code == 0, done.output
    assert printed(done) == [str(out)]
    assert "succeeded: 100%" in done.stderr
    with zipfile.ZipFile(out) as archive:
        document = json.loads(archive.read("json/project.json"))
        assert {"csv/images.csv", "split.csv"} <= set(archive.namelist())
    assert [image["name"] for image in document["images"]] == ["a.png"]
    assert [path.name for path in await asyncio.to_thread(lambda: list(tmp_path.iterdir()))] == ["plate.zip"]


async def test_every_choice_reaches_the_server(command: Command, runtime: Runtime, tmp_path: Path) -> None:
    making = asyncio.create_task(worker(runtime))
    choices = ["--classes", "0,2", "--class-names", "0=HeLa, 2=debris", "--revision", "model", "--as-of", "2026-05-31", "--coco", "rle"]
    done = await command(
        "Plate 7", "--format", "coco", "--image", "b.png", *choices, "--split", "70/30/0", "--seed", "5", "--out", str(tmp_path)
    )
    await making
    assert done.exit_code == 0, done.output
    async with runtime.work() as session:
        made = (await session.execute(select(Export).order_by(col(Export.created_at).desc()))).scalars().one()
    assert len(made.image_ids or []) == 1
    assert made.options == {
        "classes": [0, 2], "class_names": {"0": "HeLa", "2": "debris"}, "revision": "model", "as_of": "2026-05-31T23:59:59.999999Z",
        "coco": "rle", "split": {"train": 0.7, "val": 0.3, "test": 0.0, "seed": 5},
    }  # fmt: skip
    [path] = printed(done)
    assert path.startswith(str(tmp_path / "Plate 7-"))


async def test_a_download_that_broke_off_goes_on_in_another_run(command: Command, line: Line, runtime: Runtime, tmp_path: Path) -> None:
    making = asyncio.create_task(worker(runtime))
    out = tmp_path / "plate.zip"
    line.fault = lambda request: "lost" if "range" in request.headers else "cut" if request.url.path.endswith("/download") else ""
    broken = await command("Plate 7", "--out", str(out))
    await making
    assert (broken.exit_code, printed(broken)) == (1, [])
    export_id = broken.stderr.rpartition("--go-on ")[2].split()[0]
    line.fault = lambda _: ""
    line.carried.clear()
    done = await command("Plate 7", "--go-on", export_id, "--out", str(out))
    assert done.exit_code == 0, done.output
    assert [call.split()[-1] for call in line.carried if "/download" in call] == ["206"]
    assert await asyncio.to_thread(zipfile.is_zipfile, out)
    assert not [call for call in line.carried if call.startswith("POST")]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["Plate 8"], "There is no project “Plate 8”."),
        (["Plate 7", "--format", "pdf"], "There is no export format 'pdf'."),
        (["Plate 7", "--image", "c.png"], "There is no image “c.png” in Plate 7."),
        (["Plate 7", "--split", "80-20"], "“80-20” says no split"),
        (["Plate 7", "--classes", "x"], "“x” says no classes"),
        (["Plate 7", "--class-names", "HeLa"], "“HeLa” names no classes"),
        (["Plate 7", "--as-of", "2026-05-31T12:00"], "says no moment"),
        (["Plate 7", "--tag", "day 9"], "There is no image to export"),
    ],
)
async def test_what_cannot_be_done_is_one_sentence(command: Command, arguments: list[str], sentence: str) -> None:
    done = await command(*arguments)
    assert (done.exit_code, printed(done)) == (1, [])
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


async def test_an_export_that_failed_says_why(command: Command, runtime: Runtime) -> None:
    making = asyncio.create_task(worker(runtime))
    done = await command("Plate 7", "--format", "originals")
    await making
    assert (done.exit_code, printed(done)) == (1, [])
    assert "storage" in done.stderr
