"""What a worker's startup puts into ARQ's ctx, typed."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from cellhub_app.core.ids import now
from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import Runtime

if TYPE_CHECKING:
    from ml_worker.tasks.lease_keeper import LeaseKeeper
    from ml_worker.tasks.loop import WorkLoop
    from ml_worker.tasks.tiles import Tiles

KEY = "cellhub"


@dataclass
class WorkerContext:
    """One worker process: its name, its open services, its work loops and the tasks that run beside them."""

    kind: Literal["gpu", "io"]
    runtime: Runtime
    keeper: "LeaseKeeper"
    name: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}")
    started_at: datetime = field(default_factory=now)
    device: str | None = None
    loops: list["WorkLoop"] = field(default_factory=list)
    tiles: "Tiles | None" = None
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    closers: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    hung_threads: Callable[[], int] = lambda: 0
    is_stopping: bool = False
    owns_signals: bool = False

    def wake(self, kind: JobKind) -> None:
        """Let the loops of a kind look at the line now."""
        for loop in self.loops:
            if loop.kind is kind:
                loop.wake()

    @classmethod
    def of(cls, ctx: Mapping[str, Any]) -> "WorkerContext":
        """The context in ARQ's ctx."""
        found = ctx[KEY]
        assert isinstance(found, cls)  # noqa: S101 - startup put it there
        return found
