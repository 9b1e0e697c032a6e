"""Image rows in numbers that nobody uploads: written with COPY, in the mixture of states that a busy server has."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from cellhub_app.core.db import copy_rows
from cellhub_app.core.ids import new_id, now
from cellhub_app.core.runtime import Runtime

COLUMNS = (
    "id", "project_id", "name", "status", "format", "width", "height", "channels", "bit_depth", "frames", "timepoints", "bytes", "sha256",
    "segmentation_status", "segmentation_job_id", "segmentation_model", "revision", "object_count", "doubt", "flaws", "tags", "created_at",
)  # fmt: skip
FLAWS = ("empty", "saturated", "blurred")
FLAWED_DOUBT = 0.9
STATES = ("succeeded",) * 92 + ("failed",) * 4 + ("cancelled",) * 2 + (None,) * 2
RUNNING_AT_ONCE = 8
ROWS_A_TRANSACTION = 50_000
# Old rows must be known to be visible to everybody before they are read from an index alone, as after the nightly vacuum.
SETTLE = "vacuum (analyze) image"


def image_rows(project_id: UUID, plate: str, count: int, chance: random.Random) -> Iterator[Sequence[Any]]:
    """Rows of one project, a second apart, the oldest first: a batch is through with three quarters of them.

    Every thousandth is tagged, and the most doubtful, one in fifteen, have a flaw.
    """
    start = now() - timedelta(seconds=count)
    reached = count * 3 // 4
    for number in range(count):
        state = chance.choice(STATES) if number < reached else "running" if number < reached + RUNNING_AT_ONCE else "queued"
        is_done = state == "succeeded"
        doubt = chance.random() if is_done else None
        flaws = [chance.choice(FLAWS)] if doubt and doubt >= FLAWED_DOUBT else []
        well = f"{chance.choice('ABCDEFGH')}{chance.randint(1, 12):02d}"
        tags = ["control"] if number % 1000 == 0 else []
        moment: datetime = start + timedelta(seconds=number)
        yield (
            new_id(), project_id, f"{plate}_{well}_f{number:06d}_{chance.choice(('dapi', 'gfp', 'rfp'))}.tif",
            "ready" if chance.random() < 0.999 else "failed", "tiff", 1024, 1024, 1, 16, 1, 1, 2_000_000, f"{number:064x}",
            state, new_id() if state else None, "unet" if state else None, int(is_done),
            chance.randint(0, 400) if is_done else None, doubt, flaws, tags, moment,
        )  # fmt: skip


async def fill(runtime: Runtime, projects: Mapping[UUID, int], seed: int = 1) -> None:
    """Give each project as many images."""
    chance = random.Random(seed)
    for number, (project_id, count) in enumerate(projects.items()):
        rows = list(image_rows(project_id, f"plate{number}", count, chance))
        for start in range(0, count, ROWS_A_TRANSACTION):
            async with runtime.work() as session:
                await copy_rows(session, "image", COLUMNS, rows[start : start + ROWS_A_TRANSACTION])


async def clear(runtime: Runtime, projects: Sequence[UUID]) -> None:
    """Remove the projects, one after the other, with their images."""
    for project_id in projects:
        async with runtime.work() as session:
            await session.execute(text("delete from project where id = :id"), {"id": project_id})
