"""A drop of files is known to the server: what is to be sent, what came, what was there already, what was refused."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import col

from cellhub_app.core.runtime import Runtime
from cellhub_app.models.image import Image
from tests.integration.api.conftest import Person


class Drop:
    """An upload session and its project, as a client sees them."""

    def __init__(self, person: Person, project_id: str, view: dict[str, Any]) -> None:
        self.person, self.project, self.view = person, f"/api/v1/projects/{project_id}", view

    @classmethod
    async def begin(cls, person: Person, project_id: str, *files: tuple[str, int]) -> "Drop":
        """Tell the server of files of these names and sizes."""
        offers = [{"name": name, "path": f"plate/{name}", "size": size, "lastModified": 1_700_000_000_000} for name, size in files]
        answer = await person.http.post(f"/api/v1/projects/{project_id}/upload-sessions", json={"files": offers})
        assert answer.status_code == 201, answer.text
        return cls(person, project_id, answer.json())

    @property
    def url(self) -> str:
        return f"{self.project}/upload-sessions/{self.view['id']}"

    async def send(self, *files: tuple[int, str, bytes], by: Person | None = None) -> httpx.Response:
        """Files with their index, in one request."""
        parts: list[Any] = [("session", (None, self.view["id"]))]
        for index, name, content in files:
            parts += [("index", (None, str(index))), ("files", (name, content))]
        return await (by or self.person).http.post(f"{self.project}/images", files=parts)

    async def states(self) -> list[str]:
        """Where the files stand now."""
        return [file["state"] for file in (await self.person.http.get(self.url)).json()["files"]]

    async def images(self) -> list[str]:
        """Names of the project's images."""
        return sorted(image["name"] for image in (await self.person.http.get(f"{self.project}/images")).json()["data"])


@pytest.fixture
async def project(ada: Person) -> str:
    return await ada.project()


async def test_a_session_says_which_files_are_needed_and_which_can_never_be_taken(ada: Person, project: str) -> None:
    huge = 2049 * 1024 * 1024
    drop = await Drop.begin(ada, project, ("a.png", 10), ("empty.tif", 0), ("notes.txt", 5), ("scan.tif", huge), ("noext", 7), ("b.ZIP", 8))
    assert [file["state"] for file in drop.view["files"]] == ["needed", "refused", "refused", "refused", "needed", "needed"]
    assert "empty.tif: the file is empty" in drop.view["files"][1]["reason"]
    assert ".txt files are not read" in drop.view["files"][2]["reason"]
    assert "2,049 MB" in drop.view["files"][3]["reason"]
    assert drop.view["counts"] == {"needed": 3, "received": 0, "duplicate": 0, "refused": 3}
    assert (drop.view["bytes"], drop.view["finishedAt"]) == ({"total": 25, "received": 0}, None)
    again = (await ada.http.get(drop.url)).json()
    assert again["files"][0] == {
        "index": 0, "state": "needed", "reason": None, "name": "a.png", "path": "plate/a.png", "size": 10,
        "lastModified": 1_700_000_000_000, "imageId": None,
    }  # fmt: skip


async def test_a_file_that_came_is_never_needed_again(ada: Person, project: str) -> None:
    drop = await Drop.begin(ada, project, ("a.png", 1), ("b.png", 1))
    first = (await drop.send((0, "a.png", b"a"))).json()
    assert first["files"] == [{"index": 0, "state": "received", "reason": None, "imageId": first["accepted"][0]["id"]}]
    assert await drop.states() == ["received", "needed"]
    again = (await drop.send((0, "a.png", b"a"), (1, "b.png", b"b"))).json()
    assert [file["state"] for file in again["files"]] == ["received", "received"]
    assert again["files"][0]["imageId"] == first["accepted"][0]["id"]
    assert await drop.images() == ["a.png", "b.png"]
    done = (await ada.http.get(drop.url)).json()
    assert done["finishedAt"] is not None
    assert (done["counts"]["received"], done["bytes"]) == (2, {"total": 2, "received": 2})


