"""Bytes out of the storage, with cache headers and names that are safe to put into a header."""

import asyncio
import gzip
import re
from urllib.parse import quote

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse

from cellhub_app.api.ranges import RangeNotSatisfiable, asked_range
from cellhub_app.core.storage import Storage

FOR_EVER = "private, max-age=31536000, immutable"
ASK_FIRST = "private, no-cache"
WHOLE_UP_TO_BYTES = 512 * 1024
_PLAIN = re.compile(r"[^A-Za-z0-9 ._()+-]")


def disposition(name: str, kind: str = "attachment") -> str:
    """A Content-Disposition (RFC 6266) for any file name: an ASCII form for old clients and the true one in UTF-8."""
    plain = _PLAIN.sub("_", name) or "file"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def is_current(request: Request, etag: str) -> bool:
    """Whether the client has this version already (If-None-Match, compared weakly as GET asks)."""
    words = [word.strip().removeprefix("W/") for word in request.headers.get("if-none-match", "").split(",")]
    return "*" in words or etag in words


def not_modified(etag: str, cache: str) -> Response:
    """The answer to a client that is up to date."""
    return Response(status_code=304, headers={"ETag": etag, "Cache-Control": cache})


async def long_json(request: Request, answer: BaseModel) -> Response:
    """A long answer, written and compressed aside: the other requests and pages of this process go on meanwhile."""
    is_packed = "gzip" in request.headers.get("accept-encoding", "")

    def written() -> bytes:
        text = answer.model_dump_json(by_alias=True).encode()
        return gzip.compress(text, compresslevel=1, mtime=0) if is_packed else text

    headers = {"Vary": "Accept-Encoding", **({"Content-Encoding": "gzip"} if is_packed else {})}
    return Response(await asyncio.to_thread(written), media_type="application/json", headers=headers)


async def stored(
    request: Request, storage: Storage, key: str, *, media_type: str, etag: str, cache: str = FOR_EVER, name: str | None = None
) -> Response:
    """An object of the storage: small ones whole, larger ones in pieces, or the part that was asked for.

    With a `name` it is saved and not shown. Raises NotFound.
    """
    if is_current(request, etag):
        return not_modified(etag, cache)
    headers = {"ETag": etag, "Cache-Control": cache, "Accept-Ranges": "bytes"}
    if name is not None:
        headers |= {"Content-Disposition": disposition(name), "Content-Security-Policy": "sandbox; default-src 'none'"}
    if "range" in request.headers and (part := await _part(request, storage, key, media_type, headers)):
        return part
    found = await storage.open(key)
    if found.size <= WHOLE_UP_TO_BYTES:
        return Response(await found.whole(), media_type=media_type, headers=headers)
    headers["Content-Length"] = str(found.size)
    return StreamingResponse(found.pieces(), media_type=media_type, headers=headers)


async def _part(request: Request, storage: Storage, key: str, media_type: str, headers: dict[str, str]) -> Response | None:
    """The part of an object that was asked for; None when it is to be sent whole."""
    size = await storage.size(key)
    try:
        asked = asked_range(request, headers["ETag"], size)
    except RangeNotSatisfiable:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    if asked is None:
        return None
    start, end = asked
    headers = {**headers, "Content-Range": f"bytes {start}-{end - 1}/{size}", "Content-Length": str(end - start)}
    found = await storage.open_part(key, start, end)
    return StreamingResponse(found.pieces(), status_code=206, media_type=media_type, headers=headers)
