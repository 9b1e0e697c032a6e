"""Trying models: a preview of one image while a slider moves, and face-offs of several models."""

import asyncio
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from cellhub_app.api.deps import Look, MediaSigned, Recorded, Services, Signed, Work
from cellhub_app.api.downloads import FOR_EVER, stored
from cellhub_app.api.v1 import pictures
from cellhub_app.api.v1.polygons import BINARY, GEOJSON
from cellhub_app.core.errors import Unavailable
from cellhub_app.core.feed import Subscription, get_feed
from cellhub_app.core.limits import FACE_OFF_IMAGES_MAX, FACE_OFF_MODELS_MAX, PREVIEW_WAIT_S
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.annotations import outlines
from cellhub_app.domain.flows import face_off as flow
from cellhub_app.domain.flows.preview import preview
from cellhub_app.domain.jobs.schemas import BatchView
from cellhub_app.domain.schema import Schema
from cellhub_app.domain.segmentation.schemas import ModelParameters
from cellhub_app.domain.trials import service as trials
from cellhub_app.domain.trials.schemas import FaceOffSummary, FaceOffView, TrialView
from cellhub_app.models.image import storage_key
from cellhub_app.models.trial import disagreement_key, outlines_key, picture_key

router = APIRouter(tags=["trials"])
LOOK_AGAIN_S = 1.0
Form = Annotated[Literal["geojson", "binary"], Query(description="`geojson` by default")]
_OUTLINES: dict[int | str, dict[str, Any]] = {
    200: {"content": {GEOJSON: {"schema": {"type": "object"}}, BINARY: {"schema": {"type": "string", "format": "binary"}}}}
}


class PreviewLate(Unavailable):
    """No worker answered in time."""

    code, title = "previewLate", "The preview takes longer than usual"


class PreviewQuery(BaseModel):
    """What to try; without a threshold or a smallest area the model's own default."""

    model: str = Field(max_length=40)
    threshold: float | None = Field(default=None, gt=0, lt=1)
    minAreaPx: int | None = Field(default=None, ge=0, le=1_000_000)  # noqa: N815 - the name in the URL
    format: Literal["geojson", "binary"] = "geojson"


class NewFaceOff(Schema):
    """Images to try on, and models to compare."""

    image_ids: list[UUID] = Field(min_length=1, max_length=FACE_OFF_IMAGES_MAX)
    models: list[Annotated[str, Field(max_length=40)]] = Field(min_length=2, max_length=FACE_OFF_MODELS_MAX)


class Choice(Schema):
    """The model that won, for all images of the project or for those of the face-off."""

    model: str = Field(max_length=40)
    images: Literal["all", "these"] = "all"


@router.get("/images/{image_id}/preview", response_class=Response, responses=_OUTLINES)
async def preview_image(image_id: UUID, query: Annotated[PreviewQuery, Query()], services: Services, principal: Signed) -> Response:
    """The outlines that a model with these parameters would find. Stores no revision. Answers once a worker has tried it.

    What the network sees is kept for a day: another threshold on the same image takes only the post-processing.
    """
    wanted = ModelParameters(threshold=query.threshold, min_area_px=query.minAreaPx)
    with get_feed().subscribe() as heard:
        async with services.work() as session:
            asked = await preview(session, principal, image_id, query.model, wanted)
        found = await _ended(services, heard, principal, asked)
    return await _outlines(services, trials.checked(found), query.format)


async def _ended(services: Runtime, heard: Subscription, principal: Principal, asked: TrialView) -> TrialView:
    """The trial once a worker is done with it. Events are a courier: every second the database is asked in any case."""
    found, deadline = asked, asyncio.get_running_loop().time() + PREVIEW_WAIT_S
    while not found.status.is_final:
        if asyncio.get_running_loop().time() > deadline:
            raise PreviewLate("No worker has tried this yet: they are busy, or none is running. Try again in a moment.")
        try:
            event = await heard.next(LOOK_AGAIN_S)
            if event is not None and event.data.get("jobId") != str(found.job_id):
                continue
        except TimeoutError:
            pass
        async with services.work() as session:
            found = await trials.trial(session, principal, found.id)
    return found


