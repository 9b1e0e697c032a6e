"""What people change about their own accounts. What matters asks for the password again, and a wrong one counts as a failed sign-in."""

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core import security
from cellhub_app.core.address import checked_email
from cellhub_app.core.errors import Invalid, NotSignedIn
from cellhub_app.core.ids import now
from cellhub_app.core.lockout import Attempt
from cellhub_app.core.runtime import get_runtime, send_later
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.access import Principal
from cellhub_app.domain.accounts import letters, links, repository
from cellhub_app.domain.accounts.rules import check_password, shown_name
from cellhub_app.domain.accounts.schemas import UserView
from cellhub_app.domain.accounts.sessions import end_others
from cellhub_app.models.link import LinkPurpose
from cellhub_app.models.user import User


class PasswordWrong(Invalid):
    """The password that was asked for again does not fit."""

    code, title = "passwordWrong", "This is not your password"


async def _own(session: AsyncSession, principal: Principal) -> User:
    user = await repository.user(session, principal.user_id)
    if user is None:
        raise NotSignedIn
    return user


async def confirmed(session: AsyncSession, principal: Principal, password: str) -> User:
    """The caller's account, once the password is given again. Raises PasswordWrong, TooManyRequests."""
    user = await _own(session, principal)
    attempt = Attempt(get_runtime().redis, user.email, "")
    await attempt.begin()
    if not await security.verify_password(password, user.password_hash, get_settings().bcrypt_cost):
        raise PasswordWrong("This is not your present password.")
    await attempt.succeed()
    return user


async def rename(session: AsyncSession, principal: Principal, name: str) -> UserView:
    """Be called otherwise from now on."""
    user = await _own(session, principal)
    user.name = shown_name(name, user.email)
    return view(user)


async def change_password(session: AsyncSession, principal: Principal, password: str, new_password: str) -> None:
    """Set another password and end all other sessions. Raises PasswordWrong, PasswordWeak, TooManyRequests."""
    user = await confirmed(session, principal, password)
    if new_password == password:
        raise Invalid("The new password is the same as the old one.")
    check_password(new_password, user.email, user.name)
    user.password_hash = await security.hash_password(new_password, get_settings().bcrypt_cost)
    await repository.spend_links(session, user.id, now())
    await end_others(session, principal)
    if user.email_verified_at is not None:
        send_later(session, letters.password_changed(user.email, links.page_link("/forgot-password")))


async def ask_for_other_email(session: AsyncSession, principal: Principal, email: str, password: str) -> None:
    """Write to the new address; it counts once its letter was followed. Nobody learns whether it has an account.

    Raises EmailInvalid, PasswordWrong, TooManyRequests.
    """
    address = checked_email(email)
    user = await confirmed(session, principal, password)
    holder = await repository.user_by_email(session, address)
    if holder is not None and holder.id != user.id:
        send_later(session, letters.already_known(holder.email, await links.issue(session, holder, LinkPurpose.RESET, holder.email)))
        return
    send_later(session, letters.new_address(address, await links.issue(session, user, LinkPurpose.CHANGE, address)))


async def send_verification(session: AsyncSession, principal: Principal) -> None:
    """Write once more to the caller's address; nothing happens when it is confirmed."""
    await links.send_verification(session, await _own(session, principal))


async def me(session: AsyncSession, principal: Principal) -> UserView:
    """The caller's own account. Raises NotSignedIn."""
    return view(await _own(session, principal))


def view(user: User) -> UserView:
    """One person, as they see themselves."""
    return UserView(
        id=user.id,
        email=user.email,
        name=user.name,
        role=user.role,
        status=user.status,
        email_verified=user.email_verified_at is not None,
        second_factor=user.second_factor_at is not None,
        created_at=user.created_at,
    )
