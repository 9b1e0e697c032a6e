import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import col
from starlette.types import ASGIApp

from cellhub_app.core.runtime import Runtime
from cellhub_app.models.image import Image, incoming_key, storage_key
from tests.integration.api.asgi import ask, http_scope
from tests.integration.api.conftest import Person

File = tuple[str, tuple[str, bytes]]


@pytest.fixture
async def url(ada: Person) -> str:
    return f"/api/v1/projects/{await ada.project()}/images"


def _file(name: str, content: bytes) -> File:
    return "files", (name, content)


def _stored(runtime: Runtime, content: bytes) -> list[str]:
    """The ids of the images that were stored with these bytes."""
    waiting = (Path(urlsplit(runtime.settings.storage_location).path) / "incoming").iterdir()
    return [path.name for path in waiting if path.read_bytes() == content]


async def _pass_checks(runtime: Runtime, image_id: str) -> None:
    """What a worker does with a good file."""
    await runtime.storage.move(incoming_key(UUID(image_id)), storage_key(UUID(image_id), "original"))
    async with runtime.work() as session:
        await session.execute(update(Image).where(col(Image.id) == image_id).values(status="ready"))


def _leftovers() -> list[Path]:
    return list(Path(gettempdir()).glob("cellhub-upload-*"))


async def test_files_are_stored_as_they_came(ada: Person, url: str, runtime: Runtime) -> None:
    small, large = b"small", bytes(range(256)) * 12_000
    answer = await ada.http.post(url, files=[_file("a.png", small), _file("b.tif", large)])
    assert answer.status_code == 202
    images = answer.json()["accepted"]
    assert [(image["name"], image["bytes"], image["status"]) for image in images] == [
        ("a.png", 5, "uploaded"),
        ("b.tif", 3_072_000, "uploaded"),
    ]
    for image, content in zip(images, (small, large), strict=True):
        assert image["sha256"] == hashlib.sha256(content).hexdigest()
        assert await runtime.storage.get(incoming_key(image["id"])) == content
        unchecked = await ada.http.get(f"/api/v1/images/{image['id']}/file")
        assert (unchecked.status_code, unchecked.json()["code"]) == (404, "fileNotReady")
        await _pass_checks(runtime, image["id"])
        download = await ada.http.get(f"/api/v1/images/{image['id']}/file")
        assert download.content == content
        assert download.headers["content-disposition"].startswith("attachment;")
        assert "sandbox" in download.headers["content-security-policy"]
    assert _leftovers() == []


async def test_a_bad_file_is_refused_by_name_and_the_others_are_taken(
    ada: Person, url: str, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "settings", runtime.settings.model_copy(update={"max_file_mb": 2}))
    huge = bytes(2 * 1024 * 1024 + 1)
    answer = await ada.http.post(
        url, files=[_file("empty.png", b""), _file("good.png", b"x"), _file("huge.tif", huge), _file("also.png", b"y")]
    )
    assert answer.status_code == 202
    body = answer.json()
    assert [image["name"] for image in body["accepted"]] == ["good.png", "also.png"]
    assert [(refusal["name"], refusal["code"]) for refusal in body["refused"]] == [("empty.png", "empty"), ("huge.tif", "tooLarge")]
    assert all(refusal["name"] in refusal["detail"] for refusal in body["refused"])


async def test_an_upload_of_refused_files_only_is_still_answered(ada: Person, url: str) -> None:
    answer = await ada.http.post(url, files=[_file("empty.png", b"")])
    assert (answer.status_code, answer.json()["accepted"], len(answer.json()["refused"])) == (202, [], 1)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [("../../etc/passwd", "passwd"), ("C:\\images\\a.png", "a.png"), ("<script>.png", "<script>.png"), ("Ä µ 細胞.tif", "Ä µ 細胞.tif"),
     ("x" * 400 + ".png", "x" * 255), ('q"uote.png', 'q"uote.png')],
)  # fmt: skip
async def test_a_file_keeps_its_own_name_without_folders(ada: Person, url: str, sent: str, shown: str) -> None:
    answer = await ada.http.post(url, files=[_file(sent, b"x")])
    assert answer.json()["accepted"][0]["name"] == shown


