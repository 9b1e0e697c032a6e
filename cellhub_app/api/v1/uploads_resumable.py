"""Large files by tus 1.0 (https://tus.io): core protocol, creation, termination, expiration.

What is known of an upload is a row, what has come of it a file; both outlive a restart, and any web process can go on with them.
"""

import base64
import binascii
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from cellhub_app.api import problems
from cellhub_app.api.context import TUS_VERSION, RequestContext
from cellhub_app.api.deps import Client, MediaSigned, Services, Signed
from cellhub_app.api.partial import Partial
from cellhub_app.core import telemetry
from cellhub_app.core.errors import CellHubError, Conflict, Invalid, Locked, NotFound, WrongMediaType
from cellhub_app.core.ids import new_id, now
from cellhub_app.core.limits import LEFTOVER_KEEP_HOURS
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.activity import service as activity
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows.upload import Incoming, IncomingFile, Place, take_in
from cellhub_app.domain.images.schemas import UploadAnswer
from cellhub_app.domain.uploads import resumable
from cellhub_app.models.upload import ResumableUpload

PATH = "/api/v1/uploads"
EXTENSIONS = "creation,termination,expiration"
PIECES = "application/offset+octet-stream"
INT64_MAX = 2**63 - 1

_BODY = {"requestBody": {"required": True, "content": {PIECES: {"schema": {"type": "string", "format": "binary"}}}}}


class VersionUnknown(CellHubError):
    """Another version of the protocol."""

    code, status, title = "tusVersionUnknown", 412, "Speak tus 1.0.0 (header Tus-Resumable)"


router = APIRouter(prefix="/uploads", tags=["uploads"], responses=problems.answers(VersionUnknown, Locked))


async def _check_version(tus_resumable: Annotated[str, Header(description="1.0.0")] = "") -> None:
    if tus_resumable != TUS_VERSION:
        raise VersionUnknown


Spoken = Depends(_check_version)
Number = Annotated[int, Header(ge=0, le=INT64_MAX)]


def _answer(status: int, **headers: object) -> Response:
    named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    return Response(status_code=status, headers={"Cache-Control": "no-store", **named})


def _partial(services: Runtime, upload: ResumableUpload) -> Partial:
    return Partial(services.settings.partial_folder / upload.id.hex)


def _expires() -> str:
    return format_datetime(now() + timedelta(hours=LEFTOVER_KEEP_HOURS), usegmt=True)


@router.options("", status_code=204, include_in_schema=True)
async def describe_resumable(services: Services) -> Response:
    """What this server understands of tus."""
    return _answer(204, Tus_Extension=EXTENSIONS, Tus_Max_Size=services.settings.max_upload_bytes)


@router.post("", status_code=201, response_class=Response, dependencies=[Spoken])
async def begin_resumable(
    services: Services,
    principal: Signed,
    upload_length: Number,
    upload_metadata: Annotated[str, Header(max_length=8000, description="`projectId`, `filename`, `session`, `index`, each in base64")],
) -> Response:
    """Announce a large file; `Location` says where its bytes go."""
    upload = _announced(_metadata(upload_metadata), principal.user_id, upload_length)
    async with services.work() as session:
        await resumable.begin(session, principal, upload, services.settings.max_upload_mb)
        await _partial(services, upload).create()
    return _answer(201, Location=f"{PATH}/{upload.id}", Upload_Expires=_expires())


