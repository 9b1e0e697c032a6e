"""Where a training run stands, on disk: enough to go on exactly, and to ship the averaged weights."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

LAST = "last.pt"


def average(ema: nn.Module, net: nn.Module, decay: float) -> None:
    """Move the running average towards the network; batch-norm statistics too, counters are copied."""
    with torch.no_grad():
        for kept, new in zip(ema.state_dict().values(), net.state_dict().values(), strict=True):
            if kept.dtype.is_floating_point:
                kept.lerp_(new, 1 - decay)
            else:
                kept.copy_(new)


def save(folder: Path, state: dict[str, Any]) -> None:
    """Write the checkpoint so that a crash leaves the old or the new one, never half of one."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{LAST}.part"
    torch.save(state, part)
    part.replace(folder / LAST)


def read(folder: Path) -> dict[str, Any] | None:
    """The last checkpoint of a run, or None. Only tensors and plain values are read: no code can run from it."""
    path = folder / LAST
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def shipped_weights(state: dict[str, Any]) -> dict[str, Tensor]:
    """The averaged weights without the counters that only training needs, for a safetensors file."""
    ema: dict[str, Tensor] = state["ema"]
    return {name: value.contiguous() for name, value in ema.items() if not name.endswith("num_batches_tracked")}
