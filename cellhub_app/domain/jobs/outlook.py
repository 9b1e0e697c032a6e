"""Batches as doors show them: what is counted, their place in the line, the time that is left."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.ids import now
from cellhub_app.core.queue import JobStatus
from cellhub_app.core.runtime import get_runtime
from cellhub_app.domain.jobs import headway, repository
from cellhub_app.domain.jobs.forecast import Finish, card_paces, forecast, silence_s
from cellhub_app.domain.jobs.line import InHand, Place, Stretch, places, work_ahead
from cellhub_app.domain.jobs.schemas import BatchCounts, BatchView, Eta, Working
from cellhub_app.models.job import Batch

STALLED_AFTER = timedelta(seconds=60)


async def views(session: AsyncSession, batches: Sequence[Batch]) -> list[BatchView]:
    """Batches with what is counted, their place in the line and their time left."""
    if not batches:
        return []
    counts = await repository.counts(session, [row.id for row in batches])
    if all(row.finished_at for row in batches):
        return [BatchView.of(row, counts[row.id]) for row in batches]
    outlook = await _Outlook.of(session)
    working = await _working(session, outlook.with_large(row.id for row in batches))
    return [outlook.view(row, counts[row.id], working[row.id]) for row in batches]


async def _working(session: AsyncSession, ids: list[UUID]) -> dict[UUID | None, list[Working]]:
    """How far the large images of these batches are."""
    found: dict[UUID | None, list[Working]] = defaultdict(list)
    held = await repository.large_in_hand(session, ids, headway.large_megapixels()) if ids else []
    shares = await headway.shares(get_runtime().redis, [job for job, _ in held])
    for job, name in held:
        if job.id in shares:
            found[job.batch_id].append(Working(job_id=job.id, image_id=job.image_id, name=name, progress=shares[job.id]))
    return found


class _Outlook:
    """The whole line and how fast it moves, as they are now."""

    def __init__(self, stretches: list[Stretch], in_hand: list[InHand], finishes: list[Finish]) -> None:
        self._places = places(stretches)
        self._in_hand, self._finishes = in_hand, finishes
        self._forecast = forecast(finishes, card_paces(stretches, finishes))
        self._now = now()

    @classmethod
    async def of(cls, session: AsyncSession) -> "_Outlook":
        """Read it."""
        return cls(await repository.stretches(session), await repository.in_hand(session), await repository.finishes(session))

    def with_large(self, ids: Iterable[UUID]) -> list[UUID]:
        """Those of the batches of which a worker holds an image that may take minutes."""
        large = {job.batch_id for job in self._in_hand if job.megapixels > headway.large_megapixels()}
        return [batch_id for batch_id in ids if batch_id in large]

    def view(self, row: Batch, counts: BatchCounts, working: Sequence[Working] = ()) -> BatchView:
        """One batch."""
        place = self._places.get(row.id)
        return BatchView.of(row, counts, place.first if place else None, self._eta(row, counts, place), working)

    def _eta(self, row: Batch, counts: BatchCounts, place: Place | None) -> Eta | None:
        if row.status == JobStatus.PAUSED or self._has_stalled(row, counts):
            return None
        work = work_ahead(row.id, place, self._in_hand)
        known = self._forecast.eta_range(work, silence_s(self._in_hand, self._finishes, self._now))
        return Eta(low_seconds=known[0], high_seconds=known[1]) if known else None

    def _has_stalled(self, row: Batch, counts: BatchCounts) -> bool:
        """Whether nothing has come out for so long that no honest estimate exists."""
        begun = row.started_at or row.created_at
        latest = max([begun, *(finish.finished_at for finish in self._finishes[-1:])])
        return counts.open > 0 and self._now - latest > STALLED_AFTER