async def test_bytes_that_are_in_the_project_already_are_named_and_not_taken(ada: Person, project: str) -> None:
    await ada.upload(project, "well_B03.tif")
    drop = await Drop.begin(ada, project, ("copy.tif", 12), ("new.tif", 3))
    answer = (await drop.send((0, "copy.tif", b"well_B03.tif"), (1, "new.tif", b"new"))).json()
    assert [file["state"] for file in answer["files"]] == ["duplicate", "received"]
    assert answer["files"][0]["reason"] == "Already here as well_B03.tif."
    assert [(refusal["name"], refusal["code"]) for refusal in answer["refused"]] == [("copy.tif", "duplicate")]
    assert await drop.images() == ["new.tif", "well_B03.tif"]
    assert (await drop.send((0, "copy.tif", b"well_B03.tif"))).json()["files"] == [answer["files"][0]]
    other = await Drop.begin(ada, await ada.project("Another"), ("copy.tif", 12))
    assert (await other.send((0, "copy.tif", b"well_B03.tif"))).json()["files"][0]["state"] == "received"


async def test_bytes_that_could_not_be_read_may_come_again_and_take_the_place_of_the_failed_image(
    ada: Person, project: str, runtime: Runtime
) -> None:
    [failed] = await ada.upload(project, "a.tif")
    await ada.upload(project, "b.tif")
    async with runtime.work() as session:
        await session.execute(update(Image).where(col(Image.id) == UUID(failed)).values(status="failed"))
    drop = await Drop.begin(ada, project, ("a.tif", 5), ("b.tif", 5))
    answer = (await drop.send((0, "a.tif", b"a.tif"), (1, "b.tif", b"b.tif"))).json()
    assert [file["state"] for file in answer["files"]] == ["received", "duplicate"]
    assert await drop.images() == ["a.tif", "b.tif"]
    trash = (await ada.http.get(f"{drop.project}/images", params={"trashed": "true"})).json()["data"]
    assert [image["id"] for image in trash] == [failed]


async def test_of_equal_files_in_one_request_the_first_is_taken(ada: Person, project: str) -> None:
    drop = await Drop.begin(ada, project, ("a.png", 1), ("b.png", 1))
    answer = (await drop.send((0, "a.png", b"x"), (1, "b.png", b"x"))).json()
    assert [file["state"] for file in answer["files"]] == ["received", "duplicate"]
    assert answer["files"][1]["reason"] == "Already here as a.png."


async def test_of_equal_files_at_the_same_moment_one_wins_and_the_others_are_duplicates(ada: Person, project: str) -> None:
    count = 8
    drop = await Drop.begin(ada, project, *((f"{index}.png", 2) for index in range(count + 1)))
    answers = await asyncio.gather(
        *(drop.send((index, f"{index}.png", b"xx"), (count, "same.png", b"same")) for index in range(count)), drop.send((0, "0.png", b"xx"))
    )
    assert {answer.status_code for answer in answers} == {202}, [answer.text for answer in answers]
    states = await drop.states()
    assert (states.count("received"), states.count("duplicate"), len(await drop.images())) == (2, count - 1, 2)
    view = (await ada.http.get(drop.url)).json()
    assert view["counts"] == {"needed": 0, "received": 2, "duplicate": count - 1, "refused": 0}
    assert view["finishedAt"] is not None
    duplicates = (await ada.http.get(drop.url, params={"state": "duplicate"})).json()["files"]
    assert len(duplicates) == count - 1
    assert {file["state"] for file in duplicates} == {"duplicate"}


async def test_a_program_with_a_uuid_of_its_own_may_bring_equal_files(ada: Person, project: str) -> None:
    drop = Drop(ada, project, {"id": str(uuid4())})
    answer = (await drop.send((0, "a.png", b"x"), (1, "b.png", b"x"))).json()
    assert [file["state"] for file in answer["files"]] == ["received", "received"]


