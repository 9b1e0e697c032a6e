"""Large files come by tus 1.0: in pieces, over lines that break and servers that start anew, and only from their own person."""

import asyncio
import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from starlette.types import ASGIApp, Message

from cellhub_app.api.app import create_app
from cellhub_app.api.gate import Gate
from cellhub_app.core.limits import MEGABYTE
from cellhub_app.core.runtime import Runtime
from cellhub_app.models.image import incoming_key
from tests.integration.api.asgi import ask, http_scope
from tests.integration.api.conftest import NewClient, Person
from tests.integration.api.test_upload_sessions import Drop

TUS = {"Tus-Resumable": "1.0.0"}
PIECES = TUS | {"Content-Type": "application/offset+octet-stream"}
CONTENT = bytes(range(256)) * 12_000


@pytest.fixture
async def project(ada: Person) -> str:
    return await ada.project()


def metadata(**words: object) -> str:
    """Words as tus wants them."""
    return ",".join(f"{name} {base64.b64encode(str(word).encode()).decode()}" for name, word in words.items())


async def begin(person: Person, length: int, **words: object) -> httpx.Response:
    """Announce a file."""
    headers = TUS | {"Upload-Length": str(length), "Upload-Metadata": metadata(**words)}
    return await person.http.post("/api/v1/uploads", headers=headers)


async def place(person: Person, project: str, length: int = len(CONTENT), **words: object) -> str:
    """Where the bytes of an announced file go."""
    answer = await begin(person, length, projectId=project, filename="slide.tif", **words)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def send(person: Person, url: str, offset: int, content: bytes) -> httpx.Response:
    """Some bytes."""
    return await person.http.patch(url, headers=PIECES | {"Upload-Offset": str(offset)}, content=content)


def partial(runtime: Runtime, url: str) -> Path:
    """The file that grows."""
    return runtime.settings.partial_folder / UUID(url.rpartition("/")[2]).hex


async def names(person: Person, project: str) -> list[str]:
    return [image["name"] for image in (await person.http.get(f"/api/v1/projects/{project}/images")).json()["data"]]


