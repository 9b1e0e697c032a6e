"""What visitors with a share link may ask for: opening the link, and looking at its one project. All else refuses them.

The routes below `/shared/{linkId}` are spelled like those of members, so that pages use both alike. Nothing here may be kept without
asking again, not even in the visitor's own browser: a link can be revoked.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from cellhub_app.api.deps import Client, Look, Services, limit_sign_ins
from cellhub_app.api.downloads import ASK_FIRST, long_json, stored
from cellhub_app.api.forms import FORM_ANSWER, described, go_to, read_fields
from cellhub_app.api.paging import page_answer
from cellhub_app.api.v1.images import ImageQuery
from cellhub_app.api.v1.pictures import PICTURE, WEBP, ready
from cellhub_app.api.v1.polygons import POLYGONS, Frame, PolygonsQuery, polygons_answer
from cellhub_app.api.v1.tiles import PYRAMID, TILES, Number, PlaneQuery, TileQuery, pyramid_answer, tile_answer
from cellhub_app.core.errors import CellHubError
from cellhub_app.core.ratelimit import check_rate
from cellhub_app.core.reading import read
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Visitor
from cellhub_app.domain.activity import service as activity
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.annotations import measurements
from cellhub_app.domain.annotations.schemas import ImageMeasurements
from cellhub_app.domain.images import service as images
from cellhub_app.domain.images.schemas import ImageView
from cellhub_app.domain.schema import PageView
from cellhub_app.domain.shares import service as shares
from cellhub_app.domain.shares.schemas import OpenedLink, OpeningLink, SharedProject
from cellhub_app.models.image import storage_key

router = APIRouter(tags=["sharing"])
OF_LINK = "/shared/{link_id}"
# The cookie goes only to what lets visitors in: these routes, and the websocket of their pages.
_SOCKET = "/_event"


async def media_visitor(link_id: UUID, request: Request) -> Visitor:
    """Whoever opened the link in the address with this browser; the link's row is read for every request. Raises ShareLinkClosed."""
    return await shares.visitor(read, link_id, request.cookies.get(shares.cookie_name(link_id), ""))


async def visitor(services: Services, who: Client, found: Annotated[Visitor, Depends(media_visitor)]) -> Visitor:
    """The same, counted against the limit of requests; pictures are not. Raises ShareLinkClosed, TooManyRequests."""
    await check_rate(services.redis, "shared", f"{found.link_id}:{who.ip}", services.settings.requests_per_minute)
    return found


Visiting = Annotated[Visitor, Depends(visitor)]
MediaVisiting = Annotated[Visitor, Depends(media_visitor)]


@router.post("/shared", response_model=OpenedLink, openapi_extra=described(OpeningLink), responses=FORM_ANSWER)
async def open_share_link(request: Request, services: Services, who: Client) -> OpenedLink | Response:
    """Exchange a link's secret, and its password if it has one, for a cookie. A form goes on to the project, or back to ask again."""
    fields = await read_fields(request)
    try:
        await limit_sign_ins(services, who)
        given: OpeningLink = fields.read(OpeningLink)
        async with services.work() as session:
            visit = await shares.open_link(session, given, who.ip)
            if visit.is_first:
                about = {"resource_type": "project", "resource_id": visit.visitor.project_id, "ip": who.ip, "user_agent": who.user_agent}
                await activity.record(session, None, Action.SHARE_OPEN, detail={"linkId": str(visit.visitor.link_id)}, **about)
    except CellHubError as error:
        if not fields.is_form:
            raise
        token, image = (str(fields.values.get(name, ""))[:200] for name in ("token", "image"))
        return go_to(shares.PAGE, error=error.code, fragment=token, image=image)
    return _opened(services, visit, given, is_form=fields.is_form)


def _opened(services: Runtime, visit: shares.Visit, given: OpeningLink, *, is_form: bool) -> Response:
    link_id, project_id = visit.visitor.link_id, visit.visitor.project_id
    page = f"{shares.PAGE}/{link_id}" + (f"/images/{given.image}" if given.image else "")
    opened = OpenedLink(link_id=link_id, project_id=project_id)
    answer = go_to(page) if is_form else Response(opened.model_dump_json(by_alias=True), media_type="application/json")
    name = shares.cookie_name(link_id)
    prefix = "/api/v1" + OF_LINK.format(link_id=link_id)
    for path in (prefix, _SOCKET):
        answer.set_cookie(
            name, visit.token, max_age=visit.life_s, path=path, httponly=True, samesite="lax", secure=services.settings.is_secure
        )
    return answer


