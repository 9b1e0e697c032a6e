"""What routes ask for: who is signed in, a transaction, a page of a list. The transaction commits before the answer leaves."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.api.context import OriginForeign, RequestContext, context_of
from cellhub_app.core.errors import NotSignedIn
from cellhub_app.core.limits import PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX
from cellhub_app.core.log import bind_user
from cellhub_app.core.pagination import PageRequest
from cellhub_app.core.ratelimit import check_rate
from cellhub_app.core.runtime import Runtime, get_runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.accounts import service as accounts
from cellhub_app.domain.activity import service as activity
from cellhub_app.domain.activity.schemas import Action

COOKIE = "cellhub_session"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


async def runtime() -> Runtime:
    """The open services of this process."""
    return get_runtime()


async def work(services: Annotated[Runtime, Depends(runtime)]) -> AsyncIterator[AsyncSession]:
    """One transaction for the route, committed when it returns and rolled back when it raises."""
    async with services.work() as session:
        yield session


async def client(request: Request) -> RequestContext:
    """Whence the request comes."""
    return context_of(request.scope)


# What OpenAPI says of signing in; _signed_in() reads both by itself, to tell a wrong scheme from none.
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False, scheme_name="accessToken"))]
Cookie = Annotated[str | None, Depends(APIKeyCookie(name=COOKIE, auto_error=False, scheme_name="browserSession"))]
Services = Annotated[Runtime, Depends(runtime)]
Work = Annotated[AsyncSession, Depends(work, scope="function")]
Client = Annotated[RequestContext, Depends(client)]


def require_origin(request: Request, services: Runtime) -> None:
    """Let a request that is signed by a cookie pass if a page of ours sent it. Raises OriginForeign."""
    origin = request.headers.get("origin", "")
    if request.method not in _SAFE_METHODS and origin.lower() not in services.settings.origins:
        raise OriginForeign("A request with the browser's cookie must come from a page of CellHub (its Origin header tells).")


async def _signed_in(request: Request, services: Runtime) -> Principal:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            raise NotSignedIn("Send the access token as `Authorization: Bearer <token>`.")
        async with services.work() as session:
            return await accounts.api_principal(session, token.strip())
    cookie = request.cookies.get(COOKIE, "")
    if not cookie:
        raise NotSignedIn
    require_origin(request, services)
    async with services.work() as session:
        return await accounts.browser_principal(session, cookie)


async def media_principal(request: Request, services: Services, who: Client, _bearer: Bearer, _cookie: Cookie) -> Principal:
    """Who is signed in, for pictures: a gallery asks for hundreds of them, so they do not count against the rate limit."""
    principal = await _signed_in(request, services)
    who.user_id = str(principal.user_id)
    bind_user(principal.user_id)
    return principal


async def principal(found: Annotated[Principal, Depends(media_principal)], services: Services) -> Principal:
    """Who is signed in, by access token or by the browser's cookie. Raises NotSignedIn, OriginForeign, TooManyRequests."""
    await check_rate(services.redis, "api", str(found.user_id), services.settings.requests_per_minute)
    return found


Signed = Annotated[Principal, Depends(principal)]
MediaSigned = Annotated[Principal, Depends(media_principal)]


async def limit_sign_ins(services: Services, who: Client) -> None:
    """Let a few sign-ins a minute from one address pass. Raises TooManyRequests."""
    await check_rate(services.redis, "sign-in", who.ip, services.settings.sign_ins_per_minute)


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
