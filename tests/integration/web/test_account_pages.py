"""The page of one's own account, and that of admins, on real services."""

from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy import select, update
from sqlmodel import col

from cellhub_app.core.runtime import Runtime
from cellhub_app.models.audit import Audit
from cellhub_app.models.user import Role, User, UserStatus
from cellhub_app.web import live, routes
from cellhub_app.web.pages.account.state import AccountState
from cellhub_app.web.pages.admin.activity_state import ActivityState
from cellhub_app.web.pages.admin.state import AdminState
from cellhub_app.web.pages.dashboard.state import DashboardState
from cellhub_app.web.session import SessionState
from tests.integration.web.states import IP, PASSWORD, Tab, account, browser_token

OTHER = "staple of quiet rivers"


@pytest_asyncio.fixture(loop_scope="session")
async def tab(runtime: Runtime) -> AsyncIterator[Tab]:
    """Ada's tab at her account; she is signed in elsewhere too."""
    email = await account(runtime, "ada")
    await browser_token(runtime, email)
    made = Tab("tab-ada", await browser_token(runtime, email), routes.ACCOUNT, routes.ACCOUNT)
    await made.call(AccountState, "load")
    yield made
    live.leave(made.token)


def told(tab: Tab) -> tuple[str, str]:
    message = tab.state(SessionState).messages[-1]
    return message["kind"], message["title"]


async def test_where_one_is_signed_in_is_listed_and_ended(tab: Tab) -> None:
    state = tab.state(AccountState)
    assert [place.is_current for place in state.places] == [True, False]
    await tab.call(AccountState, "end", state.places[1].id)
    assert [place.is_current for place in state.places] == [True]
    await tab.call(AccountState, "load")
    assert state.user_email == "ada@example.org"


async def test_a_changed_password_is_asked_for_and_ends_the_other_sessions(tab: Tab, runtime: Runtime) -> None:
    await tab.call(AccountState, "change_password", {"password": "wrong password", "new_password": OTHER})
    assert told(tab) == ("error", "This is not your password")
    await tab.call(AccountState, "change_password", {"password": PASSWORD, "new_password": "1234567890"})
    assert told(tab) == ("error", "Choose another password")
    await tab.call(AccountState, "change_password", {"password": PASSWORD, "new_password": OTHER})
    assert told(tab) == ("success", "Your password was changed")
    assert len(tab.state(AccountState).places) == 1
    async with runtime.work() as session:
        acts = (await session.execute(select(col(Audit.action), col(Audit.ip)))).all()
    assert ("passwordChange", IP) in acts


async def test_a_closed_account_is_gone_and_its_tab_leaves(tab: Tab, runtime: Runtime) -> None:
    await tab.call(AccountState, "close", {"password": PASSWORD})
    answer = await tab.call(AccountState, "load")
    assert "/sign-in" in str(answer.args)
    async with runtime.work() as session:
        assert (await session.execute(select(User))).first() is None


async def test_an_admin_opens_and_suspends_accounts_and_the_suspended_tab_is_out(tab: Tab, runtime: Runtime) -> None:
    bob = Tab("tab-bob", await browser_token(runtime, await account(runtime, "bob")))
    await account(runtime, "eve")
    async with runtime.work() as session:
        await session.execute(update(User).where(col(User.email) == "ada@example.org").values(role=Role.ADMIN))
        await session.execute(update(User).where(col(User.email) == "eve@example.org").values(status=UserStatus.PENDING))
    admin = Tab("tab-admin", tab.cookie, routes.ADMIN, routes.ADMIN)
    await admin.call(AdminState, "load")
    state = admin.state(AdminState)
    assert state.pending == 1
    assert state.is_admin
    ids = {row.email: row.id for row in state.rows}
    await admin.call(AdminState, "set_status", ids["bob@example.org"], "suspended")
    assert "/sign-in" in str((await bob.call(DashboardState, "load")).args)
    await admin.call(AdminState, "narrow", "pending")
    assert [row.email for row in state.rows] == ["eve@example.org"]
    await admin.call(AdminState, "set_status", ids["eve@example.org"], "active")
    assert (state.rows, state.pending) == ([], 0)
    await runtime.post.settle()
    await admin.call(AdminState, "narrow")
    assert {letter.address for letter in state.letters} >= {"eve@example.org", "bob@example.org"}
    log = Tab("tab-log", tab.cookie, routes.ACTIVITY, routes.ACTIVITY)
    await log.call(ActivityState, "load")
    assert [(act.who, act.what) for act in log.state(ActivityState).acts] == [("ada@example.org", "changed an account")] * 2
    await log.call(ActivityState, "narrow", "export")
    assert log.state(ActivityState).acts == []
    for left in (admin, log):
        live.leave(left.token)
