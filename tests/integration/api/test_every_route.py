"""What holds for every route of the API, read from its own OpenAPI document; who may pass which is in tests/integration/doors."""

import base64
import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from cellhub_app.api import limits
from cellhub_app.api.app import PREFIX, create_api
from cellhub_app.core.ids import now
from cellhub_app.core.runtime import Runtime
from cellhub_app.models.team import TeamMember, TeamRole
from tests.fixtures import rows
from tests.integration.api.conftest import Person
from tests.integration.doors.requests import BODIES, QUERIES, with_ids

MODELS = ["classical", "unet"]
COSTLY = {"/images/{image_id}/preview"}
WITHOUT_PRINCIPAL = {
    ("post", "/auth/register"),
    ("post", "/auth/login"),
    ("post", "/auth/refresh"),
    ("post", "/auth/session"),
    ("delete", "/auth/session"),
    ("post", "/auth/session/end"),
    ("post", "/auth/session/code"),
    ("post", "/auth/request-password-reset"),
    ("post", "/auth/reset-password"),
    ("post", "/auth/verify-email"),
    ("post", "/shared"),
}
OF_ONESELF = ("/admin", "/auth", "/invitations", "/shared")
TUS = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
OPENAPI = create_api().openapi()


def _operations() -> Iterator[tuple[str, str]]:
    for path, item in OPENAPI["paths"].items():
        for method in item.keys() & {"get", "post", "put", "patch", "delete"}:
            yield method, path


OPERATIONS = sorted(_operations(), key=lambda operation: operation[::-1])
WITH_PRINCIPAL = [operation for operation in OPERATIONS if operation not in WITHOUT_PRINCIPAL]
WITH_ID = [(method, path) for method, path in WITH_PRINCIPAL if "{" in path and not path.startswith(OF_ONESELF)]


async def _ask(http: httpx.AsyncClient, method: str, path: str, ids: dict[str, str]) -> httpx.Response:
    url = PREFIX + re.sub(r"{(\w+)}", lambda match: ids[match[1]], path)
    if method == "post" and path in {"/projects/{project_id}/images", "/projects/{project_id}/imports"}:
        return await http.post(url, files=[("files", ("a.png", b"x"))])
    query, headers = QUERIES.get(f"{method} {path}"), TUS if "/uploads" in path else None
    return await http.request(method, url, params=query, json=with_ids(BODIES.get(f"{method} {path}"), ids), headers=headers)


def _fresh_ids() -> dict[str, str]:
    names = (
        "project_id",
        "user_id",
        "image_id",
        "batch_id",
        "job_id",
        "export_id",
        "import_id",
        "session_id",
        "upload_id",
        "sign_in_id",
        "invitation_id",
        "face_off_id",
        "trial_id",
        "team_id",
        "other_team_id",
        "team_invitation_id",
        "link_id",
        "object_id",
        "tab_id",
        "change_id",
    )
    return {name: str(uuid4()) for name in names} | {"revision": "1", "level": "0", "x": "0", "y": "0", "part": "display"}


def test_the_list_of_open_routes_names_no_route_that_is_gone() -> None:
    assert set(OPERATIONS) >= WITHOUT_PRINCIPAL
    assert {f"{method} {path}" for method, path in OPERATIONS} >= BODIES.keys() | QUERIES.keys()


def test_nothing_answers_outside_the_document_but_the_document_itself() -> None:
    outside = [getattr(route, "path", "") for route in create_api().routes if not getattr(route, "include_in_schema", True)]
    assert sorted(outside) == ["/docs", "/openapi.json"]


async def test_what_does_not_exist_is_not_found(ada: Person) -> None:
    for method, path in WITH_ID:
        answer = await _ask(ada.http, method, path, _fresh_ids())
        assert answer.status_code == 404, (method, path, answer.text)


async def test_an_id_that_is_none_is_no_failure_of_ours(ada: Person) -> None:
    for method, path in WITH_ID:
        for word in ("1", "..%2F..%2Fetc%2Fpasswd", "'%20or%201=1--", "%00"):
            ids = dict.fromkeys(_fresh_ids(), word)
            assert (await _ask(ada.http, method, path, ids)).status_code in {404, 405, 422}, (method, path, word)


