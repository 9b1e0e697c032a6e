from uuid import uuid4

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellhub_app.core import security
from cellhub_app.core.errors import NotSignedIn

COST = 4
SECRET = "a secret of more than thirty-two characters"


async def test_a_password_fits_its_hash_only() -> None:
    hashed = await security.hash_password("correct horse battery", COST)
    assert await security.verify_password("correct horse battery", hashed, COST)
    assert not await security.verify_password("correct horse batterz", hashed, COST)


async def test_long_passwords_are_not_cut_at_72_bytes() -> None:
    hashed = await security.hash_password("x" * 100, COST)
    assert not await security.verify_password("x" * 99 + "y", hashed, COST)


async def test_a_missing_account_never_fits() -> None:
    assert not await security.verify_password("anything", None, COST)


def test_access_tokens_say_whose_session_they_stand_for() -> None:
    session_id, user_id = uuid4(), uuid4()
    token, seconds = security.make_access_token(SECRET, session_id, user_id)
    claims = security.read_access_token(SECRET, token)
    assert (claims.session_id, claims.user_id, seconds) == (session_id, user_id, 15 * 60)


def test_tokens_of_another_secret_or_without_signature_are_refused() -> None:
    token, _ = security.make_access_token("another secret of more than 32 characters", uuid4(), uuid4())
    unsigned = jwt.encode({"sid": str(uuid4()), "sub": str(uuid4()), "exp": 9999999999}, "", algorithm="none")
    for word in (token, unsigned):
        with pytest.raises(NotSignedIn):
            security.read_access_token(SECRET, word)


@settings(max_examples=50)
@given(st.text(max_size=200))
def test_garbage_is_never_a_token(word: str) -> None:
    with pytest.raises(NotSignedIn):
        security.read_access_token(SECRET, word)


def test_tokens_are_random_and_only_their_hash_is_comparable() -> None:
    one, other = security.new_token(), security.new_token()
    assert one != other
    assert security.hash_token(one) == security.hash_token(one) != security.hash_token(other)
    assert security.same("abc", "abc")
    assert not security.same("abc", "abd")
