"""Codes that let in beside the password: those of an authenticator app (RFC 6238), each good once, and recovery codes."""

import base64
import hashlib
import hmac
import re

import pyotp
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.ids import now
from cellhub_app.core.security import hash_token, same
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.accounts import repository
from cellhub_app.models.user import User

STEP_S = 30
DRIFT_STEPS = 1


def generator(name: str) -> pyotp.TOTP:
    """The generator behind a name: who reads the database alone cannot make codes."""
    key = get_settings().secret_key.get_secret_value().encode()
    digest = hmac.new(key, f"second-factor:{name}".encode(), hashlib.sha256).digest()
    return pyotp.TOTP(base64.b32encode(digest[:20]).decode(), interval=STEP_S)


async def passes(session: AsyncSession, user: User, code: str) -> bool:
    """Whether the code lets the person in: one of the app that was not used yet, or a recovery code, which is spent by it."""
    locked = await repository.lock_user(session, user.id)
    if locked is None:
        return False
    return takes_code(locked, code) or await repository.spend_recovery_code(session, user.id, hash_token(code.strip().lower()), now())


def takes_code(user: User, code: str) -> bool:
    """Whether it is a code of the app for about now, later than the last one used; from then on it is used."""
    digits, totp = re.sub(r"\s", "", code), generator(user.second_factor or "")
    step = int(now().timestamp()) // STEP_S
    for tried in range(step - DRIFT_STEPS, step + DRIFT_STEPS + 1):
        if tried > (user.second_factor_step or 0) and same(totp.at(tried * STEP_S), digits):
            user.second_factor_step = tried
            return True
    return False
