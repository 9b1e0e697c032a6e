import asyncio
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from cellhub_app.core.mail import Letter
from cellhub_app.core.pagination import PageRequest
from cellhub_app.core.runtime import Runtime
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.access import Principal
from cellhub_app.domain.accounts import administration, registration, signing_in
from cellhub_app.domain.accounts.rules import PasswordWeak
from cellhub_app.domain.accounts.schemas import PersonChange, RegisteredView
from cellhub_app.domain.flows import people
from cellhub_app.models.session import SessionKind
from cellhub_app.models.user import Role, User, UserStatus
from tests.fixtures import rows

PASSWORD = "correct horse battery"


async def _register(runtime: Runtime, email: str, password: str = PASSWORD, name: str = "Ada") -> tuple[RegisteredView, Letter]:
    """The answer, and the letter that goes out."""
    async with runtime.work() as session:
        answer = await registration.register(session, email=email, password=password, name=name)
        [letter] = session.info["letters"]
    return answer, letter


@pytest.fixture
def mode(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sets how people get accounts."""

    def choose(mode: str) -> None:
        monkeypatch.setenv("CELLHUB_REGISTRATION", mode)
        get_settings.cache_clear()

    yield choose
    monkeypatch.undo()
    get_settings.cache_clear()


async def _sign_in(runtime: Runtime, email: str, password: str) -> Principal:
    async with runtime.work() as session:
        return (await signing_in.sign_in(session, email=email, password=password, kind=SessionKind.BROWSER)).principal


async def test_somebody_new_gets_an_account_and_a_letter(runtime: Runtime) -> None:
    done, letter = await _register(runtime, " Ada@EXAMPLE.org ")
    assert (done.email, done.status, letter.to) == ("Ada@example.org", "active", "Ada@example.org")
    async with runtime.work() as session:
        user = (await session.execute(select(User))).scalar_one()
    assert user.password_hash.startswith("$2b$")
    assert PASSWORD not in user.password_hash
    assert (await _sign_in(runtime, "ada@example.ORG", PASSWORD)).name == "Ada"


async def test_a_known_address_gets_the_same_answer_and_another_letter_and_keeps_its_password(runtime: Runtime) -> None:
    first, welcome = await _register(runtime, "ada@example.org")
    again, other = await _register(runtime, "ADA@example.org", "quite another one")
    assert (again.status, again.email.lower()) == (first.status, first.email)
    assert other.subject != welcome.subject
    with pytest.raises(signing_in.SignInRefused):
        await _sign_in(runtime, "ada@example.org", "quite another one")
    await _sign_in(runtime, "ada@example.org", PASSWORD)


async def test_one_address_registered_many_times_at_once_has_one_account(runtime: Runtime) -> None:
    await asyncio.gather(*(_register(runtime, f"{name}@example.org") for name in ("ada", "Ada", "ADA", "aDa")))
    async with runtime.work() as session:
        assert (await session.execute(select(func.count(col(User.id))))).scalar_one() == 1


async def test_a_weak_password_opens_no_account(runtime: Runtime) -> None:
    with pytest.raises(PasswordWeak):
        await _register(runtime, "ada@example.org", "short")
    with pytest.raises(PasswordWeak):
        await _register(runtime, "ada@example.org", "ADA@example.org")


async def test_a_server_with_invitations_opens_no_account_by_itself(runtime: Runtime, mode: Callable[[str], None]) -> None:
    mode("invitation")
    with pytest.raises(registration.RegistrationClosed, match="invitation"):
        await _register(runtime, "ada@example.org")


async def test_an_account_that_waits_for_approval_opens_with_an_admins_word(runtime: Runtime, mode: Callable[[str], None]) -> None:
    mode("approval")
    done, letter = await _register(runtime, "ada@example.org")
    assert done.status == "pending"
    assert "admin" in letter.text
    with pytest.raises(signing_in.AccountClosed, match="admin"):
        await _sign_in(runtime, "ada@example.org", PASSWORD)
    async with runtime.work() as session:
        root = await rows.person(session, "root", Role.ADMIN)
        [ada] = (await administration.people(session, root, PageRequest(), status=UserStatus.PENDING)).data
        await people.change_person(session, root, ada.id, PersonChange(status=UserStatus.ACTIVE))
        assert [letter.to for letter in session.info["letters"]] == ["ada@example.org"]
    await _sign_in(runtime, "ada@example.org", PASSWORD)


async def test_a_known_address_waits_for_approval_in_the_same_words(runtime: Runtime, mode: Callable[[str], None]) -> None:
    await _register(runtime, "ada@example.org")
    mode("approval")
    assert (await _register(runtime, "ada@example.org"))[0] == (await _register(runtime, "bob@example.org"))[0].model_copy(
        update={"email": "ada@example.org"}
    )


async def test_an_admin_is_made_once_for_an_address(runtime: Runtime) -> None:
    async with runtime.work() as session:
        made = await registration.create_admin(session, email="root@example.org", password=PASSWORD)
    assert (made.role, made.email_verified) == ("admin", True)
    with pytest.raises(registration.EmailTaken):
        async with runtime.work() as session:
            await registration.create_admin(session, email="ROOT@example.org", password=PASSWORD)
