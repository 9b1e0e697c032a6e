"""Images in their own depth: what a plane's pyramid of raw tiles looks like, and the tiles. The web process only streams them."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from cellhub_app.api.deps import MediaSigned, Services
from cellhub_app.api.downloads import ASK_FIRST, FOR_EVER, stored
from cellhub_app.core.errors import NotFound
from cellhub_app.core.imaging.places import DESCRIPTION, Place
from cellhub_app.core.limits import TILES_WAIT_S
from cellhub_app.core.queue import ask_for_tiles
from cellhub_app.core.reading import read
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Viewer
from cellhub_app.domain.images import pyramids
from cellhub_app.domain.images.pyramids import TilesBeingMade
from cellhub_app.domain.schema import Schema
from cellhub_app.models.pyramid import pyramid_key

router = APIRouter(prefix="/images/{image_id}", tags=["images"])
TILE = "application/x-cellhub-tile"
VERSION = "tiles-1"
FIRST_LOOK_S, LAST_LOOK_S = 0.08, 0.5
TILES: dict[int | str, dict[str, Any]] = {200: {"content": {TILE: {"schema": {"type": "string", "format": "binary"}}}}}


class TileNotFound(NotFound):
    """There is no tile at this place."""

    code, title = "tileNotFound", "There is no such tile. Ask for the pyramid of this plane again"


class Histogram(Schema):
    """`counts[i]` values lie between `start + i * step` and `start + (i + 1) * step`."""

    start: float
    step: float
    counts: list[int]


class Channel(Schema):
    """One channel: `window` is what is shown as black and as full colour at first, `percentiles` go by words such as "99.8"."""

    name: str
    color: str
    shown: bool
    min: float
    max: float
    window: tuple[float, float]
    percentiles: dict[str, float]
    histogram: Histogram


class Level(Schema):
    """One level in px, and its columns and rows of tiles; level 0 is the whole picture, each further one half of the one before."""

    width: int
    height: int
    columns: int
    rows: int


class PyramidView(Schema):
    """A plane in raw tiles of `tile` px and of values of `dtype` (uint8, uint16 or float32)."""

    version: int
    tile: int
    dtype: str
    file_dtype: str
    is_rgb: bool
    levels: list[Level]
    channels: list[Channel]


class PlaneQuery(BaseModel):
    """Which plane."""

    frame: int = Field(default=0, ge=0, le=2**31 - 1)
    t: int = Field(default=0, ge=0, le=2**31 - 1, description="the timepoint")


class TileQuery(PlaneQuery):
    """Which channel of which plane."""

    channel: int = Field(default=0, ge=0, le=1000)


Number = Annotated[int, Path(ge=0, le=100_000)]
PYRAMID: dict[str, Any] = {"response_class": Response, "responses": {200: {"model": PyramidView}}}


async def pyramid_answer(request: Request, services: Runtime, principal: Viewer, image_id: UUID, query: PlaneQuery) -> Response:
    """The description of a plane's tiles; has them made where there are none. Raises ImageNotFound, PlaneNotFound, TilesBeingMade."""
    found = await _with_tiles(request, services, principal, image_id, query)
    key = pyramid_key(image_id, query.frame, query.t, DESCRIPTION)
    etag = f'"{found.sha256[:32]}-{VERSION}-{query.frame}-{query.t}"'
    return await stored(request, services.storage, key, media_type="application/json", etag=etag, cache=ASK_FIRST)


async def _with_tiles(request: Request, services: Runtime, principal: Viewer, image_id: UUID, query: PlaneQuery) -> pyramids.Plane:
    """The plane; a worker is asked for its tiles where there are none. Raises ImageNotFound, PlaneNotFound, TilesBeingMade."""
    found = await pyramids.plane(read, principal, image_id, query.frame, query.t)
    if found.has_tiles:
        return found
    if not await ask_for_tiles(services.queue, image_id, query.frame, query.t):
        raise TilesBeingMade("The full depth of this image is not prepared yet, and no worker can be asked now. Try again in a moment.")
    return await _made(request, principal, image_id, query)


async def _made(request: Request, principal: Viewer, image_id: UUID, query: PlaneQuery) -> pyramids.Plane:
    """The plane once it has tiles, which takes a fraction of a second; access is asked anew each time. Raises TilesBeingMade."""
    loop = asyncio.get_running_loop()
    deadline, pause_s = loop.time() + TILES_WAIT_S, FIRST_LOOK_S
    while loop.time() < deadline and not await request.is_disconnected():
        await asyncio.sleep(pause_s)
        pause_s = min(LAST_LOOK_S, 1.3 * pause_s)
        found = await pyramids.plane(read, principal, image_id, query.frame, query.t)
        if found.has_tiles:
            return found
    raise TilesBeingMade


async def tile_answer(
    request: Request, services: Runtime, principal: Viewer, image_id: UUID, place: tuple[int, int, int], query: TileQuery, cache: str
) -> Response:
    """One tile; has them made where there are none. Raises ImageNotFound, PlaneNotFound, TilesBeingMade, TileNotFound."""
    found = await _with_tiles(request, services, principal, image_id, query)
    name = Place(*place, query.channel).name
    etag = f'"{found.sha256[:32]}-{VERSION}-{query.frame}-{query.t}-{name.replace("/", "-")}"'
    try:
        return await stored(
            request, services.storage, pyramid_key(image_id, query.frame, query.t, name), media_type=TILE, etag=etag, cache=cache
        )
    except NotFound as error:
        raise TileNotFound from error


@router.get("/pyramid", **PYRAMID)
async def pyramid(
    image_id: UUID, request: Request, services: Services, query: Annotated[PlaneQuery, Query()], principal: MediaSigned
) -> Response:
    """Levels, channels, histograms and windows of one plane in its own depth; has a worker prepare its tiles, 409 where that takes long."""
    return await pyramid_answer(request, services, principal, image_id, query)


@router.get("/tiles/{level}/{x}/{y}", response_class=Response, responses=TILES)
async def tile(
    image_id: UUID,
    level: Number,
    x: Number,
    y: Number,
    request: Request,
    services: Services,
    query: Annotated[TileQuery, Query()],
    principal: MediaSigned,
) -> Response:
    """One channel of one tile: a header of 10 bytes (`CHT1`, bytes a value, 0, width and height as uint16), then its values, deflated.

    Unpacked (raw deflate) they are the first bytes of all values, row by row, then their second bytes, and so on; little-endian.
    Has a worker prepare the plane's tiles where there are none, 409 where that takes long.
    """
    return await tile_answer(request, services, principal, image_id, (level, x, y), query, FOR_EVER)
