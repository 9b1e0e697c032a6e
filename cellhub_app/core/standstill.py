"""COPYs whose client sends nothing more. PostgreSQL times out statements, and transactions in which nothing is asked, but not these: their
locks would outlive every lease, and nobody could take over what the client had begun.
"""

import time
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_WAITING = """
    from pg_stat_progress_copy as progress join pg_stat_activity as activity using (pid)
    where activity.datname = current_database() and activity.usename = current_user and activity.wait_event = 'ClientRead'
"""
_FRESH = text("select pg_stat_clear_snapshot()")  # or a transaction sees what was so when it first looked
_LOOK = text(f"select pid, activity.query_start::text, progress.bytes_processed {_WAITING}")
_END = text(f"""
    select pg_terminate_backend(pid) {_WAITING} and (pid, activity.query_start::text, progress.bytes_processed)
        in (select * from unnest(cast(:pids as int[]), cast(:begun as text[]), cast(:read as bigint[])))
""")  # noqa: S608


class _Copy(NamedTuple):
    """A COPY from a client, and the bytes that the server has read of it."""

    pid: int
    begun: str
    read: int


class Standstill:
    """Remembers how far each COPY was when it was looked at before."""

    def __init__(self) -> None:
        self._since: dict[_Copy, float] = {}

    async def end(self, session: AsyncSession, after_s: float) -> int:
        """Hang up on clients of this role whose COPY has not moved for that long, as far as earlier calls can tell; answers on how many."""
        await session.execute(_FRESH)
        now = time.monotonic()
        seen = [_Copy(*row) for row in (await session.execute(_LOOK)).all()]
        self._since = {one: self._since.get(one, now) for one in seen}
        over = [one for one, since in self._since.items() if now - since >= after_s]
        if not over:
            return 0
        await session.execute(_FRESH)
        values = {"pids": [one.pid for one in over], "begun": [one.begun for one in over], "read": [one.read for one in over]}
        return sum((await session.execute(_END, values)).scalars())
