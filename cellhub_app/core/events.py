"""Live events: small JSON over Redis pub/sub. Pub/sub forgets, so whoever (re)connects reads the database first."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

CHANNEL = "cellhub:events"


class EventType(StrEnum):
    """What happened; the words of the API."""

    SEGMENTATION_STATUS = "segmentationStatus"
    SEGMENTATION_PROGRESS = "segmentationProgress"
    IMAGE_STATUS = "imageStatus"
    ANNOTATIONS_CHANGED = "annotationsChanged"
    MEASUREMENTS_READY = "measurementsReady"
    QUEUE_UPDATE = "queueUpdate"
    BATCH_FINISHED = "batchFinished"
    EXPORT_PROGRESS = "exportProgress"
    IMPORT_STATUS = "importStatus"
    TRIAL_STATUS = "trialStatus"
    PROJECT_CHANGED = "projectChanged"
    TEAM_CHANGED = "teamChanged"
    PRESENCE = "presence"
    ACCESS_CHANGED = "accessChanged"


@dataclass(frozen=True)
class Event:
    """One thing that happened in a project (or to a user, for accessChanged; to a team, for teamChanged)."""

    type: EventType
    project_id: UUID | None = None
    user_id: UUID | None = None
    data: dict[str, Any] = field(default_factory=dict)
    team_id: UUID | None = None

    def encode(self) -> str:
        """One line of JSON."""
        head = {"type": self.type, "projectId": self.project_id, "userId": self.user_id, "teamId": self.team_id}
        return json.dumps({**head, "data": self.data}, default=str, separators=(",", ":"))

    @classmethod
    def decode(cls, line: str | bytes) -> "Event":
        """The event behind the line. Raises ValueError for anything else."""
        raw = json.loads(line)
        project, user, team = (UUID(raw[name]) if raw.get(name) else None for name in ("projectId", "userId", "teamId"))
        return cls(EventType(raw["type"]), project, user, raw.get("data") or {}, team)


async def publish(redis: Redis, *events: Event) -> None:
    """Tell everybody who listens now; nothing is kept for those who do not."""
    pipe = redis.pipeline(transaction=False)
    for event in events:
        pipe.publish(CHANNEL, event.encode())
    await pipe.execute()


async def follow(redis: Redis) -> AsyncIterator[Event | None]:
    """Events as they happen, with None once subscribed and after each second of silence. Raises ConnectionError when the link breaks.

    The library mends a broken link by itself and says nothing of what was missed; it only subscribes again, and that is noticed.
    """
    async with redis.pubsub() as subscription:
        await subscription.subscribe(CHANNEL)
        is_subscribed = False
        while True:
            message = await subscription.get_message(timeout=1.0)
            if message and message["type"] == "subscribe":
                if is_subscribed:
                    raise ConnectionError("the link was broken for a moment")
                is_subscribed, message = True, None
            if is_subscribed:
                yield Event.decode(message["data"]) if message else None
