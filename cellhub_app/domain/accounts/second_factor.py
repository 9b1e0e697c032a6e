"""Turning the optional second factor on and off; codes.py says which codes let in."""

import secrets

import segno
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Conflict, Invalid
from cellhub_app.core.ids import now
from cellhub_app.core.security import hash_token
from cellhub_app.domain.access import Principal
from cellhub_app.domain.accounts import profile, repository
from cellhub_app.domain.accounts.codes import generator, takes_code
from cellhub_app.domain.accounts.schemas import SecondFactorSetup
from cellhub_app.models.user import RecoveryCode, User

RECOVERY_CODES = 10
ISSUER = "CellHub"


class CodeWrong(Invalid):
    """Not the code that the app shows now, nor a recovery code."""

    code, title = "codeWrong", "This code is not right"


class SecondFactorOn(Conflict):
    """There is one already."""

    code, title = "secondFactorOn", "The second factor is on already"


async def begin(session: AsyncSession, principal: Principal, password: str) -> SecondFactorSetup:
    """A fresh secret for the app, which counts once a code of it was given. Raises PasswordWrong, TooManyRequests, SecondFactorOn."""
    user = await profile.confirmed(session, principal, password)
    if user.second_factor_at is not None:
        raise SecondFactorOn("Turn the second factor off first.")
    user.second_factor = secrets.token_urlsafe(32)
    totp = generator(user.second_factor)
    address = totp.provisioning_uri(name=user.email, issuer_name=ISSUER)
    picture = segno.make(address, error="m").svg_data_uri(scale=4, border=2, dark="#000", light="#fff")
    return SecondFactorSetup(secret=totp.secret, address=address, picture=picture)


async def turn_on(session: AsyncSession, principal: Principal, code: str) -> list[str]:
    """Let the second factor count from now on; the recovery codes, shown once. Raises CodeWrong, SecondFactorOn."""
    user = await repository.lock_user(session, principal.user_id)
    if user is None or user.second_factor is None:
        raise CodeWrong("Scan the picture with your app first.")
    if user.second_factor_at is not None:
        raise SecondFactorOn
    if not takes_code(user, code):
        raise CodeWrong("This is not the code that the app shows now.")
    user.second_factor_at = now()
    return await _new_recovery_codes(session, user)


async def turn_off(session: AsyncSession, principal: Principal, password: str) -> None:
    """Sign in with the password alone from now on. Raises PasswordWrong, TooManyRequests."""
    user = await profile.confirmed(session, principal, password)
    user.second_factor = user.second_factor_at = user.second_factor_step = None
    await repository.forget_recovery_codes(session, user.id)


async def is_on(session: AsyncSession, principal: Principal) -> bool:
    """Whether signing in asks the caller for a code."""
    user = await repository.user(session, principal.user_id)
    return user is not None and user.second_factor_at is not None


async def _new_recovery_codes(session: AsyncSession, user: User) -> list[str]:
    await repository.forget_recovery_codes(session, user.id)
    codes = ["-".join(secrets.token_hex(2) for _ in range(4)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user.id, code_hash=hash_token(code)) for code in codes)
    await session.flush()
    return codes