MULTIPART = {"Content-Type": "multipart/form-data; boundary=x"}
CUT_OFF = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nabc'


@pytest.mark.parametrize(
    ("request_of", "status"),
    [
        ({"json": {"files": []}}, 415),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 415),
        ({"content": b"x", "headers": {"Content-Type": "image/png"}}, 415),
        ({"content": b"nonsense", "headers": MULTIPART}, 422),
        ({"content": b"--x--\r\n", "headers": MULTIPART}, 422),
        ({"content": CUT_OFF, "headers": MULTIPART}, 422),
        ({"files": [("file", ("a.png", b"x"))]}, 422),
        ({"data": {"session": "not a uuid"}, "files": [("files", ("a.png", b"x"))]}, 422),
        ({"files": [("files", (f"{number}.png", b"x")) for number in range(51)]}, 422),
    ],
    ids=["json", "no boundary", "a bare file", "no multipart", "nothing in it", "ends early", "another field", "a bad session", "51 files"],
)  # fmt: skip
async def test_a_wrong_upload_is_refused_whole(ada: Person, url: str, request_of: dict[str, object], status: int) -> None:
    answer = await ada.http.post(url, **request_of)  # type: ignore[arg-type]
    assert answer.status_code == status, answer.text
    assert (await ada.http.get(url)).json()["data"] == []
    assert _leftovers() == []


async def test_a_file_that_comes_again_after_a_lost_answer_is_taken_once(ada: Person, url: str) -> None:
    form = {"session": str(uuid4()), "index": "7"}
    first = await ada.http.post(url, data=form, files=[_file("a.png", b"x")])
    again = await ada.http.post(url, data=form, files=[_file("a.png", b"x")])
    other = await ada.http.post(url, data=form | {"index": "8"}, files=[_file("a.png", b"x")])
    assert first.json()["accepted"][0]["id"] == again.json()["accepted"][0]["id"] != other.json()["accepted"][0]["id"]
    assert len((await ada.http.get(url)).json()["data"]) == 2


def _form(*fields: tuple[str, str]) -> bytes:
    """A multipart body of these fields in this order; the name of a file is its content, too."""
    parts = []
    for name, value in fields:
        file = f'; filename="{value}"' if name == "files" else ""
        parts.append(f'--x\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{value}\r\n')
    return "".join([*parts, "--x--\r\n"]).encode()


@pytest.mark.parametrize("order", ["iaib", "aibi", "iiab", "abii"])
async def test_each_file_has_the_index_of_its_turn_wherever_the_fields_stand(ada: Person, url: str, order: str) -> None:
    session = str(uuid4())
    numbers, names = iter(("3", "4")), {"a": "a.png", "b": "b.png"}
    fields = [("index", next(numbers)) if each == "i" else ("files", names[each]) for each in order]
    answer = await ada.http.post(url, content=_form(*fields, ("session", session)), headers=MULTIPART)
    assert [image["name"] for image in answer.json()["accepted"]] == ["a.png", "b.png"]
    first, second = answer.json()["accepted"]
    for index, image in (("4", second), ("3", first)):
        again = await ada.http.post(url, content=_form(("session", session), ("index", index), ("files", image["name"])), headers=MULTIPART)
        assert [each["id"] for each in again.json()["accepted"]] == [image["id"]]


async def test_a_file_that_comes_many_times_at_once_is_taken_once(ada: Person, url: str, runtime: Runtime) -> None:
    form = {"session": str(uuid4()), "index": "7"}
    answers = await asyncio.gather(*(ada.http.post(url, data=form, files=[_file("a.png", b"taken once")]) for _ in range(6)))
    assert [answer.status_code for answer in answers] == [202] * 6, [answer.text for answer in answers]
    [image] = (await ada.http.get(url)).json()["data"]
    assert {answer.json()["accepted"][0]["id"] for answer in answers} == {image["id"]}
    assert _stored(runtime, b"taken once") == [image["id"]]