async def _outlines(services: Runtime, trial: TrialView, form: str) -> Response:
    data = await services.storage.get(outlines_key(trial.id))
    headers = {"ETag": f'"{trial.id}"', "Cache-Control": "private, max-age=600"}
    if form == "binary":
        return Response(data, media_type=BINARY, headers=headers)
    return JSONResponse(outlines.geojson(*outlines.unpacked(data)), media_type=GEOJSON, headers=headers)


@router.get("/trials/{trial_id}/polygons", response_class=Response, responses=_OUTLINES)
async def trial_polygons(trial_id: UUID, services: Services, principal: Signed, format: Form = "geojson") -> Response:
    """What a model of a face-off found; `classId` is 1 where some other model of the face-off has no partner for the object."""
    async with services.work() as session:
        found = trials.checked(await trials.trial(session, principal, trial_id))
    return await _outlines(services, found, format)


@router.post("/projects/{project_id}/face-offs", status_code=202, response_model=FaceOffView)
async def start_face_off(project_id: UUID, wanted: NewFaceOff, session: Work, principal: Signed, record: Recorded) -> FaceOffView:
    """Try several models on a few images. Nothing becomes a revision until one is chosen."""
    made = await flow.begin(session, principal, project_id, wanted.image_ids, wanted.models)
    await record(Action.FACE_OFF, "faceOff", made.id, models=made.models, images=len(made.image_ids))
    return made


@router.get("/projects/{project_id}/face-offs", response_model=list[FaceOffSummary])
async def list_face_offs(project_id: UUID, session: Look, principal: Signed) -> list[FaceOffSummary]:
    """The newest face-offs of a project; they are kept for seven days."""
    return await trials.face_offs(session, principal, project_id)


@router.get("/face-offs/{face_off_id}", response_model=FaceOffView)
async def get_face_off(face_off_id: UUID, session: Look, principal: Signed) -> FaceOffView:
    """A face-off: how far it is, and how its models stand."""
    return await trials.face_off(session, principal, face_off_id)


@router.delete("/face-offs/{face_off_id}", status_code=204)
async def delete_face_off(face_off_id: UUID, session: Work, principal: Signed, record: Recorded) -> None:
    """Stop and forget a face-off."""
    await flow.remove(session, principal, face_off_id)
    await record(Action.FACE_OFF_DELETE, "faceOff", face_off_id)


@router.post("/face-offs/{face_off_id}/choice", status_code=202, response_model=BatchView)
async def choose_model(face_off_id: UUID, choice: Choice, session: Work, principal: Signed, record: Recorded) -> BatchView:
    """Segment with one of the models, all images of the project or those of the face-off."""
    batch = await flow.choose(session, principal, face_off_id, choice.model, choice.images)
    await record(Action.SEGMENT, "batch", batch.id, model=choice.model, images=batch.counts.queued)
    return batch


@router.get("/face-offs/{face_off_id}/images/{image_id}/disagreement", response_class=Response, responses=pictures.PICTURE)
async def disagreement(face_off_id: UUID, image_id: UUID, request: Request, services: Services, principal: MediaSigned) -> Response:
    """A transparent WebP over the image: orange where the models disagree about what is foreground. 404 until they were compared."""
    async with services.work() as session:
        await trials.row(session, principal, face_off_id)
    key, etag = disagreement_key(face_off_id, image_id), f'"{face_off_id}-{image_id}"'
    return await stored(request, services.storage, key, media_type=pictures.WEBP, etag=etag, cache=FOR_EVER)


@router.get("/face-offs/{face_off_id}/images/{image_id}/{part}", response_class=Response, responses=pictures.PICTURE)
async def face_off_picture(
    face_off_id: UUID, image_id: UUID, part: Literal["display", "thumbnail"], request: Request, services: Services, principal: MediaSigned
) -> Response:
    """The plane of the image that is compared, as a WebP. Of other planes than the first: 404 until a worker has tried the models on it."""
    async with services.work() as session:
        frame = await trials.frame(session, principal, face_off_id, image_id)
    if frame == 0:
        await pictures.ready(principal, image_id, also_trashed=True)
    key = picture_key(face_off_id, image_id, part) if frame else storage_key(image_id, f"{part}.webp")
    etag = f'"{face_off_id}-{image_id}-{part}"'
    return await stored(request, services.storage, key, media_type=pictures.WEBP, etag=etag, cache=FOR_EVER)
