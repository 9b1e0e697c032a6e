"""What the links in letters lead to; each may come from a plain HTML form as well as from a script."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import APIRouter, BackgroundTasks, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response

from cellhub_app.api.context import RequestContext
from cellhub_app.api.deps import Client, Services, limit_sign_ins
from cellhub_app.api.forms import FORM_ANSWER, Fields, described, go_to, read_fields
from cellhub_app.core.errors import CellHubError
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.accounts import links
from cellhub_app.domain.accounts.schemas import EmailAsked, LinkFollowed, PasswordReset
from cellhub_app.domain.activity import service as activity
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.schema import Schema
from cellhub_app.models.user import User

router = APIRouter(prefix="/auth", tags=["auth"])
Asked = TypeVar("Asked", bound=Schema)


async def _send_reset(services: Runtime, email: str) -> None:
    async with services.work() as session:
        await links.send_reset(session, email)


@router.post(
    "/request-password-reset",
    status_code=202,
    response_class=Response,
    openapi_extra=described(EmailAsked),
    responses=FORM_ANSWER,
)
async def request_password_reset(request: Request, services: Services, who: Client, background: BackgroundTasks) -> Response:
    """Write a link for a new password to an address. The answer, and its timing, are the same for addresses without an account."""
    fields = await read_fields(request)
    try:
        await limit_sign_ins(services, who)
        asked: EmailAsked = fields.read(EmailAsked)
    except CellHubError as error:
        if not fields.is_form:
            raise
        return go_to("/forgot-password", error=error.code)
    # Looked up once the answer is on its way: how long that takes tells nothing.
    background.add_task(_send_reset, services, asked.email)
    answer = go_to("/forgot-password", sent="1") if fields.is_form else Response(status_code=202)
    answer.background = background
    return answer


@router.post("/verify-email", status_code=204, openapi_extra=described(LinkFollowed), responses=FORM_ANSWER)
async def verify_email(request: Request, services: Services, who: Client) -> Response:
    """Confirm an address with the secret of the link that was sent there."""

    async def confirm(session: AsyncSession, given: LinkFollowed) -> User:
        return await links.confirm_email(session, given.token)

    return await _followed(request, services, who, (LinkFollowed, confirm, Action.EMAIL_CONFIRM), ("/verify-email", "/sign-in?confirmed=1"))


@router.post("/reset-password", status_code=204, openapi_extra=described(PasswordReset), responses=FORM_ANSWER)
async def reset_password(request: Request, services: Services, who: Client) -> Response:
    """Set a new password with the secret of a link; every session of the account ends."""

    async def reset(session: AsyncSession, given: PasswordReset) -> User:
        return await links.reset_password(session, given.token, given.password)

    return await _followed(request, services, who, (PasswordReset, reset, Action.PASSWORD_RESET), ("/reset-password", "/sign-in?reset=1"))


async def _followed(
    request: Request,
    services: Runtime,
    who: RequestContext,
    act: tuple[type[Asked], Callable[[AsyncSession, Asked], Awaitable[User]], Action],
    pages: tuple[str, str],
) -> Response:
    """Do what a link is for and write it down; `pages` are where a form goes on after a failure and a success."""
    fields = await read_fields(request)
    kind, follow, action = act
    try:
        await limit_sign_ins(services, who)
        given = fields.read(kind)
        async with services.work() as session:
            user = await follow(session, given)
            about = {"resource_type": "user", "resource_id": user.id}
            await activity.record(session, None, action, **about, ip=who.ip, user_agent=who.user_agent)
    except CellHubError as error:
        if not fields.is_form:
            raise
        return _back(fields, pages[0], error)
    return RedirectResponse(pages[1], status_code=303) if fields.is_form else Response(status_code=204)


def _back(fields: Fields, page: str, error: CellHubError) -> Response:
    is_spent = isinstance(error, links.LinkSpent)
    return go_to(page, error=error.code, fragment="" if is_spent else str(fields.values.get("token", "")))
