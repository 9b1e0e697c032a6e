"""Telling people by e-mail that a batch ended, when they asked for it, may still see it, and the address is known to be theirs.

Each batch is told once, by whichever worker comes first.
"""

from dataclasses import dataclass

from sqlalchemy import RowMapping, and_, bindparam, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.mail import Letter
from cellhub_app.domain.access import GRANTED, SEES_EVERY_PROJECT
from cellhub_app.domain.jobs import repository as jobs
from cellhub_app.domain.jobs.schemas import BatchCounts
from cellhub_app.models.job import Batch
from cellhub_app.models.user import User, UserStatus

LETTERS_AT_ONCE = 20
_DUE = text("""
    update batch b set notified_at = clock_timestamp()
    from app_user u, project p
    where u.id = b.user_id and p.id = b.project_id and b.id = any(array(
        select id from batch where notify and notified_at is null and finished_at is not null
        order by id limit :limit for update skip locked))
    returning b.id, b.project_id, b.status, b.model, u.email, u.email_verified_at is not null as verified, p.name as project
""")
_IN_PROJECT = select(GRANTED.c.user_id).where(GRANTED.c.user_id == col(User.id), GRANTED.c.project_id == col(Batch.project_id))
_STILL_IN = (
    select(col(Batch.id))
    .join(User, and_(col(User.id) == col(Batch.user_id), col(User.status) == UserStatus.ACTIVE))
    .where(col(Batch.id).in_(bindparam("batches", expanding=True)), or_(col(User.role).in_(SEES_EVERY_PROJECT), _IN_PROJECT.exists()))
)
_WORDS = {"succeeded": "done", "failed": "failed", "cancelled": "cancelled"}


@dataclass(frozen=True)
class _Ended:
    row: RowMapping
    counts: BatchCounts


async def due_letters(session: AsyncSession, base_url: str) -> list[Letter]:
    """The letters of batches that ended; from this transaction's commit on they count as sent."""
    ended = (await session.execute(_DUE, {"limit": LETTERS_AT_ONCE})).mappings().all()
    hear = set((await session.execute(_STILL_IN, {"batches": [row["id"] for row in ended]})).scalars()) if ended else set()
    rows = [row for row in ended if row["verified"] and row["id"] in hear]
    counted = await jobs.counts(session, [row["id"] for row in rows])
    return [_letter(_Ended(row, counted[row["id"]]), base_url) for row in rows]


def _letter(ended: _Ended, base_url: str) -> Letter:
    row, counts = ended.row, ended.counts
    project = " ".join(str(row["project"]).split())
    parts = [(counts.succeeded, "segmented"), (counts.failed, "failed"), (counts.cancelled, "cancelled")]
    words = ", ".join(f"{count:,} {word}" for count, word in parts if count) or "no image"
    lines = [f"The batch you started in {project} with {row['model']} has ended: {words}.", "", f"{base_url}/projects/{row['project_id']}"]
    if counts.failed:
        lines += ["", "Why images failed, and the button to try them again:", f"{base_url}/queue?batch={row['id']}"]
    return Letter(row["email"], f"{project}: segmentation {_WORDS.get(row['status'], row['status'])}", "\n".join([*lines, ""]))
