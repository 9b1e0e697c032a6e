"""Polygons, their history, and measurements."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from cellhub_app.api.deps import Look, Paged, Recorded, Signed, Work
from cellhub_app.api.downloads import ASK_FIRST, is_current, long_json, not_modified
from cellhub_app.core.pagination import Page
from cellhub_app.core.reading import read
from cellhub_app.domain.access import Viewer
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.annotations import changes, measurements, outlines
from cellhub_app.domain.annotations import service as annotations
from cellhub_app.domain.annotations.schemas import (
    Edit,
    EditAnswer,
    ImageMeasurements,
    ObjectMeasurements,
    RevisionChanges,
    UndoSteps,
)
from cellhub_app.domain.schema import PageView

router = APIRouter()
GEOJSON = "application/geo+json"
BINARY = "application/x-cellhub-polygons"
Frame = Annotated[int, Field(ge=0, le=2**31 - 1)]
At = Annotated[int, Path(ge=0, le=2**31 - 1)]
Names = Annotated[list[UUID] | None, Query(max_length=200, description="these objects only")]
Number = Annotated[int | None, Field(ge=0, le=2**31 - 1)]
POLYGONS: dict[int | str, dict[str, Any]] = {
    200: {"content": {GEOJSON: {"schema": {"type": "object"}}, BINARY: {"schema": {"type": "string", "format": "binary"}}}},
    304: {"description": "The client has this revision"},
}


class PolygonsQuery(BaseModel):
    """Which polygons, and how."""

    frame: Frame = 0
    revision: Number = None
    format: Literal["geojson", "binary"] | None = Field(default=None, description="`geojson` by default")


@router.get("/images/{image_id}/polygons", response_class=Response, responses=POLYGONS, tags=["polygons"])
async def get_polygons(image_id: UUID, request: Request, query: Annotated[PolygonsQuery, Query()], principal: Signed) -> Response:
    """The polygons of one frame, in pixels: GeoJSON, or the viewer's binary form (also by Accept). The ETag is the revision."""
    return await polygons_answer(request, principal, image_id, query)


async def polygons_answer(request: Request, principal: Viewer, image_id: UUID, query: PolygonsQuery) -> Response:
    """The polygons for whoever may see the image, or that the client has them. Raises ImageNotFound, RevisionNotFound."""
    if query.revision is None and "if-none-match" in request.headers:
        etag = f'"{await outlines.head(read, principal, image_id, query.frame)}"'
        if is_current(request, etag):
            return not_modified(etag, ASK_FIRST)
    number, found = await outlines.at_revision(read, principal, image_id, query.frame, query.revision)
    headers = {"ETag": f'"{number}"', "Cache-Control": ASK_FIRST, "Vary": "Accept"}
    is_binary = query.format == "binary" if query.format else BINARY in request.headers.get("accept", "")
    if is_binary:
        return Response(outlines.packed(number, found), media_type=BINARY, headers=headers)
    return JSONResponse(outlines.geojson(number, found), media_type=GEOJSON, headers=headers)


@router.patch("/images/{image_id}/polygons", response_model=EditAnswer, response_model_exclude_none=True, tags=["polygons"])
async def edit_polygons(
    image_id: UUID, change: Edit, *, session: Work, principal: Signed, record: Recorded, frame: Frame = 0
) -> EditAnswer:
    """Remove and add polygons in one new revision; the same `editId` again gives the first answer."""
    numbers = await annotations.edit(session, principal, image_id, change, frame)
    await record(Action.POLYGONS_EDIT, "image", image_id, revision=numbers[-1])
    return EditAnswer(revision=numbers[-1], revisions=numbers if change.then else None)


@router.get("/images/{image_id}/edits", response_model=UndoSteps, tags=["polygons"])
async def undo_steps(image_id: UUID, session: Look, principal: Signed, frame: Frame = 0) -> UndoSteps:
    """The caller's own edits of a frame that can be undone, and redone."""
    return await changes.steps(session, principal, image_id, frame)


@router.get("/images/{image_id}/revisions/{revision}/changes", response_model=RevisionChanges, tags=["polygons"])
async def revision_changes(image_id: UUID, revision: At, session: Look, principal: Signed, frame: Frame = 0) -> RevisionChanges:
    """What a revision removed and added, as GeoJSON features with the objects' parents."""
    return await changes.of_revision(session, principal, image_id, revision, frame)


@router.post(
    "/images/{image_id}/revisions/{revision}/restore", response_model=EditAnswer, response_model_exclude_none=True, tags=["polygons"]
)
async def restore_revision(
    image_id: UUID, revision: int, *, session: Work, principal: Signed, record: Recorded, frame: Frame = 0
) -> EditAnswer:
    """Make the polygons of an old revision present again, as a new revision."""
    number = await annotations.restore(session, principal, image_id, revision, frame)
    await record(Action.POLYGONS_EDIT, "image", image_id, revision=number, restored=revision)
    return EditAnswer(revision=number)


@router.get("/images/{image_id}/measurements", response_model=ImageMeasurements, tags=["measurements"])
async def image_measurements(
    image_id: UUID, request: Request, session: Look, principal: Signed, *, frame: Frame = 0, ids: Names = None, revision: Number = None
) -> Response:
    """Every object of a frame, now or as of a revision, or those of now that are named, with its measures.

    They are in pixels and, where the pixel size is known, in micrometres.
    """
    return await long_json(request, await measurements.of_image(session, principal, image_id, frame, ids, revision))


@router.get("/projects/{project_id}/measurements", response_model=PageView[ObjectMeasurements], tags=["measurements"])
async def project_measurements(project_id: UUID, session: Look, principal: Signed, page: Paged) -> Page[ObjectMeasurements]:
    """One page of the objects of a whole project with their measures."""
    return await measurements.of_project(session, principal, project_id, page)
