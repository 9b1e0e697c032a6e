"""How pictures look, in a project that is too large to be read whole."""

from collections.abc import Awaitable, Sequence
from typing import TypeVar
from uuid import UUID

import psycopg
import pytest_asyncio
from sqlalchemy import text

from bench.million import Statement, recorded
from bench.rows import FLAWS, SETTLE, fill
from cellhub_app.core.pagination import PageRequest
from cellhub_app.core.reading import read
from cellhub_app.core.runtime import Runtime
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.access import Principal
from cellhub_app.domain.images import listing, service
from cellhub_app.domain.images.schemas import ImageFilters, Sort
from cellhub_app.domain.images.selection import Chosen, count
from tests.fixtures import rows
from tests.fixtures.services import Services

IMAGES = 20_000
ORDERS: dict[Sort, str] = {"-createdAt": "ix_image_project_created", "-doubt": "ix_image_project_doubt"}
FINE = "select count(*) from image where project_id = :project and status = 'ready' and flaws = '{}'"
T = TypeVar("T")


@pytest_asyncio.fixture(loop_scope="session")
async def crowd(services: Services, runtime: Runtime) -> tuple[Principal, UUID]:
    """Somebody with a large project, in a table with others."""
    async with runtime.work() as session:
        owner = await rows.person(session)
        mine, others = [await rows.project(session, owner, name) for name in ("Mine", "Others")]
    await fill(runtime, {mine: IMAGES, others: IMAGES})
    async with await psycopg.AsyncConnection.connect(services.urls.database_owner, autocommit=True) as connection:
        await connection.execute(SETTLE)
    return owner, mine


def plan_of(sent: Sequence[Statement]) -> str:
    """How the database goes about the statements."""
    with psycopg.connect(get_settings().database_url) as connection:
        return "\n".join(line for query, values in sent for (line,) in connection.execute(f"explain {query}", values))


async def found_by(index: str, asked: Awaitable[T]) -> T:
    """What was asked for, by this index and without reading all that fits, or even the whole table."""
    with recorded() as sent:
        answer = await asked
    plan = plan_of(sent)
    assert index in plan, plan
    assert "Seq Scan on image" not in plan, plan
    assert "CTE hits" not in plan, plan
    return answer


async def test_a_large_project_is_never_read_whole_for_its_flaws(runtime: Runtime, crowd: tuple[Principal, UUID]) -> None:
    who, project_id = crowd
    async with runtime.work() as session:
        flaws = await found_by("ix_image_project_flawed", service.flaws(session, who, project_id))
    assert set(flaws) == set(FLAWS)
    assert sum(flaws.values()) > listing.NEAR, "more than a search looks through first"
    for sort, index in ORDERS.items():
        page = await found_by(index, service.page_json(read, who, project_id, ImageFilters(flaw="none", sort=sort), PageRequest.of(50)))
        assert [row["flaws"] for row in page.data] == [[]] * 50
    async with runtime.work() as session:
        fine = await found_by("ix_image_project_flawed", count(session, who, project_id, Chosen(filters=ImageFilters(flaw="none"))))
        assert fine == (await session.execute(text(FINE), {"project": project_id})).scalar_one()
