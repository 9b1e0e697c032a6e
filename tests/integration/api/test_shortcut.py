"""The shorter way to a route answers as FastAPI's own way does."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY
from starlette.applications import Starlette
from starlette.routing import Mount

from cellhub_app.api.app import OFTEN, PREFIX, ROUTERS, create_api
from cellhub_app.api.gate import Gate
from cellhub_app.api.shortcut import ShortRoute, short_routes
from cellhub_app.api.v1 import images
from cellhub_app.core.runtime import Runtime
from tests.integration.api.conftest import Person

QUERIES = (
    "", "?limit=1", "?limit=0", "?limit=201", "?limit=many", "?cursor=nonsense", "?sort=size", "?minObjects=-1&maxObjects=x",
    "?min_objects=-1", "?status=done&q=a&tag=b", "?limit=1&limit=2", "?unknown=1", "?q=", f"?q={'x' * 300}", "?q=%00",
)  # fmt: skip


def the_long_way() -> FastAPI:
    api = create_api()
    short = [route for route in api.router.routes if isinstance(route, ShortRoute)]
    assert len(short) == len(OFTEN)
    for route in short:
        api.router.routes.remove(route)
    return api


@pytest.fixture
async def long_way(runtime: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    app = Gate(Starlette(routes=[Mount(PREFIX, app=the_long_way())]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=runtime.settings.base_url) as client:
        yield client


def told(answer: httpx.Response) -> tuple[object, ...]:
    is_json = answer.headers.get("content-type", "").endswith("json")
    body = answer.json() if is_json and answer.content else answer.content
    if isinstance(body, dict):
        body.pop("requestId", None)
    kept = ("content-type", "cache-control", "www-authenticate", "allow", "etag")
    return answer.status_code, body, *(answer.headers.get(name) for name in kept)


async def test_both_ways_answer_alike(ada: Person, long_way: httpx.AsyncClient) -> None:
    project = await ada.project()
    (image, *_) = await ada.upload(project, "a.png", "b.png", "c.png")
    paths = [f"/projects/{project}/images{query}" for query in QUERIES]
    paths += [f"/projects/{uuid4()}/images", "/projects/nonsense/images", "/projects/nonsense/images?limit=0"]
    paths += [f"/images/{image}/thumbnail", f"/images/{uuid4()}/thumbnail", "/images/x/thumbnail"]
    paths += [f"/images/{image}/polygons{query}" for query in ("", "?format=binary", "?frame=1", "?frame=-1", "?revision=0", "?revision=9")]
    paths += [f"/images/{image}/polygons?format=svg&revision=x", f"/images/{uuid4()}/polygons", "/images/x/polygons"]
    for path in paths:
        for headers in ({"Authorization": ada.http.headers["Authorization"]}, {}, {"Authorization": "Basic x"}):
            short = await ada.http.get(PREFIX + path, headers={"Authorization": "", **headers})
            assert told(short) == told(await long_way.get(PREFIX + path, headers={"Authorization": "", **headers})), (path, headers)


async def test_other_methods_go_the_long_way(ada: Person, long_way: httpx.AsyncClient) -> None:
    path = f"{PREFIX}/projects/{await ada.project()}/images"
    for method in ("HEAD", "DELETE", "PUT"):
        long = await long_way.request(method, path, headers={"Authorization": ada.http.headers["Authorization"]})
        assert told(await ada.http.request(method, path)) == told(long)
    assert (await ada.http.post(path, files=[("files", ("a.png", b"x"))])).status_code == 202


async def test_it_is_counted_under_the_name_of_its_route(ada: Person) -> None:
    labels = {"method": "GET", "route": PREFIX + "/projects/{project_id}/images", "status": "200"}
    before = REGISTRY.get_sample_value("cellhub_http_request_seconds_count", labels) or 0
    (await ada.http.get(f"{PREFIX}/projects/{await ada.project()}/images")).raise_for_status()
    assert REGISTRY.get_sample_value("cellhub_http_request_seconds_count", labels) == before + 1


def test_what_asks_for_more_than_fits_has_no_shorter_way() -> None:
    with pytest.raises(TypeError, match="session"):
        short_routes(ROUTERS, (images.get_image,))
