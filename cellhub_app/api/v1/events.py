"""Live events for API clients, as server-sent events. Who loses access hears nothing more from that moment on."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse, ServerSentEvent

from cellhub_app.api.deps import Services, Signed
from cellhub_app.core import telemetry
from cellhub_app.core.errors import NotSignedIn
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.feed import get_feed
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import SEES_EVERY_PROJECT, Principal
from cellhub_app.domain.accounts import presence
from cellhub_app.domain.projects import service as projects

router = APIRouter(tags=["events"])
CHECK_AGAIN_S = 30.0


@dataclass
class Listener:
    """Somebody who listens: what they may see, as it was when last checked."""

    services: Runtime
    principal: Principal
    visible: frozenset[UUID] = frozenset()
    checked_at: float = 0.0

    async def check(self) -> None:
        """Read anew who they are and what they may see. Raises NotSignedIn."""
        async with self.services.work() as session:
            self.principal = await presence.still_signed_in(session, self.principal)
            self.visible = await projects.readable_ids(session, self.principal)
        self.checked_at = time.monotonic()

    @property
    def check_due_s(self) -> float:
        """Seconds until the next regular check."""
        return max(0.0, self.checked_at + CHECK_AGAIN_S - time.monotonic())

    def is_concerned(self, event: Event) -> bool:
        """Whether a change of access may be about them."""
        if event.user_id == self.principal.user_id or self.principal.role in SEES_EVERY_PROJECT:
            return True
        return event.user_id is None and event.project_id in self.visible

    def may_see(self, event: Event) -> bool:
        """Whether the event is about a project of theirs."""
        return event.project_id is not None and event.project_id in self.visible


def _sent(event: Event) -> ServerSentEvent:
    data: dict[str, Any] = {"projectId": str(event.project_id), **event.data}
    return ServerSentEvent(event=event.type, data=data)


async def listen(listener: Listener) -> AsyncIterator[ServerSentEvent]:
    """What happens in the listener's projects; `ready` says at the start, and whenever events may have been missed, to read anew."""
    with get_feed().subscribe() as subscription, telemetry.open_stream("sse"):
        await listener.check()
        yield ServerSentEvent(event="ready", data={})
        while True:
            try:
                event = await subscription.next(listener.check_due_s)
            except TimeoutError:
                await listener.check()
                continue
            if event is None:
                await listener.check()
                yield ServerSentEvent(event="ready", data={})
            elif event.type is EventType.ACCESS_CHANGED:
                if listener.is_concerned(event):
                    await listener.check()
            elif listener.may_see(event):
                yield _sent(event)


@router.get("/events", response_class=EventSourceResponse)
async def events(services: Services, principal: Signed) -> AsyncIterator[ServerSentEvent]:
    """What happens in the caller's projects: `segmentationStatus`, `imageStatus`, `queueUpdate`, `exportProgress`, `presence` ...

    `segmentationProgress` tells every two seconds how far the work on an image of more than 36 megapixels is (`progress`, 0 to 1).
    """
    try:
        async for sent in listen(Listener(services, principal)):
            yield sent
    except NotSignedIn:
        yield ServerSentEvent(event="signedOut", data={})
