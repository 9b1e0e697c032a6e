"""The chip in the frame of every page: how far everything is that runs in a person's projects.

What is known of a person's batches is kept in memory and follows the events that tell once a second how far each batch is; a hundred
open pages would otherwise ask the database for the same once a second each. It is read anew when a batch comes or ends.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from cellhub_app.core.events import EventType
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs.schemas import BatchView
from cellhub_app.web.guard import Call
from cellhub_app.web.i18n import seconds_text, t
from cellhub_app.web.live import News

Chip = tuple[str, str]


@dataclass(frozen=True)
class Running:
    """How many images of a batch are open, of how many, and the seconds left (low, high) where they are known."""

    open: int
    total: int
    left_s: tuple[int, int] | None

    @classmethod
    def of(cls, batch: BatchView) -> Self:
        """A batch as it was read."""
        left = (batch.eta.low_seconds, batch.eta.high_seconds) if batch.eta else None
        return cls(batch.counts.open, sum(batch.counts.model_dump().values()), left)

    @classmethod
    def told(cls, data: Mapping[str, Any]) -> Self:
        """A batch as a `queueUpdate` event tells of it."""
        counts, eta = data["counts"], data["eta"]
        return cls(counts["queued"] + counts["running"], sum(counts.values()), (eta["lowSeconds"], eta["highSeconds"]) if eta else None)


_known: dict[UUID, dict[str, Running]] = {}


async def read(call: Call) -> Chip:
    """The chip's words and the time left, from the database."""
    found = {str(batch.id): Running.of(batch) for batch in await jobs.unfinished(call.session, call.principal)}
    _known[call.principal.user_id] = found
    return words(found.values())


async def follow(call: Call, news: News) -> Chip:
    """The same after what happened since."""
    known = _known.get(call.principal.user_id, {})
    told = {str(event.data["batchId"]): Running.told(event.data) for event in news.events if event.type is EventType.QUEUE_UPDATE}
    if news.has(EventType.BATCH_FINISHED) or not told.keys() <= known.keys():
        return await read(call)
    known.update(told)
    return words(known.values())


def words(running: Iterable[Running]) -> Chip:
    """`131 of 214` and `Time left: 2–3 min`; both empty while nothing runs."""
    batches = [batch for batch in running if batch.open]
    if not batches:
        return "", ""
    total = sum(batch.total for batch in batches)
    done = t("{done} of {total}", done=f"{total - sum(batch.open for batch in batches):,}", total=f"{total:,}")
    left = [batch.left_s for batch in batches if batch.left_s]
    if not left:
        return done, ""
    return done, t("Time left: {time}", time=seconds_text(max(low for low, _ in left), max(high for _, high in left)))
