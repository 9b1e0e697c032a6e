"""Opening an account, perhaps with an invitation in hand."""

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.domain.accounts import registration
from cellhub_app.domain.accounts.schemas import RegisteredView, Registering
from cellhub_app.domain.invitations import service as invitations


async def register(session: AsyncSession, new: Registering) -> RegisteredView:
    """Open an account; an open invitation lets in where registration is by invitation. It is accepted only after signing in.

    Raises EmailInvalid, PasswordWeak, RegistrationClosed.
    """
    is_invited = await invitations.is_open(session, new.invitation)
    return await registration.register(session, email=new.email, password=new.password, name=new.name, is_invited=is_invited)
