"""Every door of the house, and eight people before each: nobody gets further than the table says, and nothing moves when they may not."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
import pytest
import structlog
from starlette.routing import Mount

from cellhub_app.api.app import PREFIX, create_api, create_app
from cellhub_app.api.gate import Gate
from cellhub_app.cellhub_app import app
from cellhub_app.core.feed import open_feed
from cellhub_app.core.runtime import Runtime
from tests.integration.api.asgi import Stream, http_scope
from tests.integration.doors import handlers, requests
from tests.integration.doors.table import HANDLERS, OF_THE_FRAMEWORK, OTHERS, PAGES_OF_OURS, ROUTES, Door
from tests.integration.doors.world import OUTSIDE, SECRETS, Caller, Seen, World, build

Knock = Callable[[World, Caller], Awaitable[tuple[int, str]]]
STREAM = "get /events"
# What a browser would run, were it ever answered with what somebody uploaded.
RUNNING = ("text/html", "image/svg", "text/xml", "application/xhtml", "text/javascript")


@pytest.fixture(autouse=True)
def _plain_tracebacks() -> None:
    """Drawing every local variable of a failed request takes seconds."""
    structlog.configure(processors=[structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)])


@dataclass
class Guard:
    """Tries doors one after the other, in a world that is made anew whenever somebody who may has changed it."""

    runtime: Runtime
    world: World
    seen: Seen

    @classmethod
    async def post(cls, runtime: Runtime) -> "Guard":
        """A guard before a fresh world."""
        guard = cls(runtime, await build(runtime), Seen(runtime))
        await guard.seen.has_changed()
        return guard

    async def try_door(self, name: str, door: Door, knock: Knock) -> list[str]:
        """What was other than the table says."""
        wrong = []
        for caller in door.refused:
            met, shown = await knock(self.world, caller)
            if met != door.refused[caller]:
                wrong.append(f"{name} as {caller}: {door.refused[caller]} was expected, not {met or 'to pass'}")
            if caller in OUTSIDE and any(secret in shown for secret in SECRETS):
                wrong.append(f"{name} as {caller}: reads what is not theirs")
        if door.refused and await self.seen.has_changed():
            wrong.append(f"{name}: changed something for somebody who was refused")
        for caller in door.passing:
            met, _ = await knock(self.world, caller)
            if met:
                wrong.append(f"{name} as {caller}: was refused with {met}")
            if await self.seen.has_changed():
                self.world = await build(self.runtime)
                await self.seen.has_changed()
        return wrong


async def test_every_route_lets_in_whom_the_table_names(runtime: Runtime, capsys: pytest.CaptureFixture[str]) -> None:
    assert requests.every_route() == sorted(ROUTES), "every route needs a line in tests/integration/doors/table.py, and no other has one"
    guard, gate, wrong = await Guard.post(runtime), Gate(create_app()), []
    async with open_feed(runtime.redis), httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url=runtime.settings.base_url) as http:
        for route, door in ROUTES.items():

            async def knock(world: World, caller: Caller, route: str = route, door: Door = door) -> tuple[int, str]:
                if route == STREAM:
                    return await _stream(gate, world, caller), ""
                answer = await requests.ask(http, world, caller, route)
                assert answer.status_code < 500, (route, caller, answer.text)
                assert not answer.headers.get("content-type", "").startswith(RUNNING), (route, caller)
                refused = answer.status_code in {401, 403, 404} and bool(door.refused)
                return answer.status_code if refused else 0, answer.text

            wrong += await guard.try_door(route, door, knock)
    assert not wrong, "\n".join(wrong)
    with capsys.disabled():
        print(f" {len(ROUTES)} routes x {len(Caller)} callers", end=" ")  # noqa: T201 - the count is asked for


async def test_a_personal_token_does_only_what_its_scopes_say(runtime: Runtime) -> None:
    world, gate = await build(runtime), Gate(create_app())
    signed = [route for route, door in ROUTES.items() if Caller.NOBODY in door.refused and door is not PAGES_OF_OURS]
    of_people = [route for route in signed if " /auth/" in route and route != "get /auth/me"]
    changing = [route for route in signed if not route.startswith("get ")]
    of_admins = [route for route in signed if " /admin/" in route]
    seen = Seen(runtime)
    await seen.has_changed()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url=runtime.settings.base_url) as http:
        for token, closed in (("reader", {*of_people, *changing, *of_admins}), ("writer", {*of_people, *of_admins})):
            for route in closed:
                answer = await requests.ask_with(http, world, world.tokens[token], route)
                assert (answer.status_code, answer.json()["code"]) == (403, "scopeMissing"), (token, route)
        assert not await seen.has_changed()
        for token in ("reader", "writer"):
            for route in (
                "get /auth/me",
                "get /projects/{project_id}",
                "get /images/{image_id}/thumbnail",
                "get /images/{image_id}/polygons",
            ):
                assert (await requests.ask_with(http, world, world.tokens[token], route)).status_code == 200, (token, route)
        assert (await requests.ask_with(http, world, world.tokens["writer"], "patch /projects/{project_id}")).status_code == 200


async def _stream(gate: Gate, world: World, caller: Caller) -> int:
    """The status of the stream of events, which does not end by itself."""
    stream, headers = Stream(), {"Authorization": f"Bearer {world.bearers[caller]}"} if world.bearers[caller] else {}
    first = asyncio.Event()

    async def receive() -> dict[str, object]:
        await first.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            stream.status = int(str(message["status"]))
            first.set()

    await gate(http_scope("GET", f"{PREFIX}/events", headers), receive, send)
    return stream.status if stream.status >= 400 else 0


async def test_every_handler_lets_in_whom_the_table_names(runtime: Runtime, capsys: pytest.CaptureFixture[str]) -> None:
    known = handlers.every_handler()
    assert sorted(known) == sorted(HANDLERS), "every handler needs a line in tests/integration/doors/table.py, and no other has one"
    guard, wrong = await Guard.post(runtime), []
    for name, door in HANDLERS.items():

        async def knock(world: World, caller: Caller, name: str = name, door: Door = door) -> tuple[int, str]:
            return await handlers.call(world, caller, name, door.arguments)

        wrong += await guard.try_door(name, door, knock)
    assert not wrong, "\n".join(wrong)
    with capsys.disabled():
        print(f" {len(HANDLERS)} handlers x {len(Caller)} callers", end=" ")  # noqa: T201 - the count is asked for


def test_no_variable_of_a_state_can_be_set_from_outside() -> None:
    assert handlers.setters() == []


async def test_nothing_else_answers_and_somebody_far_away_meets_what_is_written(runtime: Runtime) -> None:
    beside = {f"{PREFIX}{route.path}" for route in create_api().routes if not getattr(route, "include_in_schema", True)}  # type: ignore[attr-defined]
    front = {route.path for route in create_app().routes if not isinstance(route, Mount)}  # type: ignore[attr-defined]
    assert beside | front == {path for path in OTHERS if not path.startswith("/_upload")}
    assert {route.path for route in app._api.routes} == OF_THE_FRAMEWORK  # type: ignore[union-attr,attr-defined]
    transport = httpx.ASGITransport(Gate(create_app()), client=("8.8.8.8", 1234))
    async with open_feed(runtime.redis), httpx.AsyncClient(transport=transport, base_url=runtime.settings.base_url) as http:
        assert {path: (await http.get(path)).status_code for path in OTHERS} == OTHERS
