"""The API's application: `create_app()` is mounted in front of the pages, and `Gate` goes around both."""

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount

from cellhub_app.api import docs, health, problems
from cellhub_app.api.deps import describe_signing_in
from cellhub_app.api.shortcut import short_routes
from cellhub_app.api.v1 import (
    account,
    admin,
    auth,
    conditions,
    events,
    exports,
    images,
    imports,
    invitations,
    letters,
    members,
    methods,
    pictures,
    polygons,
    presence,
    projects,
    queue,
    results,
    revisions,
    segmentations,
    share_links,
    shared,
    team_shares,
    teams,
    tiles,
    trials,
    uploads,
    uploads_resumable,
)

PREFIX = "/api/v1"
OFTEN = (images.list_images, pictures.thumbnail, polygons.get_polygons)
DESCRIPTION = "Upload images, segment them, read polygons and measurements, export. Errors are application/problem+json (RFC 9457)."
ROUTERS = (
    auth.router,
    letters.router,
    account.router,
    projects.router,
    members.router,
    invitations.router,
    teams.router,
    team_shares.router,
    share_links.router,
    shared.router,
    images.router,
    uploads.router,
    uploads_resumable.router,
    pictures.router,
    tiles.router,
    segmentations.router,
    trials.router,
    queue.router,
    polygons.router,
    revisions.router,
    results.router,
    presence.router,
    conditions.router,
    methods.router,
    exports.router,
    imports.router,
    events.router,
    admin.router,
)


class Api(FastAPI):
    """The API with its problems described."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        is_new = self.openapi_schema is None
        document = super().openapi()
        if is_new:
            problems.describe(document)
            describe_signing_in(document)
        return document


def create_api() -> FastAPI:
    """Version 1 of the API, to be mounted at PREFIX."""
    api = Api(
        title="CellHub",
        version=version("cellhub"),
        description=DESCRIPTION,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        servers=[{"url": PREFIX}],
        root_path_in_servers=False,
        redirect_slashes=False,
        responses=problems.RESPONSES,
        generate_unique_id_function=lambda route: route.name,
    )
    api.router.routes += short_routes(ROUTERS, OFTEN)
    for router in ROUTERS:
        api.include_router(router)
    problems.install(api)

    async def show_docs(_request: Request) -> Response:
        return HTMLResponse(docs.render(api.openapi(), PREFIX, f"{PREFIX}/openapi.json"))

    api.add_route("/docs", show_docs, include_in_schema=False)
    return api


def create_app() -> Starlette:
    """The API and the health checks; what they do not know goes on to whatever is mounted after them."""
    return Starlette(routes=[*health.ROUTES, Mount(PREFIX, app=create_api())])
