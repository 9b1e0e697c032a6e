"""Writing results: a few finished images in one transaction, together with the status of their jobs."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.geometry import codec
from cellhub_app.core.imaging.quality import SENTENCES
from cellhub_app.core.imaging.thumbnail import draw_overlay
from cellhub_app.core.queue import JobStatus
from cellhub_app.core.runtime import Runtime, emit
from cellhub_app.domain.annotations import repository
from cellhub_app.domain.annotations import service as annotations
from cellhub_app.domain.annotations.keeping import beside_hand_made
from cellhub_app.domain.annotations.schemas import NewResult
from cellhub_app.domain.jobs import work
from cellhub_app.domain.jobs.claiming import Claimed
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.domain.jobs.news import Subject, job_event
from cellhub_app.domain.jobs.schemas import KEEP_HAND_MADE
from ml_worker.tasks.describe import Described
from ml_worker.tasks.outage import insist
from ml_worker.tasks.outlining import outlines_key

log = structlog.get_logger(__name__)

GROUP_MAX = 16
GATHER_S = 0.25


@dataclass
class _Saving:
    job: Claimed
    result: Described
    weights_sha256: str | None
    timings: dict[str, float]
    asked: float = field(default_factory=time.perf_counter)
    saved: "asyncio.Future[bool]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def answer(self, was_ours: bool) -> None:
        """Tell whoever waits how it ended, unless they went away."""
        if not self.saved.done():
            self.saved.set_result(was_ours)

    def refuse(self, error: BaseException) -> None:
        """Tell whoever waits that it can't be stored."""
        if not self.saved.done():
            self.saved.set_exception(error)


class Saver:
    """Gathers finished images for a moment, while others are on their way, and commits them together.

    The lease of each job is asked for inside the transaction: what another worker took meanwhile is discarded.
    """

    def __init__(self, runtime: Runtime, others_come: Callable[[int], bool]) -> None:
        self._runtime, self._others_come = runtime, others_come
        self._asked: asyncio.Queue[_Saving] = asyncio.Queue()

    async def save(self, job: Claimed, result: Described, weights_sha256: str | None, timings: dict[str, float]) -> bool:
        """Store a result; False when the job was not ours any more. Waits out outages."""
        saving = _Saving(job, result, weights_sha256, timings)
        self._asked.put_nowait(saving)
        return await saving.saved

    async def run(self) -> None:
        """Serve until cancelled."""
        while True:
            group = [await self._asked.get()]
            deadline = time.monotonic() + GATHER_S
            while len(group) < GROUP_MAX and (self._others_come(len(group)) or not self._asked.empty()):
                try:
                    group.append(await asyncio.wait_for(self._asked.get(), deadline - time.monotonic()))
                except TimeoutError:
                    break
            await self._commit(group)

    async def _commit(self, group: list[_Saving]) -> None:
        wanted = [saving for saving in group if not saving.saved.done()]
        if not wanted:
            return
        [saved] = await asyncio.gather(insist(lambda: self._write(wanted), "save results"), return_exceptions=True)
        if not isinstance(saved, BaseException):
            for saving in wanted:
                saving.answer(saving.job.id in (saved or ()))
        elif len(wanted) == 1:
            wanted[0].refuse(saved)
        else:
            log.warning("a group of results could not be saved, trying each alone", count=len(wanted), error=str(saved).split("\n", 1)[0])
            for saving in wanted:
                await self._commit([saving])

    async def _write(self, group: list[_Saving]) -> set[UUID]:
        began = time.perf_counter()
        async with self._runtime.work() as session:
            await repository.hold_segmentations(session, [(_image(saving.job), 0) for saving in group])
            held = {job.id for job in await work.hold(session, [saving.job for saving in group])}
            mine = [saving for saving in group if saving.job.id in held]
            results = {saving.job.id: await _result(session, saving) for saving in mine}
            numbers = await annotations.save_results(session, list(results.values()))
            await asyncio.gather(*(self._store_overlay(saving, results[saving.job.id], numbers[saving.job.id]) for saving in mine))
            counts = await _counts(session, list(results.values()))
            rows = [(_image(s.job), counts[s.job.id], s.result.doubt, numbers[s.job.id]) for s in mine]
            await work.write_results(session, rows)
            seconds = time.perf_counter() - began
            await work.finish(session, [Finished(saving.job, _timings(saving, began, seconds)) for saving in mine])
            for saving in mine:
                await work.warn(session, saving.job, [SENTENCES[flaw] for flaw in saving.result.flaws])
                _tell(session, saving, counts[saving.job.id], numbers[saving.job.id])
        return held

    async def _store_overlay(self, saving: _Saving, result: NewResult, revision: int) -> None:
        overlay = await asyncio.to_thread(_overlay, result, size_of(saving.job)) if result.kept else saving.result.overlay
        await self._runtime.storage.put(outlines_key(result.image_id, revision), overlay)


def _image(job: Claimed) -> UUID:
    assert job.image_id is not None  # noqa: S101 - a segmentation has an image
    return job.image_id


async def _result(session: AsyncSession, saving: _Saving) -> NewResult:
    job = saving.job
    result = NewResult(_image(job), job.id, job.model or "", saving.weights_sha256, saving.result.objects, job.parameters)
    return await beside_hand_made(session, result, size_of(job)) if job.parameters.get(KEEP_HAND_MADE) else result


async def _counts(session: AsyncSession, results: Sequence[NewResult]) -> dict[UUID, int]:
    """Job -> the objects of its image with the result, over all frames; the rows are held against those who draw in other frames."""
    images = [result.image_id for result in results]
    await work.hold_images(session, images)
    elsewhere = await repository.in_other_frames(session, images)
    return {result.job_id: result.count + elsewhere.get(result.image_id, 0) for result in results}


def size_of(job: Claimed) -> tuple[int, int]:
    """Width and height of the job's image in px."""
    return job.width or 1, job.height or 1


def _overlay(result: NewResult, size: tuple[int, int]) -> bytes:
    outlines = [*result.kept.values(), *(new.geometry for new in result.objects)]
    return draw_overlay([codec.decode(one) for one in outlines], *size)


def _timings(saving: _Saving, began: float, seconds: float) -> dict[str, float]:
    waited = saving.timings.get("waited_s", 0.0) + began - saving.asked
    return {name: round(value, 4) for name, value in {**saving.timings, "save_s": seconds, "waited_s": waited}.items()}


def _tell(session: AsyncSession, saving: _Saving, count: int, revision: int) -> None:
    more: dict[str, Any] = {"objectCount": count, "doubt": saving.result.doubt, "revision": revision, "outlinesRevision": revision}
    more |= {"flaws": list(saving.result.flaws)} if saving.result.flaws else {}
    emit(session, job_event(Subject.of(saving.job), JobStatus.SUCCEEDED, **more))
