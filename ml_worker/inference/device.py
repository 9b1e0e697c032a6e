"""The one place that decides what computes: which device, how many threads (cpu.py knows the CPUs), and what to do when memory runs out."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import torch

from ml_worker.inference.cpu import usable_cpus, waits_asleep

__all__ = ["choose_device", "run_in_batches", "usable_cpus", "use_threads"]

Item = TypeVar("Item")
Result = TypeVar("Result")


def choose_device(name: str | None = None) -> torch.device:
    """The named device, or the first GPU, or the CPU. "auto" and None mean the same."""
    if name and name != "auto":
        return torch.device(name)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def use_threads(threads: int | None) -> int:
    """Set and return the number of threads of one network pass; None means one a usable CPU if they wait asleep, else one."""
    count = threads or (usable_cpus() if waits_asleep() else 1)
    torch.set_num_threads(count)
    return count


def run_in_batches(
    items: Sequence[Item],
    batch: int,
    on_device: Callable[[list[Item]], list[Result]],
    on_cpu: Callable[[list[Item]], list[Result]],
) -> list[Result]:
    """Results of all items in order, in batches; out of memory halves the batch, and at one item goes to the CPU.

    `on_device` and `on_cpu` turn a list of items into as many results.
    """
    results: list[Result] = []
    size = max(1, batch)
    while len(results) < len(items):
        part = list(items[len(results) : len(results) + size])
        try:
            results += on_device(part)
        except torch.OutOfMemoryError:
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
            if len(part) == 1:
                results += on_cpu(part)
            size = max(1, len(part) // 2)
    return results
