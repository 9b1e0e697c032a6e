"""The worker's side of a job: claim it, finish it, fail it, give it back. Every function runs inside the caller's transaction."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.limits import ATTEMPTS_MAX
from cellhub_app.core.queue import JobKind, JobStatus
from cellhub_app.core.runtime import emit, wake
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.jobs import claiming, leases, repository, subjects
from cellhub_app.domain.jobs.claiming import Appetite, Claimed
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.domain.jobs.news import Subject, batch_event, finished_event, job_event
from cellhub_app.domain.jobs.schemas import BatchView
from cellhub_app.domain.jobs.subjects import ImageResult

UNFINISHED = (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.PAUSED)


async def claim(session: AsyncSession, kind: JobKind, worker: str, appetite: Appetite) -> list[Claimed]:
    """The next jobs for this worker, fair between users. Images deleted meanwhile are cancelled on the way."""
    await claiming.lock_line(session, kind)
    while True:
        choice = claiming.choose(await claiming.candidates(session, kind, appetite), appetite)
        if choice.gone:
            await _cancel_gone(session, kind, choice.gone)
        if choice.take or not choice.gone:
            break
    claimed = await claiming.take(session, kind, choice.take, worker) if choice.take else []
    if claimed:
        ids = [job.id for job in claimed]
        await subjects.follow(session, kind, ids)
        await repository.write_log(session, ids, f"Started by {worker}.")
        for job in claimed:
            emit(session, job_event(Subject.of(job), JobStatus.RUNNING))
    return claimed


async def _cancel_gone(session: AsyncSession, kind: JobKind, ids: Sequence[UUID]) -> None:
    await repository.cancel_jobs(session, ids)
    await subjects.follow(session, kind, ids)
    await settle_batches(session, await repository.batches_of(session, ids))


async def hold(session: AsyncSession, jobs: Sequence[Claimed]) -> list[Claimed]:
    """Those of the jobs that are still ours, locked with their images until the transaction ends: call it before writing results."""
    held = await leases.hold(session, jobs)
    mine = [job for job in jobs if job.id in held]
    await subjects.lock_images(session, [job.image_id for job in mine if job.image_id])
    return mine


async def finish(session: AsyncSession, done: Sequence[Finished]) -> set[UUID]:
    """Mark jobs of one kind as succeeded and close batches that are complete; answers the jobs that were still ours.

    A job that is not in the answer belongs to somebody else: its result must be discarded.
    """
    if not done:
        return set()
    mine = await leases.finish(session, done)
    await subjects.follow(session, done[0].job.kind, list(mine))
    await repository.write_log(session, list(mine), "Done.")
    await settle_batches(session, {one.job.batch_id for one in done if one.job.id in mine})
    return mine


async def hold_images(session: AsyncSession, images: Sequence[UUID]) -> None:
    """Let nobody else change the figures of these images until the transaction ends; call it after `hold`."""
    await subjects.lock_images(session, images)


async def write_results(session: AsyncSession, rows: Sequence[ImageResult]) -> None:
    """Write the figures of images whose jobs are held onto their rows."""
    await subjects.write_results(session, rows)


async def warn(session: AsyncSession, job: Claimed, sentences: Sequence[str]) -> None:
    """Write what a person should know of a job that went well into its log."""
    for sentence in sentences:
        await repository.write_log(session, [job.id], sentence, level="warning")


async def fail(session: AsyncSession, job: Claimed, code: str, detail: str, *, retry: bool) -> JobStatus | None:
    """Fail a job with one plain sentence, or queue it again after 5, 10, 20 s until its attempts are spent.

    Answers where it stands now, None when it was not ours any more.
    """
    again = retry and job.attempt < ATTEMPTS_MAX
    error = {"code": code, "detail": detail}
    if job.kind is JobKind.INGEST and job.image_id is not None:
        await repository.lock_jobs(session, UNFINISHED, image_ids=[job.image_id])
    delay_s = get_settings().retry_delay_s * 2.0 ** (job.attempt - 1) if again else None
    if not await leases.fail(session, job, error, delay_s):
        return None
    status = JobStatus.QUEUED if again else JobStatus.FAILED
    await subjects.follow(session, job.kind, [job.id])
    suffix = f" Trying again in {delay_s:.0f} s." if delay_s is not None else ""
    await repository.write_log(session, [job.id], f"Attempt {job.attempt} failed: {detail}{suffix}", level="warning" if again else "error")
    emit(session, job_event(Subject.of(job), status, error=None if again else error))
    if not again:
        if job.kind is JobKind.INGEST:
            await image_refused(session, job)
        await settle_batches(session, {job.batch_id})
    return status


async def release(session: AsyncSession, jobs: Sequence[Claimed]) -> int:
    """Give jobs of one kind back as if they had not been started; answers how many were still ours."""
    back = set(await leases.release(session, jobs)) if jobs else set()
    if back:
        await subjects.follow(session, jobs[0].kind, list(back))
        await repository.write_log(session, list(back), "Given back: the worker is stopping.")
        for job in jobs:
            if job.id in back:
                emit(session, job_event(Subject.of(job), JobStatus.QUEUED))
        wake(session, jobs[0].kind)
    return len(back)


async def reclaim_expired(session: AsyncSession) -> int:
    """Take back what workers held who stopped renewing their leases; answers how many jobs."""
    rows = await leases.reclaim(session)
    for kind in JobKind:
        mine = [row for row in rows if row["kind"] == kind]
        if not mine:
            continue
        await subjects.follow(session, kind, [row["id"] for row in mine])
        await repository.write_log(session, [row["id"] for row in mine], leases.LOST_DETAIL, level="error")
        for row in mine:
            status = JobStatus(row["status"])
            emit(session, job_event(Subject.of(dict(row)), status, error=row["error"] if status is JobStatus.FAILED else None))
            if kind is JobKind.INGEST and row["status"] == JobStatus.FAILED:
                await _refuse_waiting(session, row["image_id"], row["project_id"], leases.LOST_DETAIL)
        await settle_batches(session, {row["batch_id"] for row in mine if row["status"] == JobStatus.FAILED})
        wake(session, kind)
    return len(rows)


async def waiting_kinds(session: AsyncSession) -> list[JobKind]:
    """The kinds of jobs of which one could be claimed now."""
    return [JobKind(kind) for kind in await repository.waiting_kinds(session)]


async def image_read(session: AsyncSession, job: Claimed, facts: dict[str, Any]) -> dict[str, Any]:
    """Write what was read from a file and let the segmentations that waited for it begin; answers the facts as stored."""
    assert job.image_id is not None  # noqa: S101 - an ingest job has an image
    await repository.lock_jobs(session, UNFINISHED, image_ids=[job.image_id])
    size, origin = await subjects.write_facts(session, job.image_id, facts)
    if await repository.unpark(session, job.image_id):
        wake(session, JobKind.SEGMENT)
    return {**facts, "pixel_size_um": size, "pixel_size_origin": origin}


async def image_refused(session: AsyncSession, job: Claimed) -> None:
    """Fail the segmentations that waited for an image that can't be read."""
    if job.image_id is not None:
        await _refuse_waiting(session, job.image_id, job.project_id, f"{job.image_name} couldn't be read, so there is nothing to segment.")


