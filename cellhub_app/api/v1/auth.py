"""Registering, signing in and out: tokens for API clients, a cookie for browsers."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from cellhub_app.api.context import RequestContext
from cellhub_app.api.deps import COOKIE, Client, Look, Recorded, Services, Signed, Work, limit_sign_ins, require_origin
from cellhub_app.api.forms import FORM_ANSWER, Fields, described, go_to, read_fields
from cellhub_app.core import security
from cellhub_app.core.errors import CellHubError, NotSignedIn, TooManyRequests
from cellhub_app.core.limits import SESSION_ABSOLUTE_DAYS
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.accounts import profile, signing_in
from cellhub_app.domain.accounts.schemas import CodeGiven, Credentials, RefreshRequest, RegisteredView, Registering, TokensView, UserView
from cellhub_app.domain.activity import service as activity
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows import join
from cellhub_app.models.session import SessionKind

router = APIRouter(prefix="/auth", tags=["auth"])
HALF_COOKIE = "cellhub_half"
Limited = Depends(limit_sign_ins)


@router.post(
    "/register",
    status_code=201,
    response_model=RegisteredView,
    openapi_extra=described(Registering),
    responses=FORM_ANSWER,
)
async def register(request: Request, services: Services, who: Client) -> RegisteredView | Response:
    """Open an account. The answer is the same for an address that has one; its owner gets a letter instead."""
    fields = await read_fields(request)
    try:
        await limit_sign_ins(services, who)
        new = fields.read(Registering)
        async with services.work() as session:
            done = await join.register(session, new)
            await activity.record(session, None, Action.REGISTER, ip=who.ip, user_agent=who.user_agent)
    except CellHubError as error:
        if not fields.is_form:
            raise
        return go_to("/register", error=error.code, next=fields.onward)
    return go_to("/sign-in", registered=done.status, next=fields.onward) if fields.is_form else done


async def _sign_in(services: Runtime, who: RequestContext, given: Credentials, kind: SessionKind) -> signing_in.SignIn:
    """Sign in and write it down, also when it is refused."""
    try:
        async with services.work() as session:
            done = await signing_in.sign_in(
                session, email=given.email, password=given.password, kind=kind, user_agent=who.user_agent, ip=who.ip, code=given.code
            )
            await activity.record(session, done.principal, Action.SIGN_IN, ip=who.ip, user_agent=who.user_agent)
            return done
    except (signing_in.SignInRefused, signing_in.AccountClosed, TooManyRequests) as error:
        async with services.work() as session:
            detail = {"code": error.code}
            await activity.record(session, None, Action.SIGN_IN_REFUSED, detail=detail, ip=who.ip, user_agent=who.user_agent)
        raise


def _tokens(tokens: signing_in.Tokens) -> TokensView:
    return TokensView(access_token=tokens.access_token, refresh_token=tokens.refresh_token, expires_in=tokens.expires_in_s)


@router.post("/login", response_model=TokensView, dependencies=[Limited])
async def login(given: Credentials, services: Services, who: Client) -> TokensView:
    """Start a session of an API client."""
    done = await _sign_in(services, who, given, SessionKind.API)
    assert done.tokens is not None  # noqa: S101 - an API session has tokens
    return _tokens(done.tokens)


@router.post("/refresh", response_model=TokensView, dependencies=[Limited])
async def refresh(given: RefreshRequest, services: Services, who: Client) -> TokensView:
    """Exchange a refresh token for a new pair; one that was spent before ends the whole session."""
    async with services.work() as session:
        tokens = await signing_in.refresh(session, given.refresh_token)
        if tokens is None:
            await activity.record(session, None, Action.TOKEN_REUSED, ip=who.ip, user_agent=who.user_agent)
    if tokens is None:
        raise NotSignedIn("This refresh token was used before, so its session was ended. Sign in again.")
    return _tokens(tokens)


@router.post("/logout", status_code=204)
async def logout(session: Work, principal: Signed, record: Recorded) -> None:
    """End the caller's session, with all its tokens."""
    await signing_in.sign_out(session, principal)
    await record(Action.SIGN_OUT)


@router.get("/me", response_model=UserView)
async def me(session: Look, principal: Signed) -> UserView:
    """Who is signed in."""
    return await profile.me(session, principal)


