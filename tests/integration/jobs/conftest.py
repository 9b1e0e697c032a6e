"""Two people with a project each, and jobs for them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import pytest_asyncio
from sqlalchemy import text

from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.images.repository import chosen
from cellhub_app.domain.jobs import service, work
from cellhub_app.domain.jobs.claiming import Appetite, Claimed
from tests.fixtures import rows

MANY = """
    insert into image (id, project_id, name, status, bytes, sha256, revision, tags, created_at, width, height)
    select gen_random_uuid(), :project, 'image ' || n || '.png', 'ready', 1, '', 0, '{}', now(), 256, 256
    from generate_series(1, :count) as n returning id
"""
PLENTY = Appetite(limit=1000, seconds=1e9, speeds={})


@dataclass(frozen=True)
class Lab:
    """A person, their project, and how to add work to it."""

    runtime: Runtime
    who: Principal
    project_id: UUID

    async def images(self, count: int, **columns: object) -> list[UUID]:
        """Images of the project."""
        async with self.runtime.work() as session:
            return await rows.images(session, self.project_id, [f"{n}.png" for n in range(count)], **columns)

    async def many_images(self, count: int) -> list[UUID]:
        """Thousands of images that were read."""
        async with self.runtime.work() as session:
            return list((await session.execute(text(MANY), {"project": self.project_id, "count": count})).scalars())

    async def segment(self, images: list[UUID], model: str = "unet", priority: int = 0) -> UUID:
        """A batch over the images."""
        async with self.runtime.work() as session:
            batch = await service.add_batch(session, project_id=self.project_id, user_id=self.who.user_id, model=model, parameters={})
            await service.line_up(session, batch, chosen(self.project_id, images), priority)
        return batch.id

    async def batch(self, count: int, **columns: object) -> UUID:
        """A batch over so many fresh images."""
        return await self.segment(await self.images(count, **columns))


MakeLab = Callable[[str], Awaitable[Lab]]


@pytest_asyncio.fixture(loop_scope="session")
async def make_lab(runtime: Runtime) -> MakeLab:
    async def make(name: str) -> Lab:
        async with runtime.work() as session:
            who = await rows.person(session, name)
            return Lab(runtime, who, await rows.project(session, who, name))

    return make


@pytest_asyncio.fixture(loop_scope="session")
async def lab(make_lab: MakeLab) -> Lab:
    return await make_lab("ada")


async def claim(runtime: Runtime, appetite: Appetite = PLENTY, kind: JobKind = JobKind.SEGMENT, worker: str = "w1") -> list[Claimed]:
    """What a worker gets."""
    async with runtime.work() as session:
        return await work.claim(session, kind, worker, appetite)


async def column(runtime: Runtime, query: str, **values: object) -> list[object]:
    """The first column of a query's rows."""
    async with runtime.work() as session:
        return list((await session.execute(text(query), values)).scalars())


async def expire(runtime: Runtime) -> None:
    """As if every worker had stopped renewing its leases a while ago."""
    async with runtime.work() as session:
        await session.execute(text("update job set lease_until = now() - interval '1 second' where status = 'running'"))
