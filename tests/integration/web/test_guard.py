"""The gate of the event handlers, on real accounts."""

from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from cellhub_app.core import ratelimit
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.projects import service as projects
from cellhub_app.models.project import Project
from cellhub_app.web.guard import EVENTS_FOR_A_REQUEST
from cellhub_app.web.pages.dashboard.state import DashboardState
from cellhub_app.web.session import SessionState
from tests.integration.web.states import Tab, account, browser_token, end_sessions


@pytest_asyncio.fixture(loop_scope="session")
async def tab(runtime: Runtime) -> Tab:
    return Tab("tab-ada", await browser_token(runtime, await account(runtime, "ada")))


FORM = {"name": "HeLa", "sample_kind": "cells", "pixel_size_um": "0.325"}


async def test_a_handler_knows_who_calls_and_commits(tab: Tab) -> None:
    answer = await tab.call(DashboardState, "create", dict(FORM))
    await tab.call(DashboardState, "load")
    state = tab.state(DashboardState)
    assert [card.name for card in state.cards] == ["HeLa"]
    assert answer.handler.fn.__qualname__ == "_redirect"
    assert (state.user_name, state.user_initials) == ("Ada", "AD")
    assert state.messages == []


async def test_nobody_gets_in_without_a_session(runtime: Runtime) -> None:
    stranger = Tab("tab-eve", "made-up", path="/projects/x", query={"status": "done"})
    answer = await stranger.call(DashboardState, "create", dict(FORM))
    assert "%2Fprojects%2Fx%3Fstatus%3Ddone" in str(answer.args)
    async with runtime.work() as session:
        assert (await session.execute(select(func.count()).select_from(Project))).scalar_one() == 0


async def test_a_revoked_session_is_out_at_the_next_event(runtime: Runtime, tab: Tab) -> None:
    await tab.call(DashboardState, "load")
    async with runtime.work() as session:
        await end_sessions(session, tab.cookie)
    answer = await tab.call(DashboardState, "load")
    assert "/sign-in" in str(answer.args)
    assert tab.state(DashboardState).user_email == ""


@pytest.mark.parametrize(
    ("handler", "argument"),
    [
        ("delete", "not-an-id"),
        ("delete", {"$ne": None}),
        ("delete", ["x"]),
        ("create", "text"),
        ("create", {"name": ""}),
        ("set_create_open", "maybe"),
    ],
)
async def test_arguments_of_another_type_are_refused_in_words(tab: Tab, handler: str, argument: object) -> None:
    await tab.call(DashboardState, handler, argument)
    (message,) = tab.state(DashboardState).messages
    assert message["kind"] == "error"
    assert "Traceback" not in message["detail"]


async def test_an_error_that_is_shown_already_is_not_shown_twice(tab: Tab) -> None:
    for argument in ("not-an-id", "not-an-id", str(uuid4())):
        await tab.call(DashboardState, "delete", argument)
    assert len(tab.state(SessionState).messages) == 2


async def test_too_many_arguments_are_refused(tab: Tab) -> None:
    await tab.call(DashboardState, "delete", str(uuid4()), "more")
    assert tab.state(DashboardState).messages[0]["kind"] == "error"


async def test_a_foreign_project_does_not_exist(runtime: Runtime, tab: Tab) -> None:
    await tab.call(DashboardState, "create", dict(FORM))
    await tab.call(DashboardState, "load")
    theirs = tab.state(DashboardState).cards[0].id
    eve = Tab("tab-eve", await browser_token(runtime, await account(runtime, "eve")))
    await eve.call(DashboardState, "delete", theirs)
    assert eve.state(DashboardState).messages[0]["title"] == "There is no such project, or it is not shared with you"
    await tab.call(DashboardState, "load")
    assert len(tab.state(DashboardState).cards) == 1


async def test_a_deleted_project_comes_back_by_its_message(tab: Tab) -> None:
    await tab.call(DashboardState, "create", dict(FORM))
    await tab.call(DashboardState, "load")
    state = tab.state(DashboardState)
    await tab.call(DashboardState, "delete", state.cards[0].id)
    (message,) = state.messages
    assert (message["action_label"], state.cards) == ("Undo", [])
    await tab.call(SessionState, "undo", message["id"])
    assert state.messages == []
    await tab.call(DashboardState, "load")
    assert [card.name for card in state.cards] == ["HeLa"]


async def test_what_fails_inside_is_rolled_back_and_told_without_its_inside(
    runtime: Runtime, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tab.call(DashboardState, "create", dict(FORM))

    async def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(projects, "list_cards", breaks)
    await tab.call(DashboardState, "load")
    (message,) = tab.state(DashboardState).messages
    assert "secret" not in message["title"] + message["detail"]
    assert "logged why" in message["detail"]


async def test_a_person_at_a_page_may_do_only_so_much_a_minute(runtime: Runtime, tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratelimit.time, "time", lambda: 1_800_000_000.0)
    monkeypatch.setattr(runtime, "settings", runtime.settings.model_copy(update={"requests_per_minute": 1}))
    for _ in range(EVENTS_FOR_A_REQUEST):
        await tab.call(DashboardState, "load")
    assert tab.state(SessionState).messages == []
    await tab.call(DashboardState, "create", dict(FORM))
    (message,) = tab.state(SessionState).messages
    assert (message["title"], message["detail"]) == ("Too many requests", "Too many requests in this minute. Try again in 60 seconds.")
    async with runtime.work() as session:
        assert (await session.execute(select(func.count()).select_from(Project))).scalar_one() == 0


async def test_messages_do_not_pile_up(tab: Tab) -> None:
    for number in range(9):
        tab.state(DashboardState)._tell("info", f"message {number}")
    assert [message["title"] for message in tab.state(DashboardState).messages] == [f"message {number}" for number in range(5, 9)]
    await tab.call(SessionState, "dismiss", tab.state(SessionState).messages[0]["id"])
    assert len(tab.state(SessionState).messages) == 3
