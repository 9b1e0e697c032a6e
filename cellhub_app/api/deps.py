"""What routes ask for: who is signed in, a transaction, a page of a list. The transaction commits before the answer leaves."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.openapi.models import HTTPBearer as HTTPBearerModel
from fastapi.security.base import SecurityBase
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.api import limits, tokens
from cellhub_app.api.context import OriginForeign, RequestContext, context_of
from cellhub_app.core.db import looking
from cellhub_app.core.errors import NotSignedIn
from cellhub_app.core.limits import PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX
from cellhub_app.core.log import bind_user
from cellhub_app.core.pagination import PageRequest
from cellhub_app.core.ratelimit import check_rates
from cellhub_app.core.reading import read
from cellhub_app.core.runtime import Runtime, get_runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.accounts import presence
from cellhub_app.domain.accounts.presence import Present, TokenEnded
from cellhub_app.domain.activity import service as activity
from cellhub_app.domain.activity.schemas import Action

COOKIE = "cellhub_session"
TOKEN_SCHEME, COOKIE_SCHEME = "accessToken", "browserSession"


async def runtime() -> Runtime:
    """The open services of this process."""
    return get_runtime()


async def work(services: Annotated[Runtime, Depends(runtime)]) -> AsyncIterator[AsyncSession]:
    """One transaction for the route, committed when it returns and rolled back when it raises."""
    async with services.work() as session:
        yield session


async def look() -> AsyncIterator[AsyncSession]:
    """A session for a route that only reads; what it changed would be lost."""
    async with looking() as session:
        yield session


async def client(request: Request) -> RequestContext:
    """Whence the request comes."""
    return context_of(request.scope)


Services = Annotated[Runtime, Depends(runtime)]
Work = Annotated[AsyncSession, Depends(work, scope="function")]
Look = Annotated[AsyncSession, Depends(look, scope="function")]
Client = Annotated[RequestContext, Depends(client)]


def require_origin(request: Request, services: Runtime) -> None:
    """Let a request that is signed by a cookie pass if a page of ours sent it. Raises OriginForeign."""
    origin = request.headers.get("origin", "")
    if request.method not in tokens.SAFE_METHODS and origin.lower() not in services.settings.origins:
        raise OriginForeign("A request with the browser's cookie must come from a page of CellHub (its Origin header tells).")


async def _present(request: Request, services: Runtime) -> Present:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            raise NotSignedIn("Send the access token as `Authorization: Bearer <token>`.")
        return await presence.api_present(read, token.strip())
    cookie = request.cookies.get(COOKIE, "")
    if not cookie:
        raise NotSignedIn
    require_origin(request, services)
    return await presence.browser_present(read, cookie)


class SignedIn(SecurityBase):
    """Who is signed in, by access token or by the browser's cookie; the session's row is read for every request.

    One dependency without others of its own, because each costs about as much as the row. Pictures do not count against the rate
    limit: a gallery asks for hundreds of them.
    """

    def __init__(self, *, is_counted: bool) -> None:
        self.model, self.scheme_name = HTTPBearerModel(), TOKEN_SCHEME
        self._is_counted = is_counted

    async def __call__(self, request: Request) -> Principal:
        """The person. Raises NotSignedIn, OriginForeign, TooManyRequests."""
        services = get_runtime()
        from_there = limits.of_address(services.settings, context_of(request.scope).ip)
        try:
            present = await _present(request, services)
        except NotSignedIn as error:
            await check_rates(services.redis, *from_there)
            if isinstance(error, TokenEnded):
                await tokens.note(request, services, error.principal, refused=error.why)
            raise
        found = present.principal
        if found.scopes is not None:
            await tokens.check(request, services, found)
        if present.is_due:
            async with services.work() as session:
                await presence.seen(session, found)
        context_of(request.scope).user_id = str(found.user_id)
        bind_user(found.user_id)
        if self._is_counted:
            await check_rates(services.redis, *limits.of_person(services.settings, found.user_id, request.scope), *from_there)
        return found


def describe_signing_in(document: dict[str, Any]) -> None:
    """Say in an OpenAPI document that wherever a token signs, the browser's cookie does too."""
    schemes = document["components"]["securitySchemes"]
    schemes[COOKIE_SCHEME] = {"type": "apiKey", "in": "cookie", "name": COOKIE}
    for item in document["paths"].values():
        for operation in item.values():
            if {TOKEN_SCHEME: []} in operation.get("security", ()):
                operation["security"].append({COOKIE_SCHEME: []})


principal, media_principal = SignedIn(is_counted=True), SignedIn(is_counted=False)
Signed = Annotated[Principal, Depends(principal)]
MediaSigned = Annotated[Principal, Depends(media_principal)]


async def limit_sign_ins(services: Services, who: Client) -> None:
    """Let a few sign-ins a minute from one address pass. Raises TooManyRequests."""
    await check_rates(services.redis, *limits.of_sign_ins(services.settings, who.ip))


async def page_request(
    limit: Annotated[int, Query(ge=1, le=PAGE_SIZE_MAX, description="rows a page")] = PAGE_SIZE_DEFAULT,
    cursor: Annotated[str | None, Query(max_length=1000, description="`nextCursor` or `prevCursor` of another page")] = None,
) -> PageRequest:
    """Which page of a list."""
    return PageRequest.of(limit, cursor)


Paged = Annotated[PageRequest, Depends(page_request)]
Record = Callable[..., Awaitable[None]]


async def recorder(session: Work, who: Client, found: Signed) -> Record:
    """Writes the caller's acts into the audit log, within the route's transaction."""

    async def record(action: Action, resource_type: str = "", resource_id: Any = None, **detail: Any) -> None:
        await activity.record(
            session,
            found,
            action,
            resource_type=resource_type,
            resource_id=resource_id,
            detail=detail,
            ip=who.ip,
            user_agent=who.user_agent,
        )

    return record


Recorded = Annotated[Record, Depends(recorder)]
