"""Chores that one worker of all does: take back what dead workers held, tell progress, re-issue tickets, throw old things away."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

import psycopg
import structlog
from redis.exceptions import RedisError

from cellhub_app.core.events import publish
from cellhub_app.core.limits import WAKE_EVERY_S
from cellhub_app.core.mail import send
from cellhub_app.core.queue import send_ticket
from cellhub_app.core.runtime import Runtime
from cellhub_app.core.standstill import Standstill
from cellhub_app.domain.flows.notify import due_letters
from cellhub_app.domain.images import pyramids, trash
from cellhub_app.domain.jobs import service, work
from cellhub_app.domain.jobs.news import batch_event
from cellhub_app.domain.jobs.schemas import BatchView
from cellhub_app.domain.shares import service as shares
from cellhub_app.domain.trials import service as trials
from ml_worker.tasks.export import expire_exports
from ml_worker.tasks.leftovers import clear_incoming, clear_partial, forget_uploads
from ml_worker.tasks.outage import is_outage
from ml_worker.tasks.outlining import ask_again

log = structlog.get_logger(__name__)

LEADER_LOCK = 7200
TICK_S = 1.0
EXPIRE_EVERY_S = 600.0
SHARE_OF_TIME = 0.05
_HOLD_OR_TAKE = """
    select case when exists (select from pg_locks where locktype = 'advisory' and objid = %s and pid = pg_backend_pid() and granted)
                then true else pg_try_advisory_lock(%s) end
"""


@dataclass
class _Chore:
    """Something to do every `every_s`, or less often when it takes more than its share of time."""

    name: str
    do: Callable[[], Awaitable[None]]
    every_s: float
    due: float = field(default_factory=time.monotonic)

    async def run_if_due(self) -> None:
        """Do it if its time has come."""
        began = time.monotonic()
        if began < self.due:
            return
        await self.do()
        self.due = began + max(self.every_s, (time.monotonic() - began) / SHARE_OF_TIME)


class Leader:
    """A PostgreSQL lock that one process holds for as long as its connection lives."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._connection: psycopg.AsyncConnection[tuple[bool]] | None = None

    async def leads(self) -> bool:
        """Whether this process is the one. Raises psycopg.Error when the database is away."""
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, application_name="cellhub-upkeep")
        try:
            row = await (await self._connection.execute(_HOLD_OR_TAKE, (LEADER_LOCK, LEADER_LOCK))).fetchone()
        except psycopg.Error:
            await self.resign()
            raise
        return bool(row and row[0])

    async def resign(self) -> None:
        """Let another process lead."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                await self._connection.close()
        self._connection = None


class Upkeep:
    """The chores of an io worker; run() lasts as long as the worker."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._leader = Leader(runtime.settings.database_url)
        self._told: dict[UUID, BatchView] = {}
        self._standstill = Standstill()
        self._chores = [
            _Chore("tell progress", self.tell_progress, TICK_S),
            _Chore("end what stands still", self.end_standstill, WAKE_EVERY_S),
            _Chore("take back lost jobs", self.take_back, WAKE_EVERY_S),
            _Chore("re-issue tickets", self.reissue_tickets, WAKE_EVERY_S),
            _Chore("send letters", self.send_letters, WAKE_EVERY_S),
            _Chore("drop old exports", self.drop_exports, EXPIRE_EVERY_S),
            _Chore("forget old trials", self.forget_trials, EXPIRE_EVERY_S),
            _Chore("forget old share links", self.forget_share_links, EXPIRE_EVERY_S),
            _Chore("empty the trash", self.empty_trash, EXPIRE_EVERY_S),
            _Chore("forget old tiles", self.forget_tiles, EXPIRE_EVERY_S),
            _Chore("draw missed outlines", partial(ask_again, runtime), EXPIRE_EVERY_S),
            _Chore("forget old uploads", partial(forget_uploads, runtime), EXPIRE_EVERY_S),
            _Chore("clear temporary storage", partial(clear_incoming, runtime), EXPIRE_EVERY_S),
            _Chore("clear unfinished large files", partial(clear_partial, runtime), EXPIRE_EVERY_S),
        ]

    async def run(self) -> None:
        """Do chores until cancelled; outages are waited out."""
        try:
            while True:
                await self._tick()
                await asyncio.sleep(TICK_S)
        finally:
            await self._leader.resign()

    async def _tick(self) -> None:
        try:
            if not await self._leader.leads():
                return
        except psycopg.Error as error:
            log.warning("upkeep waits for the database", error=str(error).split("\n", 1)[0])
            return
        for chore in self._chores:
            [outcome] = await asyncio.gather(chore.run_if_due(), return_exceptions=True)
            if isinstance(outcome, BaseException):
                known = is_outage(outcome) or isinstance(outcome, RedisError)
                log.warning("a chore failed", chore=chore.name, error=str(outcome).split("\n", 1)[0], exc_info=None if known else outcome)

    async def tell_progress(self) -> None:
        """Publish how far unfinished batches are, those that changed since the last time."""
        async with self._runtime.work() as session:
            views = {view.id: view for view in await service.progress(session)}
        changed = [view for view in views.values() if self._told.get(view.id) != view]
        if changed:
            await publish(self._runtime.redis, *(batch_event(view) for view in changed))
        self._told = views

    async def end_standstill(self) -> None:
        """Hang up on processes that stopped in the middle of writing, so that nothing stays locked."""
        async with self._runtime.work() as session:
            if count := await self._standstill.end(session, self._runtime.settings.lease_s):
                log.warning("connections were ended whose process had stopped while it wrote", count=count)

    async def take_back(self) -> None:
        """Queue again, or fail, the jobs whose lease ran out."""
        async with self._runtime.work() as session:
            if count := await work.reclaim_expired(session):
                log.warning("jobs were taken back from workers that stopped answering", count=count)

    async def reissue_tickets(self) -> None:
        """Wake workers of every kind that has work, in case a ticket was lost."""
        async with self._runtime.work() as session:
            kinds = await work.waiting_kinds(session)
        for kind in kinds:
            await send_ticket(self._runtime.queue, kind)

    async def send_letters(self) -> None:
        """Tell people by e-mail of batches that ended, if they asked for it."""
        async with self._runtime.work() as session:
            letters = await due_letters(session, self._runtime.settings.base_url)
        for letter in letters:
            await send(letter, self._runtime.settings)

    async def drop_exports(self) -> None:
        """Delete the files of exports whose time is over."""
        await expire_exports(self._runtime)

    async def forget_trials(self) -> None:
        """Drop previews and face-offs whose time is over."""
        async with self._runtime.work() as session:
            if count := await trials.forget_old(session, self._runtime.storage):
                log.info("old face-offs were forgotten", count=count)

    async def forget_share_links(self) -> None:
        """Drop share links that ended a while ago."""
        async with self._runtime.work() as session:
            if count := await shares.forget_old(session):
                log.info("old share links were forgotten", count=count)

    async def forget_tiles(self) -> None:
        """Drop tiles that were made for somebody who looked some time ago."""
        async with self._runtime.work() as session:
            if count := await pyramids.forget_old(session, self._runtime.storage):
                log.info("old tiles were forgotten", count=count)

    async def empty_trash(self) -> None:
        """Delete for good what lay in the trash for its time."""
        async with self._runtime.work() as session:
            if count := await trash.purge(session, self._runtime.storage):
                log.info("images left the trash for good", count=count)
