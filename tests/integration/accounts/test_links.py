"""Links in letters: each works once, for a while, for one thing."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from cellhub_app.core.errors import NotSignedIn
from cellhub_app.core.ids import now
from cellhub_app.core.mail import Letter
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.accounts import links, presence, profile, registration, signing_in
from cellhub_app.domain.accounts.rules import PasswordWeak
from cellhub_app.models.link import OneTimeLink
from cellhub_app.models.session import SessionKind
from cellhub_app.models.user import User, UserStatus

EMAIL, PASSWORD, OTHER = "ada@example.org", "correct horse battery", "staple of quiet rivers"


def token_of(letter: Letter) -> str:
    return letter.link.partition("#")[2]


async def register(runtime: Runtime, email: str = EMAIL) -> Letter:
    async with runtime.work() as session:
        await registration.register(session, email=email, password=PASSWORD, name="Ada")
        return session.info["letters"][-1]


async def sign_in(runtime: Runtime, password: str = PASSWORD, email: str = EMAIL) -> signing_in.SignIn:
    async with runtime.work() as session:
        return await signing_in.sign_in(session, email=email, password=password, kind=SessionKind.BROWSER)


async def ask_reset(runtime: Runtime, email: str = EMAIL) -> list[Letter]:
    async with runtime.work() as session:
        await links.send_reset(session, email)
        return session.info.get("letters", [])


async def confirm(runtime: Runtime, token: str) -> None:
    async with runtime.work() as session:
        await links.confirm_email(session, token)


async def reset(runtime: Runtime, token: str, password: str = OTHER) -> None:
    async with runtime.work() as session:
        await links.reset_password(session, token, password)


async def user(runtime: Runtime, email: str = EMAIL) -> User:
    async with runtime.work() as session:
        return (await session.execute(select(User).where(User.email == email))).scalar_one()  # type: ignore[arg-type]


async def test_the_first_letter_confirms_the_address_once(runtime: Runtime) -> None:
    letter = await register(runtime)
    assert (await user(runtime)).email_verified_at is None
    await confirm(runtime, token_of(letter))
    assert (await user(runtime)).email_verified_at is not None
    with pytest.raises(links.LinkSpent):
        await confirm(runtime, token_of(letter))


async def test_the_secret_is_not_stored_and_never_sent_to_a_server_log(runtime: Runtime) -> None:
    letter = await register(runtime)
    async with runtime.work() as session:
        row = (await session.execute(select(OneTimeLink))).scalar_one()
    assert token_of(letter) not in row.model_dump_json()
    assert letter.link.startswith(f"{runtime.settings.base_url}/verify-email#")


async def test_a_link_is_good_for_its_own_purpose_only_and_not_for_ever(runtime: Runtime) -> None:
    verification = await register(runtime)
    [asked] = await ask_reset(runtime)
    with pytest.raises(links.LinkSpent):
        await reset(runtime, token_of(verification))
    with pytest.raises(links.LinkSpent):
        await confirm(runtime, token_of(asked))
    async with runtime.work() as session:
        await session.execute(update(OneTimeLink).values(expires_at=now() - timedelta(seconds=1)))
    with pytest.raises(links.LinkSpent):
        await reset(runtime, token_of(asked))
    with pytest.raises(links.LinkSpent):
        await confirm(runtime, "made-up")


async def test_one_reset_of_many_at_once_wins_and_ends_every_session_and_every_other_link(runtime: Runtime) -> None:
    await register(runtime)
    browser = await sign_in(runtime)
    [first], [second] = await ask_reset(runtime), await ask_reset(runtime)
    tried = await asyncio.gather(*(reset(runtime, token_of(first)) for _ in range(4)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in tried) == ["LinkSpent"] * 3 + ["NoneType"]
    with pytest.raises(links.LinkSpent):
        await reset(runtime, token_of(second), "another quiet river")
    with pytest.raises(NotSignedIn):
        async with runtime.work() as session:
            await presence.browser_principal(session, browser.token)
    with pytest.raises(signing_in.SignInRefused):
        await sign_in(runtime, PASSWORD)
    assert (await sign_in(runtime, OTHER)).principal.email_verified


async def test_a_weak_new_password_leaves_the_link_good(runtime: Runtime) -> None:
    await register(runtime)
    [letter] = await ask_reset(runtime)
    with pytest.raises(PasswordWeak):
        await reset(runtime, token_of(letter), "1234567890")
    await reset(runtime, token_of(letter))


async def test_strangers_and_suspended_people_get_no_link(runtime: Runtime) -> None:
    await register(runtime)
    [before] = await ask_reset(runtime)
    async with runtime.work() as session:
        await session.execute(update(User).values(status=UserStatus.SUSPENDED))
    assert await ask_reset(runtime) == []
    assert await ask_reset(runtime, "nobody@example.org") == []
    with pytest.raises(links.LinkSpent):
        await reset(runtime, token_of(before))


async def test_a_changed_password_ends_the_other_sessions_and_not_this_one(runtime: Runtime) -> None:
    await confirm(runtime, token_of(await register(runtime)))
    here, there = await sign_in(runtime), await sign_in(runtime)
    with pytest.raises(profile.PasswordWrong):
        async with runtime.work() as session:
            await profile.change_password(session, here.principal, "wrong password", OTHER)
    async with runtime.work() as session:
        await profile.change_password(session, here.principal, PASSWORD, OTHER)
        assert [letter.to for letter in session.info["letters"]] == [EMAIL]
    async with runtime.work() as session:
        await presence.browser_principal(session, here.token)
    with pytest.raises(NotSignedIn):
        async with runtime.work() as session:
            await presence.browser_principal(session, there.token)


async def test_another_address_counts_once_its_letter_was_followed_and_the_old_one_is_told(runtime: Runtime) -> None:
    await confirm(runtime, token_of(await register(runtime)))
    ada = (await sign_in(runtime)).principal
    async with runtime.work() as session:
        await profile.ask_for_other_email(session, ada, "countess@example.org", PASSWORD)
        [letter] = session.info["letters"]
    assert (letter.to, (await user(runtime)).email) == ("countess@example.org", EMAIL)
    async with runtime.work() as session:
        await links.confirm_email(session, token_of(letter))
        assert [(told.to, told.link) for told in session.info["letters"]] == [(EMAIL, "")]
    assert (await sign_in(runtime, PASSWORD, "countess@example.org")).principal.email_verified


async def test_a_taken_address_is_never_told_to_who_asks_for_it(runtime: Runtime) -> None:
    await register(runtime)
    await register(runtime, "bob@example.org")
    ada = (await sign_in(runtime)).principal
    async with runtime.work() as session:
        await profile.ask_for_other_email(session, ada, "BOB@example.org", PASSWORD)
        [letter] = session.info["letters"]
    assert (letter.to, letter.subject) == ("bob@example.org", "You have a CellHub account already")
    assert (await user(runtime)).email == EMAIL


async def test_an_address_that_was_taken_meanwhile_is_refused(runtime: Runtime) -> None:
    await register(runtime)
    ada = (await sign_in(runtime)).principal
    async with runtime.work() as session:
        await profile.ask_for_other_email(session, ada, "bob@example.org", PASSWORD)
        [letter] = session.info["letters"]
    await register(runtime, "bob@example.org")
    with pytest.raises(links.LinkSpent):
        await confirm(runtime, token_of(letter))
