"""Links in letters: to confirm an address, to set a new password, to move to another address.

The secret stands behind the `#` of the address, which browsers send to no server, so that it is in no log and no Referer.
"""

from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core import security
from cellhub_app.core.errors import Invalid
from cellhub_app.core.ids import now
from cellhub_app.core.runtime import send_later
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.accounts import letters, repository
from cellhub_app.domain.accounts.rules import check_password
from cellhub_app.domain.accounts.sessions import end_all
from cellhub_app.models.link import LinkPurpose, OneTimeLink
from cellhub_app.models.user import User, UserStatus

LIFE = {LinkPurpose.VERIFY: timedelta(days=3), LinkPurpose.RESET: timedelta(hours=1), LinkPurpose.CHANGE: timedelta(days=1)}
_PAGES = {LinkPurpose.VERIFY: "/verify-email", LinkPurpose.RESET: "/reset-password", LinkPurpose.CHANGE: "/verify-email"}


class LinkSpent(Invalid):
    """The link was used before, is too old, or was never one of ours; which of them is not told."""

    code, title = "linkSpent", "This link was used before or is too old"


async def issue(session: AsyncSession, user: User, purpose: LinkPurpose, email: str) -> str:
    """A new link for the person, to be sent to `email`."""
    token = security.new_token()
    ends = now() + LIFE[purpose]
    session.add(OneTimeLink(user_id=user.id, purpose=purpose, email=email, token_hash=security.hash_token(token), expires_at=ends))
    await session.flush()
    return page_link(_PAGES[purpose]) + f"#{token}"


def page_link(path: str) -> str:
    """The whole address of a page of ours."""
    return get_settings().base_url + path


async def send_verification(session: AsyncSession, user: User) -> None:
    """Write to an address that is not confirmed yet; does nothing for one that is."""
    if user.email_verified_at is None:
        send_later(session, letters.verification(user.email, await issue(session, user, LinkPurpose.VERIFY, user.email)))


async def send_reset(session: AsyncSession, email: str) -> None:
    """Write to the account of an address, if there is one that may sign in; the caller is told nothing either way."""
    user = await repository.user_by_email(session, email.strip())
    if user is not None and user.status != UserStatus.SUSPENDED:
        send_later(session, letters.reset(user.email, await issue(session, user, LinkPurpose.RESET, user.email)))


async def confirm_email(session: AsyncSession, token: str) -> User:
    """The address that the letter went to is the person's, and from now on their account's. Raises LinkSpent."""
    link, user = await _follow(session, token, LinkPurpose.VERIFY, LinkPurpose.CHANGE)
    if link.purpose == LinkPurpose.CHANGE:
        await _move(session, user, link.email)
    elif link.email != user.email:
        raise LinkSpent
    user.email_verified_at = link.used_at = now()
    return user


async def _move(session: AsyncSession, user: User, email: str) -> None:
    before, was_verified = user.email, user.email_verified_at is not None
    await repository.spend_links(session, user.id, now())
    user.email = email
    try:
        await session.flush()
    except IntegrityError as error:
        raise LinkSpent("Another account has this address by now.") from error
    if was_verified:
        send_later(session, letters.address_changed(before, page_link("/forgot-password")))


async def reset_password(session: AsyncSession, token: str, password: str) -> User:
    """Set a new password and end every session; the letter was read, so the address is the person's. Raises LinkSpent, PasswordWeak."""
    link, user = await _follow(session, token, LinkPurpose.RESET)
    if user.status == UserStatus.SUSPENDED or link.email != user.email:
        raise LinkSpent
    check_password(password, user.email, user.name)
    user.password_hash = await security.hash_password(password, get_settings().bcrypt_cost)
    user.email_verified_at = user.email_verified_at or now()
    await repository.spend_links(session, user.id, now())
    await end_all(session, user.id)
    return user


async def _follow(session: AsyncSession, token: str, *purposes: LinkPurpose) -> tuple[OneTimeLink, User]:
    """The link, locked so that only one request can use it. Raises LinkSpent."""
    link = await repository.link(session, security.hash_token(token))
    user = await repository.user(session, link.user_id) if link else None
    if link is None or user is None or link.purpose not in purposes or link.used_at is not None or link.expires_at <= now():
        raise LinkSpent("This link was used before or is too old. Ask for a new one.")
    return link, user
