"""How long do the acts of a large selection take: segment, pause, resume, cancel, tag, delete, undo and export all that match a filter?

Nobody loads the images to say so; the target is well under a second for each ten thousand. Runs on the database of CELLHUB_DATABASE_URL
and removes what it made.

Usage: python -m bench.selection [--images 50000]
"""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bench.rows import clear, fill
from bench.server import machine
from cellhub_app.core.ids import new_id
from cellhub_app.core.runtime import Runtime, close_runtime, open_runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.flows import export, segment, throw_away
from cellhub_app.domain.images import tagging, trash
from cellhub_app.domain.images.schemas import ImageFilters
from cellhub_app.domain.images.selection import Chosen
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.models.project import Membership, Project, ProjectRole
from cellhub_app.models.user import Role, User

EVERYTHING = Chosen(filters=ImageFilters(q="plate0_"))


class Clock:
    """Transactions, timed with their commits."""

    def __init__(self, runtime: Runtime, images: int) -> None:
        self._runtime, self._images = runtime, images

    @asynccontextmanager
    async def time(self, name: str) -> AsyncIterator[AsyncSession]:
        """One transaction."""
        began = time.perf_counter()
        async with self._runtime.work() as session:
            yield session
        seconds = time.perf_counter() - began
        print(f"{name:24} {seconds:6.2f} s, {seconds / self._images * 10_000:5.2f} s for each 10,000", flush=True)


async def seed(runtime: Runtime, images: int) -> tuple[Principal, UUID]:
    """A person and a project with images that were read, nearly all of them segmented."""
    async with runtime.work() as session:
        who = User(email=f"bench-{new_id()}@example.org", name="Benchmark", password_hash="-")
        session.add(who)
        await session.flush()
        project = Project(name="Selection benchmark", created_by=who.id)
        session.add(project)
        await session.flush()
        session.add(Membership(project_id=project.id, user_id=who.id, role=ProjectRole.OWNER))
    await fill(runtime, {project.id: images})
    return Principal(who.id, new_id(), Role.USER, who.name, who.email), project.id


async def measure(runtime: Runtime, images: int, who: Principal, project_id: UUID) -> None:
    """Every act once."""
    clock = Clock(runtime, images)
    async with clock.time("segment") as session:
        batch = await segment.segment(session, who, project_id, EVERYTHING, "unet")
    print(f"  {batch.counts.queued:,} queued at position {batch.position}")
    for act in (jobs.pause, jobs.resume, jobs.cancel):
        async with clock.time(act.__name__) as session:
            await act(session, who, batch.id)
    async with clock.time("tag") as session:
        await tagging.add(session, who, project_id, EVERYTHING, "control")
    async with clock.time("take the tag off") as session:
        await tagging.remove(session, who, project_id, EVERYTHING, "control")
    async with clock.time("export") as session:
        await export.export(session, who, project_id, ["csv"], EVERYTHING)
    async with runtime.work() as session:
        await segment.segment(session, who, project_id, EVERYTHING, "unet")
    async with clock.time("delete while it is queued") as session:
        _, moment = await throw_away.throw_away(session, who, project_id, EVERYTHING)
    async with clock.time("undo") as session:
        await trash.undo(session, who, project_id, moment)


async def main(images: int) -> None:
    """Fill, measure, clear."""
    runtime = await open_runtime()
    who, project_id = await seed(runtime, images)
    try:
        print(f"machine: {machine()}\n{images:,} images in one project")
        await measure(runtime, images, who, project_id)
    finally:
        await clear(runtime, [project_id])
        async with runtime.work() as session:
            await session.execute(text("delete from app_user where id = :id"), {"id": who.user_id})
        await close_runtime()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=50_000)
    asyncio.run(main(parser.parse_args().images))
