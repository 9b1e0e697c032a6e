import asyncio

import httpx
import pytest

from cellhub_app.core import db
from tests.integration.api.conftest import Person

KEYS = {"type", "title", "status", "detail", "code", "requestId"}


async def test_every_refusal_has_the_same_shape(client: httpx.AsyncClient, ada: Person) -> None:
    project_id = await ada.project()
    refusals = {
        401: await client.get("/api/v1/projects"),
        403: await ada.http.get("/api/v1/admin/activity"),
        404: await ada.http.get("/api/v1/nowhere"),
        405: await ada.http.put("/api/v1/projects"),
        409: await ada.http.delete(f"/api/v1/projects/{project_id}/members/{ada.id}"),
        415: await ada.http.post(f"/api/v1/projects/{project_id}/images", json={}),
        422: await ada.http.post("/api/v1/projects", json={"name": ""}),
    }
    for status, answer in refusals.items():
        problem = answer.json()
        assert (answer.status_code, problem["status"]) == (status, status)
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem.keys() >= KEYS
        assert problem["requestId"] == answer.headers["x-request-id"]
        assert problem["type"].endswith(problem["code"])
        assert answer.headers["cache-control"] == "no-store"
    assert refusals[422].json()["errors"] == [
        {"field": "body.name", "detail": "String should have at least 1 character", "code": "string_too_short"}
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [(b"{", "body.1"), (b"[]", "body"), (b"null", "body"), (b'{"name": 5}', "body.name"),
     (b'{"name": "x", "sampleKind": "cats"}', "body.sampleKind"),
     (b'{"name": "x", "pixelSizeUm": -1}', "body.pixelSizeUm"), (b'{"name": "x", "pixelSizeUm": 1e999}', "body.pixelSizeUm")],
)  # fmt: skip
async def test_a_wrong_body_names_the_field(ada: Person, body: bytes, field: str) -> None:
    answer = await ada.http.post("/api/v1/projects", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense", None])
async def test_a_body_that_is_not_called_json_is_of_the_wrong_kind(ada: Person, kind: str | None) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    answer = await ada.http.post("/api/v1/projects", content=b'{"name": "x"}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "wrongMediaType")
    empty = await ada.http.post("/api/v1/projects", headers=headers)
    assert (empty.status_code, empty.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/vnd.api+json"])
async def test_json_has_more_than_one_name(ada: Person, kind: str) -> None:
    assert (await ada.http.post("/api/v1/projects", content=b'{"name": "x"}', headers={"Content-Type": kind})).status_code == 201


async def test_a_password_that_was_sent_is_not_repeated(client: httpx.AsyncClient) -> None:
    secret = "hunter2" * 60
    answer = await client.post("/api/v1/auth/login", json={"email": "ada@example.org", "password": secret})
    assert answer.status_code == 422
    assert "hunter2" not in answer.text


async def test_text_that_cannot_be_stored_is_the_callers_mistake(ada: Person) -> None:
    answer = await ada.http.post("/api/v1/projects", json={"name": "a\x00b"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "cursor=nonsense", "cursor=%F0%9F%98%80", "sort=size", "minObjects=-1", "status=lost"]
)
async def test_a_wrong_query_is_refused(ada: Person, query: str) -> None:
    project_id = await ada.project()
    answer = await ada.http.get(f"/api/v1/projects/{project_id}/images?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_unknown_models_and_empty_selections_are_refused(ada: Person) -> None:
    project_id = await ada.project()
    await ada.upload(project_id, "a.png")
    url = f"/api/v1/projects/{project_id}/segmentations"
    codes = [
        (await ada.http.post(url, json={"imageIds": ids, "model": model})).json()["code"]
        for ids, model in (("all", "yolo"), ([], "classical"), (["not-an-id"], "classical"), ("some", "classical"))
    ]
    assert codes == ["modelUnknown", "selectionEmpty", "invalid", "invalid"]
    empty = await ada.http.post(f"/api/v1/projects/{await ada.project()}/segmentations", json={"imageIds": "all", "model": "classical"})
    problem = empty.json()
    assert (empty.status_code, problem["code"]) == (422, "selectionEmpty")
    assert problem["errors"] == [{"field": "", "detail": problem["detail"], "code": "selectionEmpty"}]


@pytest.mark.parametrize("frames", ["last", -1, [-1], [2**31], ["a"], [], {}])
async def test_planes_that_are_none_are_refused(ada: Person, frames: object) -> None:
    project_id = await ada.project()
    await ada.upload(project_id, "a.png")
    body = {"imageIds": "all", "model": "classical", "frames": frames}
    answer = await ada.http.post(f"/api/v1/projects/{project_id}/segmentations", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_images_of_another_project_are_not_segmented(ada: Person, bob: Person) -> None:
    [foreign] = await bob.upload(await bob.project(), "secret.png")
    url = f"/api/v1/projects/{await ada.project()}/segmentations"
    answer = await ada.http.post(url, json={"imageIds": [foreign], "model": "classical"})
    assert answer.status_code == 422


async def test_a_database_that_is_away_is_told_plainly(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    await db.close_db()
    broken = db.make_engine("postgresql://nobody@127.0.0.1:1/nothing")
    monkeypatch.setattr(db, "make_engine", lambda *_, **__: broken)
    async with asyncio.timeout(30):
        answer = await ada.http.get("/api/v1/projects")
    ready = await ada.http.get("/health/ready")
    await db.close_db()
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "unavailable", "5")
    assert (ready.status_code, ready.json()["parts"]["database"]) == (503, "does not answer")


async def test_text_that_cannot_be_stored_is_refused_and_no_failure_of_ours(ada: Person) -> None:
    project_id = await ada.project()
    answers = [
        await ada.http.post("/api/v1/projects", json={"name": "a\x00b"}),
        await ada.http.patch("/api/v1/auth/me", json={"name": "\x00"}),
        await ada.http.get("/api/v1/projects", params={"q": "\x00"}),
        await ada.http.get(f"/api/v1/projects/{project_id}/images", params={"q": "\x00abc"}),
        await ada.http.post(f"/api/v1/projects/{project_id}/invitations", json={"email": "a\x00@b.de", "role": "viewer"}),
    ]
    assert [answer.status_code for answer in answers] == [422, 200, 422, 422, 422]
