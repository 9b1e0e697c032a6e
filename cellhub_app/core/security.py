"""Passwords, opaque tokens and access tokens. Secrets are compared in constant time; only hashes of tokens are stored."""

import asyncio
import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

import bcrypt
import jwt

from cellhub_app.core.errors import NotSignedIn
from cellhub_app.core.ids import now
from cellhub_app.core.limits import ACCESS_TOKEN_MINUTES

ALGORITHM = "HS256"
# Personal tokens start so: scanners for leaked secrets know them by it, and so do we.
PERSONAL = "cellhub_"
HALF_SIGNED_IN_MINUTES = 5
_HALF, _VISIT = "second-factor", "share-link"


def _digest(password: str) -> bytes:
    """A fixed-size form of any password, so that bcrypt's 72-byte limit never cuts one silently."""
    return base64.b64encode(hashlib.sha256(password.encode()).digest())


async def hash_password(password: str, cost: int) -> str:
    """The bcrypt hash of a password, computed off the event loop."""
    hashed = await asyncio.to_thread(bcrypt.hashpw, _digest(password), bcrypt.gensalt(cost))
    return hashed.decode()


@lru_cache(maxsize=4)
def _decoy_hash(cost: int) -> str:
    return bcrypt.hashpw(_digest(secrets.token_urlsafe()), bcrypt.gensalt(cost)).decode()


async def verify_password(password: str, hashed: str | None, cost: int) -> bool:
    """Whether the password fits; takes as long when there is no account (`hashed` is None), so that timing tells nothing."""
    known = hashed if hashed is not None else await asyncio.to_thread(_decoy_hash, cost)
    fits = await asyncio.to_thread(bcrypt.checkpw, _digest(password), known.encode())
    return fits and hashed is not None


def new_token() -> str:
    """An opaque secret of 256 bits."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is stored of an opaque token (it is random, so a plain hash is enough)."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


@dataclass(frozen=True)
class AccessClaims:
    """What an access token says: whose session it stands for, until when."""

    session_id: UUID
    user_id: UUID
    expires_at: datetime


def make_access_token(secret: str, session_id: UUID, user_id: UUID) -> tuple[str, int]:
    """A signed access token and its life in seconds."""
    life = timedelta(minutes=ACCESS_TOKEN_MINUTES)
    issued = now()
    claims = {"sid": str(session_id), "sub": str(user_id), "iat": issued, "exp": issued + life}
    return jwt.encode(claims, secret, algorithm=ALGORITHM), int(life.total_seconds())


def read_access_token(secret: str, token: str) -> AccessClaims:
    """The claims of a token that we signed and that still lives. Raises NotSignedIn."""
    try:
        claims = _signed_claims(secret, token)
    except (jwt.InvalidTokenError, ValueError) as error:
        raise NotSignedIn("The access token is not valid or has ended. Sign in again.") from error
    if claims.expires_at <= now():
        raise NotSignedIn("The access token is not valid or has ended. Sign in again.")
    return claims


# A program sends one token with thousands of requests. Kept in memory is only that we signed it: that it lives is asked each time.
@lru_cache(maxsize=4096)
def _signed_claims(secret: str, token: str) -> AccessClaims:
    raw = jwt.decode(token, secret, algorithms=[ALGORITHM], options={"require": ["sid", "sub", "exp"]})
    return AccessClaims(UUID(raw["sid"]), UUID(raw["sub"]), datetime.fromtimestamp(raw["exp"], tz=now().tzinfo))


def make_half_token(secret: str, user_id: UUID) -> str:
    """Says for a few minutes that somebody knew this person's password, and nothing more."""
    claims = {"sub": str(user_id), "aud": _HALF, "exp": now() + timedelta(minutes=HALF_SIGNED_IN_MINUTES)}
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


def read_half_token(secret: str, token: str) -> UUID:
    """Whose password was known. Raises NotSignedIn."""
    try:
        claims = jwt.decode(token, secret, algorithms=[ALGORITHM], audience=_HALF, options={"require": ["sub", "aud", "exp"]})
        return UUID(claims["sub"])
    except (jwt.InvalidTokenError, ValueError) as error:
        raise NotSignedIn("Too much time has passed. Sign in again.") from error


def make_visit_token(secret: str, link_id: UUID, until: datetime) -> str:
    """Says until then that somebody knew a share link's secret and its password, if it has one; the link's row is asked each time."""
    return jwt.encode({"sub": str(link_id), "aud": _VISIT, "exp": until}, secret, algorithm=ALGORITHM)


def read_visit_token(secret: str, token: str) -> UUID:
    """Which link was opened. Raises NotSignedIn."""
    try:
        claims = jwt.decode(token, secret, algorithms=[ALGORITHM], audience=_VISIT, options={"require": ["sub", "aud", "exp"]})
        return UUID(claims["sub"])
    except (jwt.InvalidTokenError, ValueError) as error:
        raise NotSignedIn from error
