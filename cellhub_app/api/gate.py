"""The outermost layer of the web process, in front of the pages, the websocket and the API alike.

It names each request, refuses foreign Origins, closes Reflex's own upload, counts body bytes as they come (chunked or not),
adds the security headers, compresses, and writes one log line and one timing a request.
"""

import re
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cellhub_app.api import limits, problems
from cellhub_app.api.context import KEY, TUS_VERSION, OriginForeign, RequestContext, networks
from cellhub_app.api.headers import security_headers
from cellhub_app.core import telemetry
from cellhub_app.core.errors import CellHubError, NotFound, TooLarge, TooManyRequests
from cellhub_app.core.limits import FILES_PER_REQUEST, JSON_BODY_MAX_BYTES, MEGABYTE, UPLOAD_SESSION_BODY_MAX_BYTES
from cellhub_app.core.log import request_context
from cellhub_app.core.ratelimit import check_known, check_rates
from cellhub_app.core.runtime import get_runtime
from cellhub_app.core.settings import Settings, get_settings
from cellhub_app.domain.flows.bring_in import file_max_bytes

log = structlog.get_logger("cellhub.access")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
API_PREFIX = "/api/v1"
_METHODS = SAFE_METHODS | {"POST", "PUT", "PATCH", "DELETE"}
_OPERATIONS = frozenset({"/health/live", "/health/ready", "/metrics"})
_UPLOAD = re.compile(r"/api/v1/projects/[^/]+/images/?")
_IMPORT = re.compile(r"/api/v1/projects/[^/]+/imports/?")
_SESSIONS = re.compile(r"/api/v1/projects/[^/]+/upload-sessions/?")
_RESUMABLE = re.compile(r"/api/v1/uploads(/|$)")
_CLOSED = re.compile(r"/_upload(/|$)")
# No address of ours has one, and a route's pattern ends at the first line's end.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NOT_COMPRESSED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "image/*", "application/octet-stream", "application/x-cellhub-polygons")
_POLICY_VIOLATION = 1008


class Gate:
    """Wraps the whole application; made once a process, before the first request."""

    def __init__(self, app: ASGIApp, settings: Settings | None = None) -> None:
        self._settings = settings or get_settings()
        self.app = GZipMiddleware(app, minimum_size=1000, compresslevel=3, exclude_content_types=_NOT_COMPRESSED)
        self.headers = security_headers(self._settings)
        self._proxies = networks(self._settings.proxies)
        self.sampler = telemetry.ProcessSampler()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer in its stead."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        context = scope[KEY] = RequestContext.of(scope, self._proxies)
        with request_context(context.request_id):
            if scope["type"] == "websocket":
                await self._websocket(scope, receive, send)
            else:
                await _Exchange(self, scope, send, context).run(receive)

    def origin_is_foreign(self, scope: Scope) -> bool:
        """Whether a browser says that a page of another origin sends this."""
        origin = Headers(scope=scope).get("origin")
        return origin is not None and origin.lower() not in self._settings.origins

    def closed_to(self, context: RequestContext) -> TooManyRequests | None:
        """What to tell an address that has asked too often in this minute already; nobody needs to be asked for that."""
        try:
            for limit in limits.of_address(self._settings, context.ip):
                check_known(limit)
        except TooManyRequests as error:
            return error
        return None

    def body_limit(self, scope: Scope) -> int:
        """The most bytes that the body of this request may have."""
        if scope["method"] == "POST" and _UPLOAD.fullmatch(scope["path"]):
            return FILES_PER_REQUEST * self._settings.max_file_bytes + MEGABYTE
        if scope["method"] == "POST" and _IMPORT.fullmatch(scope["path"]):
            return FILES_PER_REQUEST * file_max_bytes(self._settings) + MEGABYTE
        if scope["method"] == "POST" and _SESSIONS.fullmatch(scope["path"]):
            return UPLOAD_SESSION_BODY_MAX_BYTES
        if scope["method"] == "PATCH" and _RESUMABLE.match(scope["path"]):
            return self._settings.max_upload_bytes + MEGABYTE
        return JSON_BODY_MAX_BYTES

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if why := await self._why_not_connect(scope):
            log.warning(f"websocket refused: {why}", origin=Headers(scope=scope).get("origin"))
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": why})
            return
        # Pages ask Reflex who is there, and it knows the nearest neighbour only, which may be our own proxy.
        scope["client"] = (scope[KEY].ip, 0)
        with telemetry.open_stream("websocket"):
            await self.app(scope, receive, send)

    async def _why_not_connect(self, scope: Scope) -> str:
        if self.origin_is_foreign(scope):
            return "foreign origin"
        try:
            await check_rates(get_runtime().redis, *limits.of_address(self._settings, scope[KEY].ip))
        except TooManyRequests:
            return "too many connections"
        return ""


