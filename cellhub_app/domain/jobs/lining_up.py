"""Putting images in line, made in the database: fifty thousand of them cost one statement, and no id passes through Python.

The rows of the images are held in the order of their ids, as everywhere (subjects.py). Jobs are served in the order of their ids, so those
are made like UUIDs of version 7 that follow one another: the images' age decides.
"""

import time
from collections.abc import Sequence
from functools import reduce
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Float,
    Integer,
    SmallInteger,
    Uuid,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.ids import now
from cellhub_app.core.queue import JobKind, JobStatus
from cellhub_app.domain.jobs.claiming import PARKED
from cellhub_app.domain.jobs.schemas import FRAMES
from cellhub_app.models.image import Image, ImageStatus
from cellhub_app.models.job import Batch, Job

_IDS_A_MILLISECOND = 4096
_VERSION_7 = 0x7000


def _ids_in_order(number: ColumnElement[int], moment_ms: int) -> ColumnElement[object]:
    """A UUID of version 7 for each number: milliseconds, the number, and randomness."""
    milliseconds = func.substring(func.int8send(literal(moment_ms) + number // _IDS_A_MILLISECOND), 3)
    within = func.int2send(cast(_VERSION_7 + number % _IDS_A_MILLISECOND, SmallInteger))
    chance = func.substring(func.uuid_send(func.gen_random_uuid()), 9)
    return cast(func.encode(_joined(milliseconds, within, chance), "hex"), Uuid)


def _joined(*parts: ColumnElement[Any]) -> ColumnElement[Any]:
    return reduce(lambda left, right: left.op("||")(right), parts)


def _planes(batch: Batch) -> ColumnElement[Any]:
    """How many planes of an image the batch is for."""
    wanted = batch.parameters.get(FRAMES, "first")
    if wanted == "all":
        return cast(func.coalesce(col(Image.frames), 1), Float) * func.coalesce(col(Image.timepoints), 1)
    return literal(len(wanted) if isinstance(wanted, list) else 1)


async def line_up(session: AsyncSession, batch: Batch, chosen: Sequence[ColumnElement[bool]], priority: int = 0) -> int:
    """Queue a segmentation for every image that fits the conditions and did not fail; answers how many.

    It becomes the latest of its image, and waits while the image is being read.
    """
    keys = (col(Image.id), col(Image.created_at))
    held = (
        select(*keys)
        .where(*chosen, col(Image.status) != ImageStatus.FAILED)
        .order_by(col(Image.id))
        .with_for_update(key_share=True)
        .cte("held")
    )
    number = cast(func.row_number().over(order_by=(held.c.created_at, held.c.id)), Integer)
    numbered = select(held.c.id, _ids_in_order(number, time.time_ns() // 1_000_000).label("job_id")).cte("numbered")
    latest = {"segmentation_job_id": numbered.c.job_id, "segmentation_model": batch.model, "segmentation_status": JobStatus.QUEUED}
    adopted = (
        update(Image).where(col(Image.id) == numbered.c.id).values(**latest, segmentation_error=null())
        .returning(numbered.c.job_id, col(Image.id), col(Image.status), col(Image.width), col(Image.height), _planes(batch).label("planes"))
        .cte("adopted")
    )  # fmt: skip
    is_read = adopted.c.status == ImageStatus.READY
    moment = now()
    columns = {
        "id": adopted.c.job_id, "image_id": adopted.c.id, "kind": literal(JobKind.SEGMENT.value), "user_id": literal(batch.user_id, Uuid),
        "project_id": literal(batch.project_id, Uuid), "batch_id": literal(batch.id, Uuid), "model": literal(batch.model),
        "parameters": literal(batch.parameters, JSONB), "timings": literal({}, JSONB), "status": literal(JobStatus.QUEUED.value),
        "priority": case((is_read, priority), else_=priority + PARKED), "attempt": literal(0), "run_after": literal(moment),
        "created_at": literal(moment), "megapixels": adopted.c.width / literal(1e6) * adopted.c.height * adopted.c.planes,
    }  # fmt: skip
    statement = insert(Job).from_select(list(columns), select(*columns.values()))
    made = await session.execute(statement, execution_options={"preserve_rowcount": True})
    assert isinstance(made, CursorResult)  # noqa: S101 - an insert says how many rows it made
    return made.rowcount
