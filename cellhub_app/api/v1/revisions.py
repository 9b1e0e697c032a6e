"""The history of an image: its revisions, what differs between them, and where an object comes from."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from cellhub_app.api.deps import Look, Signed
from cellhub_app.api.v1.polygons import GEOJSON, Frame, Number
from cellhub_app.domain.annotations import differences, history
from cellhub_app.domain.annotations.schemas import ObjectHistory, RevisionView

router = APIRouter(tags=["polygons"])
BINARY = "application/x-cellhub-difference"
DIFFERENCE: dict[int | str, dict[str, Any]] = {
    200: {"content": {GEOJSON: {"schema": {"type": "object"}}, BINARY: {"schema": {"type": "string", "format": "binary"}}}}
}


class DifferenceQuery(BaseModel):
    """Between which revisions, and how it is written."""

    start: Annotated[int, Field(alias="from", ge=0, le=2**31 - 1)]
    to: Annotated[int, Field(ge=0, le=2**31 - 1)]
    frame: Frame = 0
    format: Literal["geojson", "binary"] | None = Field(default=None, description="`geojson` by default")


@router.get("/images/{image_id}/revisions", response_model=list[RevisionView])
async def list_revisions(
    image_id: UUID,
    session: Look,
    principal: Signed,
    frame: Frame = 0,
    before: Number = None,
    limit: Annotated[int | None, Query(ge=1, le=1000)] = None,
) -> list[RevisionView]:
    """The history of a frame, newest first: all of it, or `limit` revisions below the number `before`."""
    return await history.revisions(session, principal, image_id, frame, before=before, limit=limit)


@router.get("/images/{image_id}/revisions/diff", response_class=Response, responses=DIFFERENCE)
async def difference(
    image_id: UUID, request: Request, query: Annotated[DifferenceQuery, Query()], session: Look, principal: Signed
) -> Response:
    """What came, went and changed from one revision to another (0 is before the first): GeoJSON, or the viewer's binary form."""
    found = await differences.between(session, principal, image_id, query.start, query.to, query.frame)
    is_binary = query.format == "binary" if query.format else BINARY in request.headers.get("accept", "")
    if is_binary:
        return Response(differences.packed(found), media_type=BINARY)
    return JSONResponse(differences.geojson(found), media_type=GEOJSON)


@router.get("/images/{image_id}/objects/{object_id}/history", response_model=ObjectHistory)
async def object_history(image_id: UUID, object_id: UUID, session: Look, principal: Signed, frame: Frame = 0) -> ObjectHistory:
    """Who or what made an object, back through everything it came from, newest first."""
    return await history.of_object(session, principal, image_id, object_id, frame)
