"""Renews leases from a thread with a database connection of its own, so that a busy network or event loop cannot starve them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event, Lock, Thread
from uuid import UUID

import psycopg
import structlog

from cellhub_app.core.settings import get_settings
from cellhub_app.domain.jobs.leases import renew, still_held

_Held = Callable[["psycopg.Connection[tuple[UUID]]", Mapping[UUID, UUID]], set[UUID]]
log = structlog.get_logger(__name__)

RENEWALS_A_LEASE = 4
RETRY_S = 1.0
LOOK_EVERY_S = 0.8  # a cancelled job is let go after two looks


@dataclass(frozen=True)
class _Kept:
    job_id: UUID
    until: float
    on_lost: Callable[[], None]


class LeaseKeeper:
    """Keeps the leases it was given until they are dropped, lost, or older than their limit: then the job is somebody else's."""

    def __init__(self, database_url: str, every_s: float | None = None) -> None:
        self._url, self._every_s = database_url, every_s or get_settings().lease_s / RENEWALS_A_LEASE
        self._kept: dict[UUID, _Kept] = {}
        self._missed: set[UUID] = set()
        self._lock = Lock()
        self._stop = Event()
        self._thread = Thread(target=self._run, name="leases", daemon=True)

    def start(self) -> None:
        """Begin to renew."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and its connection."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def keep(self, lease: UUID, job_id: UUID, limit_s: float, on_lost: Callable[[], None]) -> None:
        """Renew the lease on a job for at most `limit_s`; `on_lost` is called from the thread when it is not ours any more."""
        with self._lock:
            self._kept[lease] = _Kept(job_id, time.monotonic() + limit_s, on_lost)

    def drop(self, lease: UUID) -> None:
        """Stop renewing the lease."""
        with self._lock:
            self._kept.pop(lease, None)

    def _run(self) -> None:
        wait_s = LOOK_EVERY_S
        while not self._stop.wait(wait_s):
            try:
                with psycopg.connect(self._url, connect_timeout=5, application_name="cellhub-leases") as connection:
                    connection.execute("set statement_timeout = '10s'")
                    connection.commit()
                    self._renew_all(connection)
                    renewed = time.monotonic()
                    while not self._stop.wait(LOOK_EVERY_S):
                        if time.monotonic() - renewed < self._every_s:
                            self._ask(connection, still_held)
                        else:
                            self._renew_all(connection)
                            renewed = time.monotonic()
            except psycopg.Error as error:
                log.warning("leases could not be renewed", error=str(error).split("\n", 1)[0])
            wait_s = RETRY_S

    def _renew_all(self, connection: "psycopg.Connection[tuple[UUID]]") -> None:
        self._ask(connection, renew)

    def _ask(self, connection: "psycopg.Connection[tuple[UUID]]", held: "_Held") -> None:
        with self._lock:
            moment = time.monotonic()
            wanted = {lease: kept for lease, kept in self._kept.items() if kept.until > moment}
        missing: set[UUID] = set()
        if wanted:
            missing = wanted.keys() - held(connection, {lease: kept.job_id for lease, kept in wanted.items()})
        # A lease is gone as soon as its own job is committed, a moment before the job drops it: only who misses twice has lost.
        for lease in missing & self._missed:
            self.drop(lease)
            wanted[lease].on_lost()
        self._missed = missing - self._missed
