"""How many threads a network pass should use on this machine: measured once, remembered."""

import json
import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import torch

from ml_worker.inference.cpu import processor
from ml_worker.nets.registry import build

log = logging.getLogger(__name__)

SIDE = 512
PASSES = 3
WORTH_A_THREAD = 0.95  # a further doubling must at least bring this share of the time


def candidates(limit: int) -> list[int]:
    """1, 2, 4 ... and the limit."""
    powers = [1 << power for power in range(limit.bit_length()) if 1 << power < limit]
    return [*powers, limit]


def fewest_that_are_fast(counts: Iterable[int], seconds: Callable[[int], float]) -> int:
    """The smallest number of threads that no larger one beats clearly; threads that bring nothing are better left to others."""
    measured = {count: seconds(count) for count in counts}
    best = min(measured.values())
    return min(count for count, took in measured.items() if took * WORTH_A_THREAD <= best)


@torch.inference_mode()
def seconds_of_a_pass(threads: int) -> float:
    """The fastest of a few passes of the smallest network over 512 x 512 pixels. Sets torch's number of threads."""
    torch.set_num_threads(threads)
    net = build("unet").eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    image = torch.zeros(1, 3, SIDE, SIDE).to(memory_format=torch.channels_last)
    took = []
    for _ in range(1 + PASSES):
        began = time.perf_counter()
        net(image)
        took.append(time.perf_counter() - began)
    return min(took[1:])


def measured_threads(limit: int, memory: Path, seconds: Callable[[int], float] = seconds_of_a_pass) -> int:
    """The best number of threads up to a limit, from the file where it was noted for this processor, or measured now and noted there."""
    if limit <= 1:
        return 1
    key = f"{processor()}, up to {limit} threads, torch {torch.__version__}"
    noted = _read(memory)
    if key not in noted:
        noted[key] = fewest_that_are_fast(candidates(limit), seconds)
        log.info("measured that %d threads are best for a network pass", noted[key])
        with suppress(OSError):  # an unwritable home costs a second at each start, no more
            memory.parent.mkdir(parents=True, exist_ok=True)
            memory.write_text(json.dumps(noted, indent=2), encoding="utf-8")
    return noted[key]


def _read(memory: Path) -> dict[str, int]:
    try:
        content = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: value for key, value in content.items() if isinstance(value, int)} if isinstance(content, dict) else {}
