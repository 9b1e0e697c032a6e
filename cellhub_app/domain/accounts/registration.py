"""Opening accounts: by people themselves, and by the server's own command line. No answer, and no timing, tells who has one already."""

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core import security
from cellhub_app.core.address import checked_email
from cellhub_app.core.errors import Conflict, NotAllowed, NotFound
from cellhub_app.core.ids import now
from cellhub_app.core.runtime import send_later
from cellhub_app.core.settings import Registration, get_settings
from cellhub_app.domain.accounts import letters, links, repository
from cellhub_app.domain.accounts.profile import view
from cellhub_app.domain.accounts.rules import check_password, shown_name
from cellhub_app.domain.accounts.schemas import RegisteredView, UserView
from cellhub_app.domain.accounts.sessions import end_all
from cellhub_app.models.link import LinkPurpose
from cellhub_app.models.user import Role, User, UserStatus


class EmailTaken(Conflict):
    """The address has an account already (told to admins only)."""

    code, title = "emailTaken", "This e-mail address has an account already"


class RegistrationClosed(NotAllowed):
    """Accounts are made by invitation only."""

    code, title = "registrationClosed", "Registration is by invitation on this server"


async def register(session: AsyncSession, *, email: str, password: str, name: str = "", is_invited: bool = False) -> RegisteredView:
    """Open an account; a known address gets another letter, the same answer and as much work.

    Raises EmailInvalid, PasswordWeak, RegistrationClosed.
    """
    settings = get_settings()
    if settings.registration is Registration.INVITATION and not is_invited:
        raise RegistrationClosed("Registration is by invitation on this server. Ask a member of a project, or an admin, to invite you.")
    address = checked_email(email)
    check_password(password, address, name)
    hashed = await security.hash_password(password, settings.bcrypt_cost)
    status = UserStatus.PENDING if settings.registration is Registration.APPROVAL else UserStatus.ACTIVE
    new = User(email=address, name=shown_name(name, address), password_hash=hashed, status=status)
    written = await repository.add_user(session, new)
    user = await repository.user_by_email(session, address)
    if user is not None:
        purpose = LinkPurpose.VERIFY if written else LinkPurpose.RESET
        link = await links.issue(session, user, purpose, user.email)
        is_pending = status is UserStatus.PENDING
        letter = letters.welcome(address, link, is_pending=is_pending) if written else letters.already_known(user.email, link)
        send_later(session, letter)
    return RegisteredView(email=address, status=status)


async def create_admin(session: AsyncSession, *, email: str, password: str, name: str = "") -> UserView:
    """Open an account that may do everything. Raises EmailInvalid, PasswordWeak, EmailTaken."""
    address = checked_email(email)
    check_password(password, address)
    hashed = await security.hash_password(password, get_settings().bcrypt_cost)
    admin = User(email=address, name=shown_name(name, address), password_hash=hashed, role=Role.ADMIN, email_verified_at=now())
    if not await repository.add_user(session, admin):
        raise EmailTaken(f"{address} has an account already.")
    return view(admin)


async def has_admin(session: AsyncSession) -> bool:
    """Whether anybody may do everything yet; told to the server's own command line only."""
    return await repository.count_admins(session) > 0


async def set_password(session: AsyncSession, *, email: str, password: str) -> None:
    """Give an account another password and end all its sessions, for the server's own command line. Raises NotFound, PasswordWeak."""
    user = await repository.user_by_email(session, email.strip())
    if user is None:
        raise NotFound(f"There is no account for {email}.")
    check_password(password, user.email)
    user.password_hash = await security.hash_password(password, get_settings().bcrypt_cost)
    await repository.spend_links(session, user.id, now())
    await end_all(session, user.id)