async def test_a_file_in_pieces_becomes_an_image_with_all_its_bytes(ada: Person, project: str, runtime: Runtime) -> None:
    url = await place(ada, project)
    for offset in range(0, len(CONTENT), MEGABYTE):
        assert await names(ada, project) == []
        answer = await send(ada, url, offset, CONTENT[offset : offset + MEGABYTE])
        assert (answer.status_code, answer.headers["tus-resumable"]) == (204, "1.0.0")
        assert answer.headers["upload-offset"] == str(min(offset + MEGABYTE, len(CONTENT)))
    [image] = (await ada.http.get(f"/api/v1/projects/{project}/images")).json()["data"]
    assert (image["name"], image["bytes"], image["sha256"]) == ("slide.tif", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert await runtime.storage.get(incoming_key(image["id"])) == CONTENT
    assert not partial(runtime, url).exists()
    head = await ada.http.head(url, headers=TUS)
    assert (head.headers["upload-offset"], head.headers["upload-length"]) == (str(len(CONTENT)), str(len(CONTENT)))
    assert (await send(ada, url, len(CONTENT), b"")).status_code == 204


async def test_what_came_before_the_line_broke_need_not_be_sent_again_also_not_to_another_server(
    ada: Person, project: str, app: ASGIApp, new_client: NewClient
) -> None:
    url = await place(ada, project)
    headers = PIECES | {"Upload-Offset": "0", "Authorization": ada.http.headers["Authorization"]}
    coming: Iterator[Message] = iter([
        {"type": "http.request", "body": CONTENT[:1_500_000], "more_body": True}, {"type": "http.disconnect"},
    ])  # fmt: skip

    async def receive() -> Message:
        return next(coming)

    async def refuse(_: Message) -> None:
        raise AssertionError("nobody is there any more")

    await app(http_scope("PATCH", url, headers), receive, refuse)
    ada.http = httpx.AsyncClient(transport=httpx.ASGITransport(Gate(create_app())), base_url=ada.http.base_url, headers=ada.http.headers)
    async with ada.http:
        assert (await ada.http.head(url, headers=TUS)).headers["upload-offset"] == "1500000"
        assert (await send(ada, url, 1_500_000, CONTENT[1_500_000:])).status_code == 204
        [image] = (await ada.http.get(f"/api/v1/projects/{project}/images")).json()["data"]
    assert image["sha256"] == hashlib.sha256(CONTENT).hexdigest()


async def test_a_file_that_came_whole_before_the_server_ended_is_taken_in_when_asked_for(
    ada: Person, project: str, runtime: Runtime
) -> None:
    url = await place(ada, project)
    partial(runtime, url).write_bytes(CONTENT)
    heads = await asyncio.gather(*(ada.http.head(url, headers=TUS) for _ in range(3)))
    assert {head.status_code for head in heads} <= {200, 423}
    assert (await ada.http.head(url, headers=TUS)).headers["upload-offset"] == str(len(CONTENT))
    assert await names(ada, project) == ["slide.tif"]


async def test_bytes_at_another_offset_are_not_taken(ada: Person, project: str) -> None:
    url = await place(ada, project)
    await send(ada, url, 0, CONTENT[:100])
    for offset in (0, 99, 101):
        assert (await send(ada, url, offset, CONTENT[100:200])).status_code == 409
    assert (await ada.http.head(url, headers=TUS)).headers["upload-offset"] == "100"


async def test_more_bytes_than_announced_are_not_taken(ada: Person, project: str) -> None:
    url = await place(ada, project, 10)
    assert (await send(ada, url, 0, b"x" * 11)).status_code == 413
    assert (await ada.http.head(url, headers=TUS)).headers["upload-offset"] == "0"


async def test_one_request_at_a_time_may_write(ada: Person, project: str, app: ASGIApp) -> None:
    url = await place(ada, project)
    has_begun, may_end = asyncio.Event(), asyncio.Event()
    headers = PIECES | {"Upload-Offset": "0", "Authorization": ada.http.headers["Authorization"]}
    sent: list[Message] = []
    pieces = [CONTENT[:1000], CONTENT[1000:]]

    async def receive() -> Message:
        if len(pieces) == 1:
            has_begun.set()
            await may_end.wait()
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def note(message: Message) -> None:
        sent.append(message)

    first = asyncio.create_task(app(http_scope("PATCH", url, headers), receive, note))
    await has_begun.wait()
    assert (await send(ada, url, 0, CONTENT)).status_code == 423
    assert (await ada.http.delete(url, headers=TUS)).status_code == 423
    may_end.set()
    await first
    assert sent[0]["status"] == 204
    assert await names(ada, project) == ["slide.tif"]


async def test_a_file_that_is_given_up_leaves_nothing(ada: Person, project: str, runtime: Runtime) -> None:
    url = await place(ada, project)
    await send(ada, url, 0, CONTENT[:1000])
    assert (await ada.http.delete(url, headers=TUS)).status_code == 204
    assert not partial(runtime, url).exists()
    for answer in (await ada.http.head(url, headers=TUS), await send(ada, url, 1000, b"x"), await ada.http.delete(url, headers=TUS)):
        assert answer.status_code == 404


async def test_an_upload_is_for_its_own_person_while_they_may_edit(ada: Person, bob: Person, project: str) -> None:
    await ada.share(project, bob, "editor")
    hers, his = await place(ada, project), await place(bob, project)
    for answer in (await bob.http.head(hers, headers=TUS), await send(bob, hers, 0, b"x"), await bob.http.delete(hers, headers=TUS)):
        assert answer.status_code == 404
    await ada.http.patch(f"/api/v1/projects/{project}/members/{bob.id}", json={"role": "viewer"})
    assert (await send(bob, his, 0, CONTENT)).status_code == 403
    assert (await begin(bob, 5, projectId=project, filename="a.tif")).status_code == 403
    await ada.http.delete(f"/api/v1/projects/{project}/members/{bob.id}")
    assert (await send(bob, his, 0, CONTENT)).status_code == 404
    assert (await begin(bob, 5, projectId=project, filename="a.tif")).status_code == 404
    assert await names(ada, project) == []


async def test_the_session_learns_what_became_of_a_large_file(ada: Person, project: str) -> None:
    drop = await Drop.begin(ada, project, ("a.tif", len(CONTENT)), ("b.tif", len(CONTENT)), ("c.tif", 5))
    for index in (0, 1):
        url = await place(ada, project, session=drop.view["id"], index=index)
        assert (await send(ada, url, 0, CONTENT)).status_code == 204
    assert await drop.states() == ["received", "duplicate", "needed"]
    [duplicate] = (await ada.http.get(drop.url, params={"state": "duplicate"})).json()["files"]
    assert duplicate["reason"] == "Already here as slide.tif."
    url = await place(ada, project, 5, session=drop.view["id"], index=2)
    assert (await begin(ada, 5, projectId=project, filename="a.tif", session=drop.view["id"], index=0)).status_code == 422
    await ada.http.delete(drop.url)
    answer = await send(ada, url, 0, b"12345")
    assert (answer.status_code, answer.json()["code"]) == (409, "uploadCancelled")
    assert (await begin(ada, 5, projectId=project, filename="a.tif", session=drop.view["id"], index=2)).status_code == 409


@pytest.mark.parametrize(
    ("length", "words", "status"),
    [
        (0, {"filename": "a.tif"}, 422),
        (2048 * MEGABYTE + 1, {"filename": "a.tif"}, 413),
        (5, {"filename": "a.exe"}, 422),
        (5, {}, 422),
        (5, {"filename": "x" * 401}, 422),
        (5, {"filename": "a\0b.tif"}, 422),
        (5, {"filename": "a.tif", "session": "none"}, 422),
        (5, {"filename": "a.tif", "session": str(uuid4()), "index": "-1"}, 422),
        (5, {"filename": "a.tif", "session": str(uuid4())}, 422),
        (5, {"filename": "a.tif", "projectId": "../../etc"}, 422),
    ],
)
async def test_a_file_that_can_never_be_taken_is_refused_before_it_is_sent(
    ada: Person, project: str, length: int, words: dict[str, str], status: int
) -> None:
    answer = await begin(ada, length, **{"projectId": project} | words)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text


async def test_headers_that_are_missing_or_wrong_are_told(ada: Person, project: str) -> None:
    url = await place(ada, project)
    for missing in ({"Upload-Metadata": "filename YQ=="}, {"Upload-Length": "5"}, {"Upload-Length": "5", "Upload-Metadata": "filename !"}):
        assert (await ada.http.post("/api/v1/uploads", headers=TUS | missing)).status_code == 422
    assert (await ada.http.patch(url, headers=TUS | {"Upload-Offset": "0"}, content=b"x")).status_code == 415
    assert (await ada.http.patch(url, headers=PIECES, content=b"x")).status_code == 422
    old = await ada.http.patch(url, headers=PIECES | {"Upload-Offset": "0", "Tus-Resumable": "0.2.2"}, content=b"x")
    assert (old.status_code, old.headers["tus-version"]) == (412, "1.0.0")
    options = await ada.http.options("/api/v1/uploads")
    assert (options.status_code, options.headers["tus-extension"]) == (204, "creation,termination,expiration")


async def test_who_may_not_send_is_told_before_sending_and_pages_of_other_sites_change_nothing(
    app: ASGIApp, ada: Person, bob: Person, project: str
) -> None:
    url = await place(ada, project)

    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 65536

    headers = PIECES | {"Upload-Offset": "0"}
    his = headers | {"Authorization": bob.http.headers["Authorization"]}
    foreign = headers | {"Authorization": ada.http.headers["Authorization"], "Origin": "https://evil.example"}
    for sent, wanted in ((headers, 401), (his, 404), (foreign, 403)):
        status, _, read = await ask(app, http_scope("PATCH", url, sent), endless())
        assert (status, read) == (wanted, 0)