async def _refuse_waiting(session: AsyncSession, image_id: UUID, project_id: UUID, detail: str) -> None:
    error = {"code": "imageNotRead", "detail": detail}
    rows = await repository.refuse(session, image_id, error)
    await subjects.follow(session, JobKind.SEGMENT, [row.id for row in rows])
    for row in rows:
        subject = Subject(JobKind.SEGMENT, row.id, project_id, batch_id=row.batch_id, image_id=image_id, model=row.model)
        emit(session, job_event(subject, JobStatus.FAILED, error=error))
    await settle_batches(session, {row.batch_id for row in rows})


async def settle_batches(session: AsyncSession, ids: Iterable[UUID | None], *, cancelled: bool = False) -> None:
    """Close batches whose last job is done. Holds their rows, so that two workers cannot both leave the last step to the other."""
    wanted = [batch_id for batch_id in ids if batch_id is not None]
    if not wanted:
        return
    held = {batch.id: batch for batch in await repository.lock_batches(session, wanted)}
    closed = await repository.settle(session, list(held), cancelled=cancelled)
    if not closed:
        return
    counted = await repository.counts(session, closed)
    for batch in await repository.lock_batches(session, closed):
        view = BatchView.of(batch, counted[batch.id])
        emit(session, batch_event(view))
        emit(session, finished_event(view, batch.user_id))
