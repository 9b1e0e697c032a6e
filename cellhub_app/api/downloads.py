"""Bytes out of the storage, with cache headers and names that are safe to put into a header."""

import re
from urllib.parse import quote

from fastapi import Request
from starlette.responses import Response, StreamingResponse

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


async def stored(
    request: Request, storage: Storage, key: str, *, media_type: str, etag: str, cache: str = FOR_EVER, name: str | None = None
) -> Response:
    """An object of the storage: small ones whole, larger ones in pieces. With a `name` it is saved and not shown. Raises NotFound."""
    if is_current(request, etag):
        return not_modified(etag, cache)
    headers = {"ETag": etag, "Cache-Control": cache}
    if name is not None:
        headers |= {"Content-Disposition": disposition(name), "Content-Security-Policy": "sandbox; default-src 'none'"}
    found = await storage.open(key)
    if found.size <= WHOLE_UP_TO_BYTES:
        return Response(await found.whole(), media_type=media_type, headers=headers)
    headers["Content-Length"] = str(found.size)
    return StreamingResponse(found.pieces(), media_type=media_type, headers=headers)