@router.get(OF_LINK, response_model=SharedProject)
async def shared_project(session: Look, visiting: Visiting) -> SharedProject:
    """The project behind the link."""
    return await shares.project(session, visiting)


@router.get(OF_LINK + "/projects/{project_id}/images", response_model=PageView[ImageView])
async def shared_images(project_id: UUID, query: Annotated[ImageQuery, Query()], visiting: Visiting) -> Response:
    """One page of the project's images."""
    return page_answer(await images.page_json(read, visiting, project_id, query, query.page))


@router.get(OF_LINK + "/images/{image_id}", response_model=ImageView)
async def shared_image(image_id: UUID, session: Look, visiting: Visiting) -> ImageView:
    """One image."""
    return await images.get(session, visiting, image_id)


_PICTURES: dict[str, Any] = {"response_class": Response, "responses": PICTURE}


@router.get(OF_LINK + "/images/{image_id}/display", **_PICTURES)
async def shared_display(image_id: UUID, request: Request, services: Services, visiting: MediaVisiting) -> Response:
    """The picture for the viewer."""
    row = await ready(visiting, image_id)
    return await _picture(request, services, image_id, "display", f'"{row.sha256[:32]}-display"')


@router.get(OF_LINK + "/images/{image_id}/thumbnail", **_PICTURES)
async def shared_thumbnail(image_id: UUID, request: Request, services: Services, visiting: MediaVisiting) -> Response:
    """A small WebP; 404 until the image is read."""
    row = await ready(visiting, image_id)
    return await _picture(request, services, image_id, "thumbnail", f'"{row.sha256[:32]}-thumbnail"')


@router.get(OF_LINK + "/images/{image_id}/overlay", **_PICTURES)
async def shared_overlay(image_id: UUID, request: Request, services: Services, visiting: MediaVisiting) -> Response:
    """The newest outlines drawn on nothing, the size of the thumbnail; 404 until the image is segmented."""
    row = await ready(visiting, image_id)
    return await _picture(request, services, image_id, f"overlay-{row.outlines_revision}", f'"overlay-{row.outlines_revision}"')


async def _picture(request: Request, services: Runtime, image_id: UUID, name: str, etag: str) -> Response:
    return await stored(request, services.storage, storage_key(image_id, f"{name}.webp"), media_type=WEBP, etag=etag, cache=ASK_FIRST)


@router.get(OF_LINK + "/images/{image_id}/pyramid", **PYRAMID)
async def shared_pyramid(
    image_id: UUID, request: Request, services: Services, query: Annotated[PlaneQuery, Query()], visiting: MediaVisiting
) -> Response:
    """Levels, channels, histograms and windows of one plane in its own depth, as members get them."""
    return await pyramid_answer(request, services, visiting, image_id, query)


@router.get(OF_LINK + "/images/{image_id}/tiles/{level}/{x}/{y}", response_class=Response, responses=TILES)
async def shared_tile(
    image_id: UUID,
    level: Number,
    x: Number,
    y: Number,
    request: Request,
    services: Services,
    query: Annotated[TileQuery, Query()],
    visiting: MediaVisiting,
) -> Response:
    """One channel of one raw tile, as members get it."""
    return await tile_answer(request, services, visiting, image_id, (level, x, y), query, ASK_FIRST)


@router.get(OF_LINK + "/images/{image_id}/polygons", response_class=Response, responses=POLYGONS)
async def shared_polygons(image_id: UUID, request: Request, query: Annotated[PolygonsQuery, Query()], visiting: Visiting) -> Response:
    """The polygons of one frame, as members get them."""
    return await polygons_answer(request, visiting, image_id, query)


@router.get(OF_LINK + "/images/{image_id}/measurements", response_model=ImageMeasurements)
async def shared_measurements(image_id: UUID, request: Request, session: Look, visiting: Visiting, frame: Frame = 0) -> Response:
    """Every object of a frame with its measures."""
    return await long_json(request, await measurements.of_image(session, visiting, image_id, frame))
