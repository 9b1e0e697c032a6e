"""Writing results: a few finished images in one transaction, together with the status of their jobs.

A stack is stored whole or not at all. What galleries show of an image, outlines and revision, is that of its first plane.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.geometry import codec
from cellhub_app.core.imaging import planes
from cellhub_app.core.imaging.thumbnail import draw_overlay
from cellhub_app.core.queue import JobStatus
from cellhub_app.core.runtime import Runtime, emit
from cellhub_app.domain.annotations import news, repository
from cellhub_app.domain.annotations import service as annotations
from cellhub_app.domain.annotations.keeping import beside_hand_made
from cellhub_app.domain.annotations.schemas import NewResult
from cellhub_app.domain.jobs import work
from cellhub_app.domain.jobs.claiming import Claimed
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.domain.jobs.news import Subject, job_event
from cellhub_app.domain.jobs.schemas import FRAMES, KEEP_HAND_MADE
from cellhub_app.domain.jobs.subjects import ImageResult
from ml_worker.tasks import stacks
from ml_worker.tasks.describe import Described
from ml_worker.tasks.outage import insist
from ml_worker.tasks.outlining import outlines_key

log = structlog.get_logger(__name__)

PLANES_A_GROUP = 16
FIRST = 0
GATHER_S = 0.25


@dataclass
class _Saving:
    job: Claimed
    planes: Mapping[int, Described]
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

    async def save(self, job: Claimed, planes: Mapping[int, Described], weights_sha256: str | None, timings: dict[str, float]) -> bool:
        """Store what was found in planes (frame -> result); False when the job was not ours any more. Waits out outages."""
        saving = _Saving(job, planes, weights_sha256, timings)
        self._asked.put_nowait(saving)
        return await saving.saved

    async def run(self) -> None:
        """Serve until cancelled."""
        while True:
            group = [await self._asked.get()]
            deadline = time.monotonic() + GATHER_S
            while _planes_in(group) < PLANES_A_GROUP and (self._others_come(len(group)) or not self._asked.empty()):
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
            await repository.hold_segmentations(session, [(_image(saving.job), frame) for saving in group for frame in saving.planes])
            held = {job.id for job in await work.hold(session, [saving.job for saving in group])}
            mine = [saving for saving in group if saving.job.id in held]
            results = [await _result(session, saving, frame) for saving in mine for frame in saving.planes]
            numbers = await annotations.save_results(session, results)
            firsts = {result.job_id: result for result in results if result.frame == FIRST}
            overlaid = [saving for saving in mine if saving.job.id in firsts]
            await asyncio.gather(*(self._store_overlay(s, firsts[s.job.id], numbers[s.job.id, FIRST]) for s in overlaid))
            counts = await _counts(session, results)
            images = {saving.job.id: _figures(saving, counts[saving.job.id], numbers.get((saving.job.id, FIRST))) for saving in mine}
            await work.write_results(session, list(images.values()))
            seconds = time.perf_counter() - began
            await work.finish(session, [Finished(saving.job, _timings(saving, began, seconds)) for saving in mine])
            for saving in mine:
                await work.warn(session, saving.job, stacks.warnings_of(saving.planes.values()))
                _tell(session, saving, images[saving.job.id])
            _tell_planes(session, mine, results, numbers)
        return held

    async def _store_overlay(self, saving: _Saving, result: NewResult, revision: int) -> None:
        overlay = await asyncio.to_thread(_overlay, result, size_of(saving.job)) if result.kept else saving.planes[FIRST].overlay
        await self._runtime.storage.put(outlines_key(result.image_id, revision), overlay)


def _planes_in(group: Sequence[_Saving]) -> int:
    return sum(len(saving.planes) for saving in group)


def _image(job: Claimed) -> UUID:
    assert job.image_id is not None  # noqa: S101 - a segmentation has an image
    return job.image_id


async def _result(session: AsyncSession, saving: _Saving, frame: int) -> NewResult:
    job, objects = saving.job, saving.planes[frame].objects
    parameters = {name: value for name, value in job.parameters.items() if name != FRAMES}  # a revision is of one plane
    result = NewResult(_image(job), job.id, job.model or "", saving.weights_sha256, objects, parameters, frame)
    return await beside_hand_made(session, result, size_of(job)) if job.parameters.get(KEEP_HAND_MADE) else result


async def _counts(session: AsyncSession, results: Sequence[NewResult]) -> dict[UUID, int]:
    """Job -> the objects of its image with the results, over all frames; the rows are held against those who draw in other frames."""
    if not results:
        return {}
    await work.hold_images(session, [result.image_id for result in results])
    elsewhere = await repository.in_other_frames(session, [(result.image_id, result.frame) for result in results])
    counts = {result.job_id: elsewhere.get(result.image_id, 0) for result in results}
    for result in results:
        counts[result.job_id] += result.count
    return counts


def _figures(saving: _Saving, count: int, revision: int | None) -> ImageResult:
    found = saving.planes.values()
    flaws = stacks.flaws_of(found, of=planes.count(saving.job.frames, saving.job.timepoints))
    return ImageResult(_image(saving.job), count, stacks.doubt_of(found), revision, None if flaws is None else [*flaws])


def size_of(job: Claimed) -> tuple[int, int]:
    """Width and height of the job's image in px."""
    return job.width or 1, job.height or 1


def _overlay(result: NewResult, size: tuple[int, int]) -> bytes:
    outlines = [*result.kept.values(), *(new.geometry for new in result.objects)]
    return draw_overlay([codec.decode(one) for one in outlines], *size)


def _timings(saving: _Saving, began: float, seconds: float) -> dict[str, float]:
    waited = saving.timings.get("waited_s", 0.0) + began - saving.asked
    return {name: round(value, 4) for name, value in {**saving.timings, "save_s": seconds, "waited_s": waited}.items()}


def _tell(session: AsyncSession, saving: _Saving, image: ImageResult) -> None:
    more: dict[str, Any] = {"objectCount": image.objects, "doubt": image.doubt}
    more |= {"flaws": image.flaws} if image.flaws is not None else {}
    more |= {"revision": image.revision, "outlinesRevision": image.revision} if image.revision is not None else {}
    emit(session, job_event(Subject.of(saving.job), JobStatus.SUCCEEDED, **more))


def _tell_planes(
    session: AsyncSession, group: Sequence[_Saving], results: Sequence[NewResult], numbers: Mapping[tuple[UUID, int], int]
) -> None:
    """The event of a job tells all of an image whose first plane was segmented; stacks need one for each plane."""
    jobs = {saving.job.id: saving.job for saving in group if FRAMES in saving.job.parameters}
    for result in results:
        if job := jobs.get(result.job_id):
            news.tell_found(session, job.project_id, result, numbers[result.job_id, result.frame])
