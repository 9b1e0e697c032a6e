"""Calling routes over HTTP, each with a body that would do something."""

import base64
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from cellhub_app.api.app import PREFIX, create_api
from cellhub_app.core.ids import now
from tests.integration.doors.world import Caller, World

NO_PASSWORD = {"password": "not the password"}
BODIES: dict[str, Any] = {
    "post /auth/register": {"email": "new@example.org", "password": "short"},
    "post /auth/login": {"email": "nobody@example.org", **NO_PASSWORD},
    "post /auth/refresh": {"refreshToken": "x"},
    "post /auth/session": {"email": "nobody@example.org", **NO_PASSWORD},
    "post /auth/session/end": {},
    "post /auth/request-password-reset": {"email": "nobody@example.org"},
    "post /auth/reset-password": {"token": "x", "password": "x"},
    "post /auth/verify-email": {"token": "x"},
    "patch /auth/me": {"name": "Other"},
    "post /auth/me/email": {"email": "other@example.org", **NO_PASSWORD},
    "post /auth/me/password": {"newPassword": "x", **NO_PASSWORD},
    "post /auth/me/close": NO_PASSWORD,
    "post /auth/session/code": {"code": "123456"},
    "post /auth/second-factor": NO_PASSWORD,
    "post /auth/second-factor/on": {"code": "123456"},
    "post /auth/second-factor/off": NO_PASSWORD,
    "post /auth/tokens": {"name": "x", "scopes": ["read"]},
    "patch /admin/users/{user_id}": {"role": "operator"},
    "post /projects": {"name": "New"},
    "patch /projects/{project_id}": {"name": "Other"},
    "patch /projects/{project_id}/members/{user_id}": {"role": "owner"},
    "post /projects/{project_id}/members": {"email": "eve@example.org", "role": "owner"},
    "post /projects/{project_id}/invitations": {"email": "eve@example.org", "role": "owner"},
    "post /projects/{project_id}/transfer": {"userId": "user_id"},
    "post /teams": {"name": "New"},
    "patch /teams/{team_id}": {"name": "Other"},
    "post /teams/{team_id}/members": {"email": "eve@example.org", "role": "manager"},
    "patch /teams/{team_id}/members/{user_id}": {"role": "manager"},
    "post /projects/{project_id}/teams": {"teamId": "other_team_id", "role": "editor"},
    "patch /projects/{project_id}/teams/{team_id}": {"role": "annotator"},
    "post /projects/{project_id}/upload-sessions": {"files": [{"name": "b.png", "size": 1}]},
    "post /projects/{project_id}/segmentations": {"imageIds": "all", "model": "classical"},
    "post /projects/{project_id}/exports": {"formats": ["coco"], "imageIds": "all"},
    "post /projects/{project_id}/face-offs": {"imageIds": ["image_id"], "models": ["classical", "unet"]},
    "post /projects/{project_id}/conditions/preview": {"template": "{plate}_{well}"},
    "put /projects/{project_id}/conditions": {"template": "{plate}_{well}"},
    "post /projects/{project_id}/share-links": {"expiresAt": (now() + timedelta(days=7)).isoformat()},
    "post /shared": {"token": "x"},
    "post /face-offs/{face_off_id}/choice": {"model": "classical"},
    "post /invitations/accept": {"token": "x"},
    "patch /images/{image_id}": {"name": "other.png"},
    "put /images/{image_id}/people/{tab_id}": {"objectId": "object_id", "isEditing": True},
    "post /projects/{project_id}/results/tags": {"tag": "late", "objects": {}},
    "post /projects/{project_id}/results/changes": {"what": "delete", "objects": {"where": ["area_px2:1e9.."]}},
    "patch /images/{image_id}/polygons": {"editId": str(uuid4()), "baseRevision": 1},
}
QUERIES: dict[str, Any] = {
    "get /images/{image_id}/preview": {"model": "classical"},
    "get /images/{image_id}/revisions/diff": {"from": 0, "to": 1},
    **{f"get /projects/{{project_id}}/results/{part}": {"measure": "area_px2"} for part in ("histogram", "groups", "course", "comparison")},
    "get /projects/{project_id}/results/scatter": {"x": "area_px2", "y": "circularity"},
}
TUS = {"Tus-Resumable": "1.0.0"}


def every_route() -> list[str]:
    """Each operation of the API, as `method /path`."""
    methods = {"get", "post", "put", "patch", "delete"}
    paths = create_api().openapi()["paths"]
    return sorted(f"{method} {path}" for path, item in paths.items() for method in item.keys() & methods)


async def ask(http: httpx.AsyncClient, world: World, caller: Caller, route: str) -> httpx.Response:
    """What the caller is answered."""
    return await ask_with(http, world, world.bearers[caller], route, world.cookie_of(caller))


async def ask_with(http: httpx.AsyncClient, world: World, token: str, route: str, cookie: str = "") -> httpx.Response:
    """What is answered to who holds the token."""
    method, path = route.split(" ", 1)
    url = PREFIX + re.sub(r"{(\w+)}", lambda match: world.ids[match[1]], path)
    headers = ({"Authorization": f"Bearer {token}"} if token else {}) | ({"Cookie": cookie} if cookie else {})
    if route in {"post /projects/{project_id}/images", "post /projects/{project_id}/imports"}:
        return await http.post(url, files=[("files", ("n.png", uuid4().bytes))], headers=headers)
    if path.startswith("/uploads"):
        return await http.request(method, url, content=b"", headers=headers | _tus(world))
    query = QUERIES.get(route, {})
    return await http.request(method, url, params=query, json=with_ids(BODIES.get(route), world.ids), headers=headers)


def with_ids(body: Any, ids: Mapping[str, str]) -> Any:
    """The body with ids in the place of their names."""
    if isinstance(body, dict):
        return {key: with_ids(value, ids) for key, value in body.items()}
    if isinstance(body, list):
        return [with_ids(one, ids) for one in body]
    return ids.get(body, body) if isinstance(body, str) else body


def _tus(world: World) -> dict[str, str]:
    words = {"projectId": world.ids["project_id"], "filename": "d.png"}
    metadata = ",".join(f"{name} {base64.b64encode(word.encode()).decode()}" for name, word in words.items())
    piece = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    return TUS | piece | {"Upload-Length": "9", "Upload-Metadata": metadata}