@pytest.fixture
async def owned(ada: Person, runtime: Runtime) -> dict[str, str]:
    """Ids of things that belong to Ada."""
    project_id = await ada.project()
    [image_id] = await ada.upload(project_id, "a.png")
    batch = (await ada.http.post(f"/api/v1/projects/{project_id}/segmentations", json={"imageIds": "all", "model": "classical"})).json()
    words = {"projectId": project_id, "filename": "c.png"}
    metadata = ",".join(f"{name} {base64.b64encode(word.encode()).decode()}" for name, word in words.items())
    large = await ada.http.post("/api/v1/uploads", headers={**TUS, "Upload-Length": "9", "Upload-Metadata": metadata})
    drop = (await ada.http.post(f"/api/v1/projects/{project_id}/upload-sessions", json={"files": [{"name": "b.png", "size": 1}]})).json()
    export = (await ada.http.post(f"/api/v1/projects/{project_id}/exports", json={"formats": ["coco"], "imageIds": "all"})).json()
    brought = (await ada.http.post(f"/api/v1/projects/{project_id}/imports", files=[("files", ("a.json", b"{}"))])).json()
    asked = (await ada.http.post(f"/api/v1/projects/{project_id}/invitations", json={"email": "x@example.org", "role": "viewer"})).json()
    team = (await ada.http.post("/api/v1/teams", json={"name": "T"})).json()
    await ada.http.post(f"/api/v1/projects/{project_id}/teams", json={"teamId": team["id"], "role": "viewer"})
    asked_into_team = (await ada.http.post(f"/api/v1/teams/{team['id']}/members", json={"email": "x@example.org"})).json()
    share = {"expiresAt": (now() + timedelta(days=7)).isoformat()}
    link = (await ada.http.post(f"/api/v1/projects/{project_id}/share-links", json=share)).json()
    image = (await ada.http.get(f"/api/v1/images/{image_id}")).json()
    async with runtime.work() as session:
        [ready] = await rows.images(session, UUID(project_id), ["ready.png"])
    trial = (await ada.http.post(f"/api/v1/projects/{project_id}/face-offs", json={"imageIds": [str(ready)], "models": MODELS})).json()
    return {
        "project_id": project_id,
        "user_id": str(ada.id),
        "image_id": image_id,
        "batch_id": batch["id"],
        "job_id": image["segmentation"]["jobId"],
        "export_id": export["id"],
        "import_id": brought["id"],
        "session_id": drop["id"],
        "invitation_id": asked["id"],
        "upload_id": large.headers["location"].rpartition("/")[2],
        "face_off_id": trial["id"],
        "trial_id": trial["trials"][0]["id"],
        "team_id": team["id"],
        "team_invitation_id": asked_into_team["id"],
        "link_id": link["id"],
        **{name: str(uuid4()) for name in ("object_id", "tab_id", "change_id", "other_team_id")},
        **{"revision": "1", "level": "0", "x": "0", "y": "0", "part": "display"},
    }


async def test_strangers_never_learn_that_something_exists(owned: dict[str, str], bob: Person) -> None:
    for method, path in WITH_ID:
        answer = await _ask(bob.http, method, path, owned)
        assert answer.status_code == 404, (method, path, answer.text)
        unknown = await _ask(bob.http, method, path, _fresh_ids())
        assert answer.json()["detail"] == unknown.json()["detail"], (method, path)


@pytest.mark.parametrize("role", ["viewer", "annotator"])
async def test_viewers_and_annotators_change_nothing_but_polygons(
    owned: dict[str, str], ada: Person, bob: Person, role: str, runtime: Runtime
) -> None:
    await ada.share(owned["project_id"], bob, role)
    async with runtime.work() as session:
        session.add(TeamMember(team_id=UUID(owned["team_id"]), user_id=bob.id, role=TeamRole.MEMBER))
    for method, path in WITH_ID:
        if method == "get" or path.endswith(("/exports", "/again")) or "/members/{user_id}" in path or "/people/" in path:
            continue
        answer = await _ask(bob.http, method, path, owned)
        if "{session_id}" in path or "{upload_id}" in path:
            assert answer.status_code in {403, 404}
            continue
        may = role == "annotator" and (
            "/polygons" in path or "/revisions/" in path or "/results/changes" in path or path.endswith("/imports")
        )
        assert (answer.status_code != 403) is may, (method, path, answer.text)


async def test_a_member_who_is_removed_is_a_stranger_at_once(owned: dict[str, str], ada: Person, bob: Person) -> None:
    await ada.share(owned["project_id"], bob, "editor")
    assert (await bob.http.get(f"/api/v1/images/{owned['image_id']}")).status_code == 200
    await ada.http.delete(f"/api/v1/projects/{owned['project_id']}/members/{bob.id}")
    for method, path in WITH_ID:
        assert (await _ask(bob.http, method, path, owned)).status_code == 404, (method, path)


async def test_the_document_and_its_page_ask_no_other_host(client: httpx.AsyncClient) -> None:
    document = (await client.get(f"{PREFIX}/openapi.json")).json()
    page = await client.get(f"{PREFIX}/docs")
    assert document["servers"] == [{"url": PREFIX}]
    assert "<script" not in page.text
    assert not re.findall(r'(?:src|href)="(?!/)', page.text)
    for path in document["paths"]:
        assert f"{PREFIX}{path}" in page.text


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [OPENAPI["paths"][path][method]["operationId"] for method, path in OPERATIONS]
    assert len(set(names)) == len(names)
    assert limits.SHARES.keys() <= set(names)


def test_every_operation_explains_itself_in_camel_case() -> None:
    for method, path in OPERATIONS:
        assert OPENAPI["paths"][path][method].get("description"), (method, path)
        for parameter in OPENAPI["paths"][path][method].get("parameters", []):
            assert parameter["in"] == "path" or "_" not in parameter["name"], (path, parameter["name"])
    for name, schema in OPENAPI["components"]["schemas"].items():
        assert all("_" not in field for field in schema.get("properties", {})), name