async def test_who_may_not_upload_is_told_before_sending(app: ASGIApp, ada: Person, bob: Person) -> None:
    project_id = await ada.project()
    await ada.share(project_id, bob, "viewer")

    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 65536

    for person, wanted in ((bob, 403), (None, 401)):
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        headers |= {"Authorization": person.http.headers["Authorization"]} if person else {}
        status, _, read = await ask(app, http_scope("POST", f"/api/v1/projects/{project_id}/images", headers), endless())
        assert (status, read) == (wanted, 0)


async def test_many_uploads_at_once_lose_no_file(ada: Person, url: str) -> None:
    answers = await asyncio.gather(
        *(ada.http.post(url, files=[_file(f"{part}-{n}.png", b"x" * n) for n in range(1, 11)]) for part in range(6))
    )
    assert {answer.status_code for answer in answers} == {202}
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query: dict[str, str | int] = {"limit": 17} | ({"cursor": cursor} if cursor else {})
        page = (await ada.http.get(url, params=query)).json()
        seen += [image["name"] for image in page["data"]]
        cursor = page["nextCursor"]
        if not page["hasMore"]:
            break
    assert sorted(seen) == sorted(f"{part}-{n}.png" for part in range(6) for n in range(1, 11))


async def test_an_image_that_is_not_read_yet_has_no_pictures(ada: Person, url: str) -> None:
    image = (await ada.http.post(url, files=[_file("a.png", b"x")])).json()["accepted"][0]
    for part in ("thumbnail", "display", "overlay"):
        answer = await ada.http.get(f"/api/v1/images/{image['id']}/{part}")
        assert (answer.status_code, answer.json()["code"], answer.headers["cache-control"]) == (404, "pictureNotReady", "no-store")


async def test_a_deleted_image_is_gone_with_its_bytes_and_its_jobs(ada: Person, url: str) -> None:
    image_id = (await ada.http.post(url, files=[_file("a.png", b"x")])).json()["accepted"][0]["id"]
    project = url.removesuffix("/images")
    batch = (await ada.http.post(f"{project}/segmentations", json={"imageIds": "all", "model": "classical"})).json()
    assert (await ada.http.delete(f"/api/v1/images/{image_id}")).status_code == 204
    for part in ("", "/file", "/polygons", "/measurements", "/revisions"):
        assert (await ada.http.get(f"/api/v1/images/{image_id}{part}")).status_code == 404
    assert (await ada.http.get(f"/api/v1/batches/{batch['id']}")).json()["counts"]["cancelled"] == 1


async def test_pages_of_images_lose_and_double_nothing_while_images_come(ada: Person, url: str) -> None:
    names = [f"{number:02}.png" for number in range(25)]
    await ada.http.post(url, files=[_file(name, b"x") for name in names])
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": "10"} | ({"cursor": cursor} if cursor else {})
        page: dict[str, object] = (await ada.http.get(url, params=params)).json()
        await ada.http.post(url, files=[_file("new.png", b"x")])
        seen += [image["name"] for image in page["data"]]  # type: ignore[attr-defined]
        cursor = page["nextCursor"]  # type: ignore[assignment]
        if cursor is None:
            break
    assert sorted(seen) == names


async def test_a_picture_is_sent_once_and_then_remembered(ada: Person, url: str, runtime: Runtime) -> None:
    image_id = (await ada.http.post(url, files=[_file("a.png", b"x")])).json()["accepted"][0]["id"]
    await runtime.storage.put(storage_key(image_id, "thumbnail.webp"), b"RIFF")
    async with runtime.work() as session:
        await session.execute(update(Image).where(col(Image.id) == image_id).values(status="ready"))
    first: httpx.Response = await ada.http.get(f"/api/v1/images/{image_id}/thumbnail")
    assert (first.content, first.headers["content-type"]) == (b"RIFF", "image/webp")
    assert first.headers["cache-control"] == "private, max-age=31536000, immutable"
    again = await ada.http.get(f"/api/v1/images/{image_id}/thumbnail", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
