from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from cellhub_app.core.errors import NotSignedIn
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.ids import new_id, now
from cellhub_app.core.runtime import Runtime
from cellhub_app.core.security import make_access_token
from cellhub_app.domain.access import Principal
from cellhub_app.domain.accounts import presence, registration, signing_in
from cellhub_app.models.session import Session, SessionKind
from cellhub_app.models.user import User, UserStatus

PASSWORD = "correct horse battery"


async def _sign_in(runtime: Runtime, kind: SessionKind = SessionKind.BROWSER, email: str = "ada@example.org") -> signing_in.SignIn:
    async with runtime.work() as session:
        await registration.register(session, email="ada@example.org", password=PASSWORD, name="Ada")
    async with runtime.work() as session:
        return await signing_in.sign_in(session, email=email, password=PASSWORD, kind=kind, user_agent="x" * 999, ip="127.0.0.1")


async def _tokens(runtime: Runtime) -> signing_in.Tokens:
    tokens = (await _sign_in(runtime, SessionKind.API)).tokens
    assert tokens is not None
    return tokens


async def _set(runtime: Runtime, table: type[Session] | type[User], **values: object) -> None:
    async with runtime.work() as session:
        await session.execute(update(table).values(**values))


async def _browser(runtime: Runtime, token: str) -> Principal:
    async with runtime.work() as session:
        return await presence.browser_principal(session, token)


async def _api(runtime: Runtime, token: str) -> Principal:
    async with runtime.work() as session:
        return await presence.api_principal(session, token)


async def _refresh(runtime: Runtime, token: str) -> signing_in.Tokens | None:
    async with runtime.work() as session:
        return await signing_in.refresh(session, token)


async def _seen_at(runtime: Runtime, principal: Principal) -> datetime:
    async with runtime.work() as session:
        return (await session.get_one(Session, principal.session_id)).last_seen_at


async def test_a_wrong_password_and_an_unknown_address_are_refused_alike(runtime: Runtime) -> None:
    await _sign_in(runtime)
    refusals = []
    for email, password in (("ada@example.org", "wrong password"), ("bob@example.org", PASSWORD), ("ada@example.org", "x" * 10_000)):
        with pytest.raises(signing_in.SignInRefused) as caught:
            async with runtime.work() as session:
                await signing_in.sign_in(session, email=email, password=password, kind=SessionKind.API)
        refusals.append((caught.value.code, caught.value.detail))
    assert len(set(refusals)) == 1


@pytest.mark.parametrize("status", [UserStatus.PENDING, UserStatus.SUSPENDED])
async def test_a_closed_account_is_told_only_to_who_knows_its_password(runtime: Runtime, status: UserStatus) -> None:
    await _sign_in(runtime)
    await _set(runtime, User, status=status)
    with pytest.raises(signing_in.AccountClosed):
        await _sign_in(runtime)
    with pytest.raises(signing_in.SignInRefused):
        async with runtime.work() as session:
            await signing_in.sign_in(session, email="ada@example.org", password="wrong password", kind=SessionKind.API)


async def test_a_browser_token_leads_to_its_person_and_is_not_stored(runtime: Runtime) -> None:
    done = await _sign_in(runtime, email=" ADA@example.org ")
    assert await _browser(runtime, done.token) == done.principal
    async with runtime.work() as session:
        row = await session.get_one(Session, done.principal.session_id)
    assert row.token_hash != done.token
    assert len(row.user_agent) == 300


@pytest.mark.parametrize("token", ["", "nonsense", "\x00"])
async def test_an_unknown_browser_token_leads_nowhere(runtime: Runtime, token: str) -> None:
    with pytest.raises(NotSignedIn):
        await _browser(runtime, token)


@pytest.mark.parametrize(
    "values",
    [
        {"last_seen_at": now() - timedelta(days=15)},
        {"expires_at": now() - timedelta(seconds=1)},
        {"revoked_at": now()},
    ],
    ids=["idle", "too old", "revoked"],
)
async def test_a_session_that_ended_lets_nobody_in(runtime: Runtime, values: dict[str, datetime]) -> None:
    done = await _sign_in(runtime)
    await _set(runtime, Session, **values)
    with pytest.raises(NotSignedIn):
        await _browser(runtime, done.token)


