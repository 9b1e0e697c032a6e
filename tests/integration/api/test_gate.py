import json
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from cellhub_app.api.gate import Gate
from cellhub_app.core.limits import JSON_BODY_MAX_BYTES, MEGABYTE, UPLOAD_SESSION_BODY_MAX_BYTES
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.accounts import profile
from tests.integration.api.asgi import ask, http_scope, websocket
from tests.integration.api.conftest import Person

LOGIN = "/api/v1/auth/login"
JSON = {"Content-Type": "application/json"}


def _endless(size: int = 64 * 1024) -> Iterator[bytes]:
    while True:
        yield b" " * size


async def test_a_body_that_says_it_is_too_large_is_not_read(app: ASGIApp) -> None:
    headers = JSON | {"Content-Length": str(JSON_BODY_MAX_BYTES + 1)}
    status, body, read = await ask(app, http_scope("POST", LOGIN, headers), _endless())
    assert (status, json.loads(body)["code"], read) == (413, "tooLarge", 0)


async def test_a_body_in_pieces_without_a_length_is_cut_off_at_the_limit(app: ASGIApp) -> None:
    status, body, read = await ask(app, http_scope("POST", LOGIN, JSON), _endless())
    assert (status, json.loads(body)["code"]) == (413, "tooLarge")
    assert read == JSON_BODY_MAX_BYTES // (64 * 1024) + 1


async def test_a_body_at_the_limit_is_read(app: ASGIApp) -> None:
    filler = b" " * (JSON_BODY_MAX_BYTES - 2)
    status, body, _ = await ask(app, http_scope("POST", LOGIN, JSON), [b"{", filler, b"}"])
    assert (status, json.loads(body)["code"]) == (422, "invalid")


async def test_a_body_that_lies_about_its_length_is_counted(app: ASGIApp) -> None:
    status, _, _ = await ask(app, http_scope("POST", LOGIN, JSON | {"Content-Length": "10"}), _endless())
    assert status == 413


async def test_uploads_have_a_limit_of_their_own(app: ASGIApp, ada: Person, runtime: Runtime) -> None:
    project_id = await ada.project()
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Authorization": ada.http.headers["Authorization"]}
    limit = 50 * runtime.settings.max_file_bytes + MEGABYTE
    scope = http_scope("POST", f"/api/v1/projects/{project_id}/images", headers | {"Content-Length": str(limit + 1)})
    assert (await ask(app, scope, _endless()))[0] == 413
    scope = http_scope("POST", f"/api/v1/projects/{project_id}/imports", headers | {"Content-Length": str(limit + 1)})
    assert (await ask(app, scope, _endless()))[0] == 413
    resumed = {"Content-Length": str(runtime.settings.max_upload_bytes + MEGABYTE + 1)}
    assert (await ask(app, http_scope("PATCH", f"/api/v1/uploads/{project_id}", headers | resumed), _endless()))[0] == 413
    listed = {"Content-Length": str(UPLOAD_SESSION_BODY_MAX_BYTES + 1)}
    assert (await ask(app, http_scope("POST", f"/api/v1/projects/{project_id}/upload-sessions", headers | listed), _endless()))[0] == 413


@pytest.mark.parametrize("path", ["/api/v1/projects/a%0Ab", "/api/v1/%0A", "/projects/%00", "/%0D%0AX-Evil:%201"])
async def test_an_address_with_a_control_character_is_none(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "notFound")
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize("path", ["/_upload", "/_upload/", "/_upload/x.png"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
async def test_reflexs_own_upload_is_closed(path: str, method: str) -> None:
    async def inner(*_: object) -> None:
        raise AssertionError("the request went through")

    status, body, read = await ask(Gate(inner), http_scope(method, path), [b"x"])
    assert (status, json.loads(body)["code"], read) == (404, "notFound", 0)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:8000.evil.example", "http://localhost:9", ""])
async def test_a_page_of_another_site_changes_nothing(client: httpx.AsyncClient, ada: Person, origin: str) -> None:
    answer = await ada.http.post("/api/v1/projects", json={"name": "P"}, headers={"Origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "originForeign")
    assert (await ada.http.get("/api/v1/projects", headers={"Origin": origin})).json()["data"] == []


async def _echo(socket: WebSocket) -> None:
    await socket.accept()
    await socket.receive()


@pytest.mark.parametrize(
    ("origin", "let_in"), [("https://evil.example", False), ("null", False), ("http://localhost:8000", True), (None, True)]
)
async def test_a_foreign_websocket_is_refused_before_it_opens(runtime: Runtime, origin: str | None, let_in: bool) -> None:
    gate = Gate(Starlette(routes=[WebSocketRoute("/_event/", _echo)]))
    sent = await websocket(gate, "/_event/", {"Origin": origin} if origin else {})
    assert sent[0]["type"] == ("websocket.accept" if let_in else "websocket.close")


async def test_every_answer_carries_the_security_headers_and_an_id(client: httpx.AsyncClient) -> None:
    for path in ("/health/live", "/api/v1/auth/me", "/api/v1/openapi.json", "/nowhere"):
        answer = await client.get(path)
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert len(answer.headers["x-request-id"]) == 32
    assert (await client.get("/api/v1/auth/me")).headers["cache-control"] == "no-store"


async def test_json_is_compressed_and_pictures_are_not(client: httpx.AsyncClient) -> None:
    document = await client.get("/api/v1/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert document.headers["content-encoding"] == "gzip"

    async def picture(_: object) -> Response:
        return Response(b"x" * 5000, media_type="image/webp")

    scope = http_scope("GET", "/p", {"Accept-Encoding": "gzip"})
    _, body, _ = await ask(Gate(Starlette(routes=[Route("/p", picture)])), scope, [])
    assert body == b"x" * 5000


async def test_a_failure_of_ours_shows_nothing_of_the_inside() -> None:
    async def fails(_: object) -> Response:
        raise ValueError("the secret of the house")

    async def fails_midway(_: object) -> Response:
        async def pieces() -> Iterator[bytes]:  # type: ignore[misc]
            yield b"begun"
            raise ValueError("the secret of the house")

        return StreamingResponse(pieces())

    gate = Gate(Starlette(routes=[Route("/a", fails), Route("/b", fails_midway)]))
    status, body, _ = await ask(gate, http_scope("GET", "/a"), [])
    assert status == 500
    assert b"secret" not in body
    status, body, _ = await ask(gate, http_scope("GET", "/b"), [])
    assert (status, body) == (200, b"begun")


async def test_a_failure_in_the_api_is_a_problem_with_the_requests_id(
    client: httpx.AsyncClient, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise ValueError("the secret of the house")

    monkeypatch.setattr(profile, "me", fails)
    answer = await ada.http.get("/api/v1/auth/me")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["requestId"] == answer.headers["x-request-id"]
    assert "secret" not in answer.text
