"""Pages come first: workers and readers take what processors the web process and the database leave."""

import os
import time
from contextlib import suppress
from pathlib import Path

NICENESS = 10
AUTOGROUP = Path("/proc/self/autogroup")
ASKED_AGAIN_S = 0.1
TRIES = 20


def step_back() -> None:
    """Make this process nice, and on Linux its session too.

    Where the kernel shares processors between sessions first (sched(7), autogroup), niceness counts only inside one. The session is
    left alone unless this process leads it: it may be somebody's shell.
    """
    os.nice(max(0, NICENESS - os.nice(0)))
    if os.getsid(0) == os.getpid():
        _lower_session()


def _lower_session() -> None:
    for _ in range(TRIES):
        with suppress(BlockingIOError):  # the kernel takes ten such changes a second from all users together
            with suppress(FileNotFoundError, PermissionError):
                AUTOGROUP.write_text(str(NICENESS))
            return
        time.sleep(ASKED_AGAIN_S)
