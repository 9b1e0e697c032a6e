import asyncio
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from click.testing import Result
from sqlalchemy import update
from sqlmodel import col
from starlette.types import ASGIApp
from typer.testing import CliRunner

from cellhub_app.cli import remote
from cellhub_app.core.runtime import Runtime
from cellhub_app.models.image import Image
from cellhub_app.sdk import connection
from cellhub_app.sdk.client import CellHub, Frames
from tests.integration.api.conftest import PASSWORD, Person
from tests.integration.api.sdk import Line
from tests.integration.api.test_second_factor import turn_on


@pytest.fixture
async def server(app: ASGIApp, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(app, asyncio.get_running_loop())

    def connect(_url: str, token: str | None) -> CellHub:
        return CellHub("", token=token, http=httpx.Client(transport=line, base_url=f"{runtime.settings.base_url}/api/v1"))

    monkeypatch.setattr(remote, "CellHub", connect)


async def _run(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, remote.app, [*arguments, "--email", "ada@example.org"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    for name in ("a.png", "deep/b.TIF", "notes.txt", ".hidden"):
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


@pytest.mark.usefixtures("server")
async def test_a_folder_is_sent_to_a_new_project_and_a_second_time_only_what_is_new(ada: Person, folder: Path) -> None:
    for images in (2, 3):
        done = await _run(str(folder), "--project", "Plate 7", "--password", PASSWORD)
        assert done.exit_code == 0, done.output
        [project] = (await ada.http.get("/api/v1/projects")).json()["data"]
        assert (project["name"], project["images"]["total"]) == ("Plate 7", images)
        (folder / "new.png").write_bytes(b"new")
    assert "1 image is new in Plate 7" in done.output
    assert "\nDidn't add b.TIF: it is already here as b.TIF." in done.output


@pytest.mark.usefixtures("server")
async def test_a_refused_file_is_named_and_the_status_says_so(ada: Person, folder: Path) -> None:
    (folder / "empty.png").write_bytes(b"")
    done = await _run(str(folder), "--project", "Plate 7", "--password", PASSWORD)
    assert done.exit_code == 1
    assert "empty.png" in done.output
    assert "2 images are new in Plate 7" in done.output


@pytest.mark.usefixtures("server", "ada")
async def test_a_wrong_password_is_one_sentence(folder: Path) -> None:
    done = await _run(str(folder), "--project", "Plate 7", "--password", "wrong password")
    assert (done.exit_code, done.stderr) == (1, "cellhub: The e-mail address or the password is not right\n")


@pytest.mark.usefixtures("server")
async def test_a_personal_token_of_the_environment_is_enough(ada: Person, folder: Path) -> None:
    made = await ada.http.post("/api/v1/auth/tokens", json={"name": "cluster", "scopes": ["read", "write"]})
    environment = {"CELLHUB_TOKEN": made.raise_for_status().json()["token"]}
    done = await asyncio.to_thread(CliRunner().invoke, remote.app, [str(folder), "--project", "Plate 7"], env=environment)
    assert done.exit_code == 0, done.output
    assert "2 images are new in Plate 7" in done.output
    await ada.http.delete(f"/api/v1/auth/tokens/{made.json()['id']}")
    refused = await asyncio.to_thread(CliRunner().invoke, remote.app, [str(folder), "--project", "Plate 7"], env=environment)
    assert (refused.exit_code, refused.stderr) == (1, "cellhub: Sign in to continue\n")


@pytest.mark.usefixtures("server")
async def test_a_code_is_asked_for_where_the_account_has_a_second_factor(ada: Person, folder: Path) -> None:
    _, recovery = await turn_on(ada)
    command = [str(folder), "--project", "Plate 7"]
    asked = await asyncio.to_thread(CliRunner().invoke, remote.app, command, input=f"{ada.email}\n{PASSWORD}\n{recovery[0]}\n")
    assert asked.exit_code == 0, asked.output
    assert PASSWORD not in asked.output
    told = await _run(*command, "--password", PASSWORD, "--code", recovery[1])
    assert told.exit_code == 0, told.output
    spent = await _run(*command, "--password", PASSWORD, "--code", recovery[1])
    assert (spent.exit_code, "The code is not right" in spent.stderr) == (1, True)


async def test_a_server_that_is_away_and_a_folder_without_images_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "FIRST_PAUSE_S", 0.001)
    away = await _run(str(folder), "--project", "P", "--password", PASSWORD, "--url", "http://127.0.0.1:1")
    assert away.exit_code == 1
    assert "does not answer" in away.output
    missing = await _run(str(folder / "nothing"), "--project", "P", "--password", PASSWORD)
    assert missing.exit_code == 2
    (folder / "none").mkdir()
    none = await _run(str(folder / "none"), "--project", "P", "--password", PASSWORD)
    assert none.exit_code == 1
    assert "There is no image" in none.output


@pytest.mark.parametrize(("frames", "expected"), [("first", "first"), ("all", "all"), ("0,5,10", [0, 5, 10]), ("3", [3])])
def test_planes_are_named_by_a_word_or_by_their_numbers(frames: str, expected: Frames) -> None:
    assert remote.planes_named(frames) == expected


@pytest.mark.parametrize("frames", ["", "some", "1,", "-1", "1;2", "1.5"])
async def test_planes_that_are_none_are_told_before_anything_is_sent(folder: Path, frames: str) -> None:
    done = await _run(str(folder), "--project", "P", "--frames", frames)
    assert done.exit_code == 1
    assert done.stderr.startswith("cellhub: --frames takes first, all, or numbers of planes counted from 0, as in 0,5,10, and not")


@pytest.mark.usefixtures("server")
async def test_poor_pictures_are_left_out_where_asked_so(
    ada: Person, runtime: Runtime, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[UUID] = []
    monkeypatch.setattr(CellHub, "wait_for_batch", lambda _hub, batch_id, **_: batches.append(batch_id))
    command = [str(folder), "--project", "Plate 7", "--password", PASSWORD]
    assert (await _run(*command)).exit_code == 0
    async with runtime.work() as session:
        await session.execute(update(Image).where(col(Image.name) == "a.png").values(flaws=["blurred"]))
    for leave_out, queued in (("empty,blurred", 1), ("empty,empty,empty,empty", 2)):
        done = await _run(*command, "--model", "classical", "--leave-out", leave_out)
        assert done.exit_code == 0, done.output
        assert (await ada.http.get(f"/api/v1/batches/{batches[-1]}")).json()["counts"]["queued"] == queued


@pytest.mark.parametrize("flaws", ["ugly", "empty,", "empty;blurred", "Blurred"])
async def test_flaws_that_are_none_are_told_before_anything_is_sent(folder: Path, flaws: str) -> None:
    done = await _run(str(folder), "--project", "P", "--leave-out", flaws)
    assert done.exit_code == 1
    sentence = "--leave-out takes empty, saturated, blurred, or several with commas, as in empty,blurred, and not"
    assert done.stderr == f"cellhub: {sentence} {flaws!r}.\n"
