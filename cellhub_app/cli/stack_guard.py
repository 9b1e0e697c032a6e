"""Outlives a killed supervisor just long enough to end what it started.

Run by path, with `python -I -S`, by stack_process.py. It reads lines `+GROUP SIGNAL` and `-GROUP` from its standard input; when that
closes with groups left, it sends each leader its signal, waits, and kills what remains of the groups: also the grandchildren (web
workers, frontend builds) that no parent-death signal reaches. It holds the stack's lock meanwhile, so that nobody starts among them.
"""

import os
import signal
import sys
import time
from contextlib import suppress

GRACE_S = 10.0


def main() -> None:
    """Follow standard input to its end, then end the groups that are left."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups: dict[int, int] = {}
    for line in sys.stdin:
        group, *rest = line[1:].split()
        if line.startswith("+"):
            groups[int(group)] = int(rest[0])
        else:
            groups.pop(int(group), None)
    for group, number in groups.items():
        with suppress(ProcessLookupError):
            os.kill(group, number)
    deadline = time.monotonic() + GRACE_S
    while any(map(_lives, groups)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for group in groups:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