async def test_a_suspended_person_is_out_at_once(runtime: Runtime) -> None:
    browser, tokens = await _sign_in(runtime), await _tokens(runtime)
    await _set(runtime, User, status=UserStatus.SUSPENDED)
    with pytest.raises(NotSignedIn):
        await _browser(runtime, browser.token)
    with pytest.raises(NotSignedIn):
        await _api(runtime, tokens.access_token)
    with pytest.raises(NotSignedIn):
        await _refresh(runtime, tokens.refresh_token)


async def test_being_there_is_noted_at_most_once_a_minute(runtime: Runtime) -> None:
    done = await _sign_in(runtime)
    first = await _seen_at(runtime, done.principal)
    await _browser(runtime, done.token)
    assert await _seen_at(runtime, done.principal) == first
    await _set(runtime, Session, last_seen_at=first - timedelta(seconds=61))
    await _browser(runtime, done.token)
    assert await _seen_at(runtime, done.principal) > first


async def test_an_access_token_is_good_only_with_its_session(runtime: Runtime) -> None:
    tokens, browser = await _tokens(runtime), await _sign_in(runtime)
    principal = await _api(runtime, tokens.access_token)
    secret = runtime.settings.secret_key.get_secret_value()
    forged = [
        make_access_token("another secret of at least 32 characters", principal.session_id, principal.user_id)[0],
        make_access_token(secret, new_id(), principal.user_id)[0],
        make_access_token(secret, principal.session_id, new_id())[0],
        make_access_token(secret, browser.principal.session_id, principal.user_id)[0],
        tokens.refresh_token,
        "",
    ]
    for token in forged:
        with pytest.raises(NotSignedIn):
            await _api(runtime, token)


async def test_a_refresh_token_is_exchanged_once_and_its_reuse_ends_the_whole_session(runtime: Runtime) -> None:
    first = await _tokens(runtime)
    second = await _refresh(runtime, first.refresh_token)
    assert second is not None
    await _api(runtime, second.access_token)
    assert await _refresh(runtime, first.refresh_token) is None
    for token in (first.access_token, second.access_token):
        with pytest.raises(NotSignedIn):
            await _api(runtime, token)
    with pytest.raises(NotSignedIn):
        await _refresh(runtime, second.refresh_token)


async def test_reuse_leaves_other_sessions_alone(runtime: Runtime) -> None:
    stolen, other = await _tokens(runtime), await _tokens(runtime)
    await _refresh(runtime, stolen.refresh_token)
    await _refresh(runtime, stolen.refresh_token)
    assert (await _api(runtime, other.access_token)).name == "Ada"


async def test_signing_out_ends_one_session_or_all_and_tells_it(runtime: Runtime) -> None:
    laptop, desk, phone = [await _sign_in(runtime) for _ in range(3)]
    async with runtime.work() as session:
        await signing_in.sign_out(session, laptop.principal)
        told: list[Event] = session.info["events"]
    assert [(event.type, event.user_id) for event in told] == [(EventType.ACCESS_CHANGED, laptop.principal.user_id)]
    with pytest.raises(NotSignedIn):
        await _browser(runtime, laptop.token)
    await _browser(runtime, desk.token)
    async with runtime.work() as session:
        await signing_in.sign_out(session, desk.principal, everywhere=True)
    for done in (desk, phone):
        with pytest.raises(NotSignedIn):
            await _browser(runtime, done.token)


async def test_ending_a_browser_session_twice_is_no_error(runtime: Runtime) -> None:
    done = await _sign_in(runtime)
    async with runtime.work() as session:
        assert await signing_in.end_browser_session(session, done.token) == done.principal
    async with runtime.work() as session:
        assert await signing_in.end_browser_session(session, done.token) is None