@router.post("/session", status_code=204, openapi_extra=described(Credentials), responses=FORM_ANSWER)
async def start_session(request: Request, services: Services, who: Client) -> Response:
    """Sign a browser in with an HttpOnly cookie. JSON gets 204; a form goes on to its `next`, or back to the sign-in page.

    Where a second factor is on, a form goes on to ask for its code; JSON sends the `code` along.
    """
    fields = await read_fields(request)
    try:
        await limit_sign_ins(services, who)
        done = await _sign_in(services, who, fields.read(Credentials), SessionKind.BROWSER)
    except signing_in.SecondFactorNeeded as needed:
        if not fields.is_form:
            raise
        answer = go_to("/sign-in/code", next=fields.onward)
        life_s = security.HALF_SIGNED_IN_MINUTES * 60
        _set_cookie(answer, services, HALF_COOKIE, signing_in.half_signed_in(needed.user_id), life_s)
        return answer
    except CellHubError as error:
        if not fields.is_form:
            raise
        return go_to("/sign-in", error=error.code, next=fields.onward)
    return await _with_session(request, services, done, fields)


@router.post("/session/code", status_code=204, openapi_extra=described(CodeGiven), responses=FORM_ANSWER)
async def finish_session(request: Request, services: Services, who: Client) -> Response:
    """The second step of a browser's sign-in: the code of the authenticator app, or a recovery code."""
    fields = await read_fields(request)
    whence = signing_in.Whence(SessionKind.BROWSER, who.user_agent, who.ip)
    try:
        await limit_sign_ins(services, who)
        given = fields.read(CodeGiven)
        async with services.work() as session:
            done = await signing_in.sign_in_with_code(session, request.cookies.get(HALF_COOKIE, ""), given.code, whence)
            await activity.record(session, done.principal, Action.SIGN_IN, ip=who.ip, user_agent=who.user_agent)
    except CellHubError as error:
        async with services.work() as session:
            await activity.record(session, None, Action.SIGN_IN_REFUSED, detail={"code": error.code}, ip=who.ip, user_agent=who.user_agent)
        if not fields.is_form:
            raise
        page = "/sign-in/code" if error.code != NotSignedIn.code else "/sign-in"
        return go_to(page, error=error.code, next=fields.onward)
    return await _with_session(request, services, done, fields)


async def _with_session(request: Request, services: Runtime, done: signing_in.SignIn, fields: Fields) -> Response:
    """The answer to somebody who is signed in now; the session that the browser had before ends."""
    await _end(services, request)
    answer = go_to(fields.next_path) if fields.is_form else Response(status_code=204)
    _set_cookie(answer, services, COOKIE, done.token, SESSION_ABSOLUTE_DAYS * 24 * 3600)
    if HALF_COOKIE in request.cookies:
        answer.delete_cookie(HALF_COOKIE, path="/", httponly=True, samesite="lax", secure=services.settings.is_secure)
    return answer


def _set_cookie(answer: Response, services: Runtime, name: str, value: str, life_s: int) -> None:
    answer.set_cookie(name, value, max_age=life_s, path="/", httponly=True, samesite="lax", secure=services.settings.is_secure)


async def _end(services: Runtime, request: Request) -> None:
    """End the session of the cookie that came along, if there is one."""
    if token := request.cookies.get(COOKIE):
        async with services.work() as session:
            principal = await signing_in.end_browser_session(session, token)
            if principal is not None:
                await activity.record(session, principal, Action.SIGN_OUT)


def _without_cookie(answer: Response, services: Runtime) -> Response:
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=services.settings.is_secure)
    return answer


@router.delete("/session", status_code=204)
async def end_session(request: Request, services: Services) -> Response:
    """Sign a browser out, also when its session has ended already."""
    require_origin(request, services)
    await _end(services, request)
    return _without_cookie(Response(status_code=204), services)


@router.post("/session/end", status_code=303)
async def end_session_by_form(request: Request, services: Services) -> Response:
    """Sign a browser out from a plain HTML form."""
    require_origin(request, services)
    fields = await read_fields(request)
    await _end(services, request)
    return _without_cookie(go_to("/sign-in", next=fields.onward), services)
