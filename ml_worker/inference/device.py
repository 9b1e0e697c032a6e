"""The one place that decides what computes: which device, how many threads (cpu.py knows the CPUs), and what to do when memory runs out."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import torch

from ml_worker.inference.cpu import free_host_bytes, usable_cpus, waits_asleep

__all__ = ["batch_size", "choose_device", "is_short_of_memory", "run_in_batches", "unless_out_of_memory", "usable_cpus", "use_threads"]

SHORT_BELOW_BYTES = 768 * 1024 * 1024
BATCH_PIXELS_MAX = 16 * 1024 * 1024  # beyond this a GPU is busy, and more only takes memory
BYTES_PER_PIXEL = 400  # of a pass; the networks need 100 to 300 in float32, and what does not fit halves the batch
SHARE_OF_FREE = 0.5
OUT_OF_MEMORY = ("out of memory", "alloc_failed", "can't allocate memory", "bad_alloc")  # CUDA, cuDNN and cuBLAS, torch's CPU, C++

Item = TypeVar("Item")
Result = TypeVar("Result")


def choose_device(name: str | None = None) -> torch.device:
    """The named device, or the first GPU, or the CPU. "auto" and None mean the same. Raises ValueError for a GPU that is not there."""
    if name and name != "auto":
        device = torch.device(name)
        if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
            raise ValueError(f"There is no GPU {name}: torch {torch.__version__} sees {torch.cuda.device_count()}. Set CELLHUB_DEVICE.")
        return device
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def use_threads(threads: int | None) -> int:
    """Set and return the number of threads of one network pass; None means one a usable CPU if they wait asleep, else one."""
    count = threads or (usable_cpus() if waits_asleep() else 1)
    torch.set_num_threads(count)
    return count


def free_bytes(device: torch.device) -> int:
    """Memory that the device could still give, what torch keeps of a GPU but does not use included."""
    if device.type != "cuda":
        return free_host_bytes()
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return int(torch.cuda.mem_get_info(device)[0]) + kept


def is_short_of_memory(device: torch.device) -> bool:
    """Whether the device should give up what it can do without."""
    return free_bytes(device) < SHORT_BELOW_BYTES


def batch_size(device: torch.device, pixels: int) -> int:
    """How many tiles of so many pixels go through a network at once: one on a CPU, which gains nothing from more."""
    if device.type != "cuda":
        return 1
    room = int(SHARE_OF_FREE * free_bytes(device)) // BYTES_PER_PIXEL
    return max(1, min(BATCH_PIXELS_MAX, room) // pixels)


def run_in_batches(
    items: Sequence[Item],
    batch: int,
    on_device: Callable[[list[Item]], list[Result]],
    on_cpu: Callable[[list[Item]], list[Result]],
    make_room: Callable[[], None] = lambda: None,
) -> list[Result]:
    """Results of all items in order, in batches; out of memory halves the batch, and at one item goes to the CPU.

    `on_device` and `on_cpu` turn a list of items into as many results; `make_room` frees what can be done without. Raises MemoryError
    where the CPU has no memory for one item either.
    """
    results: list[Result] = []
    size = max(1, batch)
    while len(results) < len(items):
        part = list(items[len(results) : len(results) + size])
        found = unless_out_of_memory(on_device, part)
        if found is None:
            make_room()
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
            found = unless_out_of_memory(on_cpu, part) if len(part) == 1 else []
            if found is None:
                raise MemoryError
            size = max(1, len(part) // 2)
        results += found
    return results


def unless_out_of_memory(call: Callable[[Item], Result], part: Item) -> Result | None:
    """What `call` answers, or None when memory ran out; after that nothing holds on to the tensors of the pass that failed."""
    try:
        return call(part)
    except MemoryError:
        return None
    except RuntimeError as error:
        if not isinstance(error, torch.OutOfMemoryError) and not any(words in str(error).lower() for words in OUT_OF_MEMORY):
            raise
        return None
