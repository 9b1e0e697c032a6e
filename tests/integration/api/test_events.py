import asyncio
import json

import pytest
from sqlalchemy import update
from starlette.types import ASGIApp

from cellhub_app.api.v1 import events as events_route
from cellhub_app.core.events import CHANNEL, Event, EventType, publish
from cellhub_app.core.feed import get_feed
from cellhub_app.core.ids import new_id, now
from cellhub_app.core.runtime import Runtime
from cellhub_app.models.session import Session
from tests.integration.api.asgi import PATIENCE_S, Stream, events
from tests.integration.api.conftest import Person

PATH = "/api/v1/events"


def _bearer(person: Person) -> dict[str, str]:
    return {"Authorization": person.http.headers["Authorization"]}


async def _tell(runtime: Runtime, project_id: str, number: int, kind: EventType = EventType.SEGMENTATION_STATUS) -> None:
    await publish(runtime.redis, Event(kind, project_id, data={"number": number}))  # type: ignore[arg-type]


async def _number(stream: Stream) -> int:
    """The number of the next event, passing over those that tell of the test's own preparations."""
    while True:
        name, data = await stream.next()
        if name in {"segmentationStatus", "queueUpdate", "exportProgress"}:
            return int(json.loads(data)["number"])


async def test_a_member_hears_their_projects_and_nothing_of_others(app: ASGIApp, runtime: Runtime, ada: Person, bob: Person) -> None:
    hers, his = await ada.project(), await bob.project()
    async with events(app, PATH, _bearer(ada)) as stream:
        assert await stream.next() == ("ready", "{}")
        assert stream.status == 200
        await _tell(runtime, his, 1)
        await _tell(runtime, str(new_id()), 2)
        await publish(runtime.redis, Event(EventType.QUEUE_UPDATE, data={"number": 3}))
        await _tell(runtime, hers, 4, EventType.QUEUE_UPDATE)
        name, data = await stream.next()
        assert (name, json.loads(data)) == ("queueUpdate", {"projectId": hers, "number": 4})


async def test_a_removed_member_never_hears_what_follows(app: ASGIApp, runtime: Runtime, ada: Person, bob: Person) -> None:
    project_id = await ada.project()
    await ada.share(project_id, bob, "viewer")
    async with events(app, PATH, _bearer(bob)) as his, events(app, PATH, _bearer(ada)) as hers:
        assert [(await stream.next())[0] for stream in (his, hers)] == ["ready", "ready"]
        await _tell(runtime, project_id, 1)
        assert [await _number(his), await _number(hers)] == [1, 1]
        await ada.http.delete(f"/api/v1/projects/{project_id}/members/{bob.id}")
        await _tell(runtime, project_id, 2)
        own = await bob.project()
        await _tell(runtime, own, 3)
        assert await _number(hers) == 2
        assert await _number(his) == 3


async def test_somebody_who_is_taken_in_hears_from_then_on(app: ASGIApp, runtime: Runtime, ada: Person, bob: Person) -> None:
    project_id = await ada.project()
    async with events(app, PATH, _bearer(bob)) as stream:
        await stream.next()
        await ada.share(project_id, bob, "viewer")
        await _tell(runtime, project_id, 1)
        assert await _number(stream) == 1


async def test_signing_out_ends_the_stream_at_once(app: ASGIApp, runtime: Runtime, ada: Person) -> None:
    project_id = await ada.project()
    async with events(app, PATH, _bearer(ada)) as stream:
        await stream.next()
        await ada.http.post("/api/v1/auth/logout")
        await _tell(runtime, project_id, 1)
        assert await stream.next() == ("signedOut", "{}")
        async with asyncio.timeout(PATIENCE_S):
            await stream.is_over.wait()
        assert stream.waiting == 0


async def test_access_is_checked_again_even_when_nobody_tells(
    app: ASGIApp, runtime: Runtime, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events_route, "CHECK_AGAIN_S", 0.2)
    async with events(app, PATH, _bearer(ada)) as stream:
        await stream.next()
        async with runtime.work() as session:
            await session.execute(update(Session).values(revoked_at=now()))
        assert await stream.next() == ("signedOut", "{}")


async def test_after_a_broken_link_everybody_is_told_to_read_anew(app: ASGIApp, runtime: Runtime, ada: Person) -> None:
    project_id = await ada.project()
    async with events(app, PATH, _bearer(ada)) as stream:
        await stream.next()
        await runtime.redis.client_kill_filter(_type="pubsub")
        assert await stream.next() == ("ready", "{}")
        await _tell(runtime, project_id, 1)
        assert await _number(stream) == 1


async def test_a_message_that_is_no_event_does_not_silence_the_feed(app: ASGIApp, runtime: Runtime, ada: Person) -> None:
    project_id = await ada.project()
    async with events(app, PATH, _bearer(ada)) as stream:
        await stream.next()
        await runtime.redis.publish(CHANNEL, "nonsense")
        assert await stream.next() == ("ready", "{}")
        await _tell(runtime, project_id, 1)
        assert await _number(stream) == 1


async def test_a_stream_that_closes_leaves_no_listener_behind(app: ASGIApp, ada: Person) -> None:
    before = get_feed().listeners
    async with events(app, PATH, _bearer(ada)) as stream:
        await stream.next()
        assert get_feed().listeners == before + 1
    assert get_feed().listeners == before


async def test_a_stream_needs_a_principal(app: ASGIApp) -> None:
    async with events(app, PATH, {}) as stream:
        async with asyncio.timeout(PATIENCE_S):
            await stream.is_over.wait()
        assert stream.status == 401
