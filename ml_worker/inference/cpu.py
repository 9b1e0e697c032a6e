"""What the CPU offers, and how threads wait; imports no torch, because torch reads the wait policy when it is loaded."""

import os
import platform
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

WAIT_POLICY = "OMP_WAIT_POLICY"
BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


def usable_cpus() -> int:
    """The CPUs that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processor() -> str:
    """The processor's name, as far as the system tells it."""
    lines = _lines(Path("/proc/cpuinfo"))
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor() or platform.machine()
    )


def wait_without_spinning() -> None:
    """Let OpenMP's threads sleep while they wait for one another; only works before torch is first imported.

    On a busy machine threads that spin make a pass 12 times slower than one thread alone; threads that sleep cost nothing.
    """
    os.environ.setdefault(WAIT_POLICY, "passive")


def waits_asleep() -> bool:
    """Whether threads sleep while they wait."""
    return os.environ.get(WAIT_POLICY, "").lower() == "passive"


def flags_in(description: Iterable[str]) -> frozenset[str]:
    """The instruction sets that lines like those of /proc/cpuinfo name for the first processor."""
    for line in description:
        name, _, value = line.partition(":")
        if name.strip() in {"flags", "Features"}:
            return frozenset(value.split())
    return frozenset()


@lru_cache(maxsize=1)
def has_bfloat16() -> bool:
    """Whether the CPU computes in bfloat16. Where it doesn't, it is emulated and ten times slower than float32."""
    return bool(BFLOAT16_FLAGS & flags_in(_lines(Path("/proc/cpuinfo"))))


def free_host_bytes() -> int:
    """Memory that the machine, or the container that this process runs in, could still give."""
    free = _figures(Path("/proc/meminfo"), ":").get("MemAvailable", 1 << 40) * 1024
    limit, used = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")
    if limit.exists() and (most := limit.read_text(encoding="utf-8").strip()) != "max":
        cached = _figures(Path("/sys/fs/cgroup/memory.stat"), " ").get("inactive_file", 0)
        free = min(free, int(most) - int(used.read_text(encoding="utf-8")) + cached)
    return free


def _figures(path: Path, separator: str) -> dict[str, int]:
    """The first number after each name of a file of the kernel; empty where there is no such file."""
    pairs = (line.split(separator, 1) for line in _lines(path) if separator in line)
    return {name: int(rest.split()[0]) for name, rest in pairs}


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
