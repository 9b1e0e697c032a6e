"""Batches as doors show them: what is counted, their place in the line, the time that is left."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.ids import now
from cellhub_app.core.queue import JobStatus
from cellhub_app.domain.jobs import repository
from cellhub_app.domain.jobs.forecast import Finish, card_paces, forecast, silence_s
from cellhub_app.domain.jobs.line import InHand, Place, Stretch, places, work_ahead
from cellhub_app.domain.jobs.schemas import BatchCounts, BatchView, Eta
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
    return [outlook.view(row, counts[row.id]) for row in batches]


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

    def view(self, row: Batch, counts: BatchCounts) -> BatchView:
        """One batch."""
        place = self._places.get(row.id)
        return BatchView.of(row, counts, place.first if place else None, self._eta(row, counts, place))

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