async def test_a_refused_file_is_remembered_with_its_reason_and_one_that_was_not_announced_is_refused(ada: Person, project: str) -> None:
    drop = await Drop.begin(ada, project, ("a.png", 3))
    answer = (await drop.send((0, "a.png", b""), (5, "other.png", b"x"))).json()
    assert [(refusal["name"], refusal["code"]) for refusal in answer["refused"]] == [("a.png", "empty"), ("other.png", "notInSession")]
    [file] = (await ada.http.get(drop.url, params={"state": "refused"})).json()["files"]
    assert file["reason"] == answer["refused"][0]["detail"]


async def test_a_cancelled_session_takes_nothing_more_and_keeps_what_came(ada: Person, project: str) -> None:
    drop = await Drop.begin(ada, project, ("a.png", 1), ("b.png", 1))
    await drop.send((0, "a.png", b"a"))
    assert (await ada.http.delete(drop.url)).status_code == 204
    answer = await drop.send((1, "b.png", b"b"))
    assert (answer.status_code, answer.json()["code"]) == (409, "uploadCancelled")
    assert await drop.images() == ["a.png"]
    assert (await ada.http.delete(drop.url)).status_code == 204


async def test_a_session_is_for_its_own_person_and_project_only(ada: Person, bob: Person, project: str) -> None:
    drop = await Drop.begin(ada, project, ("a.png", 1))
    await ada.share(project, bob, "editor")
    assert (await bob.http.get(drop.url)).status_code == 404
    assert (await bob.http.delete(drop.url)).status_code == 404
    refused = await drop.send((0, "a.png", b"a"), by=bob)
    assert (refused.status_code, refused.json()["code"]) == (404, "uploadSessionNotFound")
    assert (await bob.http.get(f"{drop.project}/upload-sessions")).json()["data"] == []
    elsewhere = Drop(ada, await ada.project("Another"), drop.view)
    assert (await elsewhere.send((0, "a.png", b"a"))).status_code == 404
    await ada.http.patch(f"{drop.project}/members/{bob.id}", json={"role": "viewer"})
    assert (await bob.http.post(f"{drop.project}/upload-sessions", json={"files": [{"name": "x.png", "size": 1}]})).status_code == 403


async def test_sessions_are_listed_newest_first_without_their_files(ada: Person, project: str) -> None:
    begun = [(await Drop.begin(ada, project, ("a.png", 1))).view["id"] for _ in range(3)]
    first = (await ada.http.get(f"/api/v1/projects/{project}/upload-sessions", params={"limit": 2})).json()
    rest = (await ada.http.get(f"/api/v1/projects/{project}/upload-sessions", params={"cursor": first["nextCursor"]})).json()
    assert [view["id"] for view in first["data"] + rest["data"]] == begun[::-1]
    assert "files" not in first["data"][0]


@pytest.mark.parametrize(
    "files",
    [[], [{"name": "", "size": 1}], [{"name": "a.png", "size": -1}], [{"name": "a\0.png", "size": 1}], [{"name": "a.png"}], "a.png",
     [{"name": "a.png", "size": 2**63}], [{"name": "x" * 401, "size": 1}]],
)  # fmt: skip
async def test_a_list_of_files_that_makes_no_sense_is_refused(ada: Person, project: str, files: object) -> None:
    answer = await ada.http.post(f"/api/v1/projects/{project}/upload-sessions", json={"files": files})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_fifty_thousand_files_fit_into_a_session_and_one_more_does_not(ada: Person, project: str) -> None:
    files = [(f"field_{number:05}_channel_DAPI.tif", 30_000 + number) for number in range(50_000)]
    drop = await Drop.begin(ada, project, *files)
    assert drop.view["counts"]["needed"] == 50_000
    assert [file["index"] for file in drop.view["files"]] == list(range(50_000))
    await drop.send((49_999, "last.tif", b"x"))
    assert (await drop.states())[-2:] == ["needed", "received"]
    offers = [{"name": "a.png", "size": 1}] * 50_001
    assert (await ada.http.post(f"/api/v1/projects/{project}/upload-sessions", json={"files": offers})).status_code == 422