class _Exchange:
    """One request and its answer on their way through the gate."""

    def __init__(self, gate: Gate, scope: Scope, send: Send, context: RequestContext) -> None:
        self._gate, self._scope, self._send, self._context = gate, scope, send, context
        self._limit = gate.body_limit(scope)
        self._path, self._method = scope["path"], scope["method"]
        self._received = 0
        self._too_large = False
        self._status = 0
        self._replaced = False

    async def run(self, receive: Receive) -> None:
        """Check, pass on, and write down what happened."""
        started = time.perf_counter()
        try:
            refusal = self._refusal()
            if refusal is not None:
                await self._answer(refusal)
            else:
                await self._pass(receive)
        finally:
            self._note(time.perf_counter() - started)

    def _refusal(self) -> CellHubError | None:
        if _CONTROL.search(self._path):
            return NotFound("There is nothing at this address.")
        if _CLOSED.match(self._path):
            return NotFound("Files are uploaded through /api/v1/projects/{id}/images.")
        if self._method not in SAFE_METHODS and self._gate.origin_is_foreign(self._scope):
            return OriginForeign("This request comes from a page of another site.")
        if self._path.startswith(API_PREFIX) and (full := self._gate.closed_to(self._context)):
            return full
        length = Headers(scope=self._scope).get("content-length", "")
        if length.isdecimal() and int(length) > self._limit:
            return self._body_too_large()
        return None

    def _body_too_large(self) -> TooLarge:
        return TooLarge(f"The request has more than {self._limit // MEGABYTE} MB, which is the limit here.")

    async def _pass(self, receive: Receive) -> None:
        async def counted() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                self._received += len(message.get("body", b""))
                if self._received > self._limit:
                    self._too_large = True
                    raise self._body_too_large()
            return message

        try:
            await self._gate.app(self._scope, counted, self._guarded_send)
        except ClientDisconnect:
            self._status = self._status or 499
        except TooLarge as error:
            if self._status == 0:
                await self._answer(error)
        except Exception:  # the outermost boundary: whatever went wrong is logged and answered without its inside
            log.exception("request failed", method=self._method, path=self._path)
            if self._status == 0:
                await problems.unexpected(self._scope)(self._scope, _nothing_more, self._emit)

    async def _guarded_send(self, message: Message) -> None:
        """Pass the answer on; one made because the body was cut off is replaced by the true reason."""
        if self._replaced:
            return
        if self._too_large and message["type"] == "http.response.start" and message["status"] != TooLarge.status:
            self._replaced = True
            await self._answer(self._body_too_large())
            return
        await self._emit(message)

    async def _answer(self, error: CellHubError) -> None:
        await problems.of_error(self._scope, error)(self._scope, _nothing_more, self._emit)

    async def _emit(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._add_headers(MutableHeaders(scope=message))
        await self._send(message)

    def _add_headers(self, headers: MutableHeaders) -> None:
        for name, value in self._gate.headers.items():
            headers.setdefault(name, value)
        headers["X-Request-ID"] = self._context.request_id
        if self._path.startswith(API_PREFIX):
            headers.setdefault("Cache-Control", "no-store")
        if _RESUMABLE.match(self._path):
            headers["Tus-Resumable"] = headers["Tus-Version"] = TUS_VERSION

    def _route(self) -> str:
        template = getattr(self._scope.get("route"), "path", "")
        if self._path.startswith(API_PREFIX):
            return API_PREFIX + template if template else "unmatched"
        return self._path if self._path in _OPERATIONS else "pages"

    def _note(self, seconds: float) -> None:
        method = self._method if self._method in _METHODS else "other"
        telemetry.REQUESTS.labels(method, self._route(), str(self._status)).observe(seconds)
        self._gate.sampler.sample()
        tell = log.info if self._path.startswith(API_PREFIX) else log.debug
        tell(
            "request",
            method=self._method,
            path=self._path,
            status=self._status,
            duration_ms=round(seconds * 1000, 1),
            ip=self._context.ip,
            **({"user_id": self._context.user_id} if self._context.user_id else {}),
        )


async def _nothing_more() -> Message:
    return {"type": "http.disconnect"}