def _metadata(header: str) -> dict[str, str]:
    found = {}
    for pair in header.split(","):
        name, _, word = pair.strip().partition(" ")
        try:
            found[name] = base64.b64decode(word, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Invalid(f"The value of `{name[:60]}` in Upload-Metadata is not base64 of UTF-8.") from error
    return found


def _announced(words: dict[str, str], user_id: UUID, length: int) -> ResumableUpload:
    name, index = words.get("filename", ""), words.get("index", "")
    if not name or len(name) > 400 or "\0" in name:
        raise Invalid("Upload-Metadata must have a `filename` of at most 400 characters.")
    if index and not (index.isascii() and index.isdecimal() and int(index) < 2**31):
        raise Invalid("The `index` in Upload-Metadata must be a number.")
    try:
        session_id = UUID(words["session"]) if words.get("session") else None
        project_id = UUID(words.get("projectId", ""))
    except ValueError as error:
        raise Invalid("The `projectId` and `session` in Upload-Metadata must be UUIDs.") from error
    return ResumableUpload(
        id=new_id(), project_id=project_id, user_id=user_id, session_id=session_id, index=int(index) if index else None, name=name,
        length=length,
    )  # fmt: skip


@router.head("/{upload_id}", response_class=Response, dependencies=[Spoken])
async def ask_resumable(upload_id: UUID, services: Services, principal: MediaSigned, who: Client) -> Response:
    """How much of a file has come. One that came whole but was not taken in, because the server ended just then, is taken in first."""
    upload = await _own(services, principal, upload_id)
    try:
        offset = upload.length if upload.done_at else await _partial(services, upload).size()
        if offset == upload.length and upload.done_at is None:
            async with _partial(services, upload).held():
                await _take_in(services, principal, upload, who)
    except NotFound:
        if (await _own(services, principal, upload_id)).done_at is None:
            raise
        offset = upload.length
    return _answer(200, Upload_Offset=offset, Upload_Length=upload.length, Upload_Expires=_expires())


@router.patch("/{upload_id}", status_code=204, response_class=Response, dependencies=[Spoken], openapi_extra=_BODY)
async def send_resumable(
    upload_id: UUID, request: Request, services: Services, principal: MediaSigned, who: Client, *, upload_offset: Number
) -> Response:
    """Send the next bytes of a file, from `Upload-Offset` on; with the last of them it is taken in like any other."""
    upload = await _own(services, principal, upload_id)
    if request.headers.get("content-type") != PIECES:
        raise WrongMediaType(f"Send the bytes as {PIECES}.")
    if upload.done_at is not None:
        _check_offset(upload_offset, upload.length)
        return _answer(204, Upload_Offset=upload.length)
    async with services.work() as session:
        await resumable.check_place(session, upload)
    partial = _partial(services, upload)
    async with partial.held() as descriptor:
        offset = await partial.size()
        _check_offset(upload_offset, offset)
        await partial.append(descriptor, _pieces(request), upload.length - offset)
        offset = await partial.size()
        if offset == upload.length:
            await _take_in(services, principal, upload, who)
    return _answer(204, Upload_Offset=offset, Upload_Expires=_expires())


def _check_offset(said: int, known: int) -> None:
    if said != known:
        raise Conflict(f"The next byte of this upload is number {known:,}; ask for its offset and go on from there.")


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    async for piece in request.stream():
        yield piece


@router.delete("/{upload_id}", status_code=204, response_class=Response, dependencies=[Spoken])
async def stop_resumable(upload_id: UUID, services: Services, principal: Signed) -> Response:
    """Give a file up; what has come of it is removed."""
    upload = await _own(services, principal, upload_id)
    partial = _partial(services, upload)
    if upload.done_at is None:
        async with partial.held():
            await partial.remove()
    async with services.work() as session:
        await resumable.drop(session, upload_id)
    return _answer(204)


async def _own(services: Runtime, principal: Principal, upload_id: UUID) -> ResumableUpload:
    async with services.work() as session:
        return await resumable.own(session, principal, upload_id)


async def _take_in(services: Runtime, principal: Principal, upload: ResumableUpload, who: RequestContext) -> None:
    """Make an image of the whole file, in one transaction with the note that this was done."""
    partial = _partial(services, upload)

    async def note(session: AsyncSession, answer: UploadAnswer) -> None:
        await resumable.finish(session, upload.id)
        detail = {"accepted": len(answer.accepted), "refused": [refusal.code for refusal in answer.refused]}
        about: dict[str, Any] = {"resource_type": "project", "resource_id": upload.project_id, "detail": detail}
        await activity.record(session, principal, Action.UPLOAD, **about, ip=who.ip, user_agent=who.user_agent)

    async with services.work() as session:
        await resumable.own(session, principal, upload.id)
    place = Place(upload.user_id, upload.project_id, services.settings.max_upload_mb)
    file = IncomingFile(upload.name, partial.path, upload.length, await partial.sha256(), upload.index)
    answer = await take_in(services, place, Incoming([file], upload.session_id), note)
    telemetry.UPLOADED_BYTES.inc(sum(image.bytes for image in answer.accepted))
    await partial.remove()
