"""How many images a second does each network compute on a GPU, next to what its arithmetic and its memory allow?

Usage: python -m bench.gpu [--device cuda] [--seconds 3] [--write]

The floor is measured on the same device, not taken from a data sheet: the pace of a large matrix product in the precision that is used,
and of a copy. A pass can't be faster than its multiplications at that pace, nor than reading and writing every convolution's inputs,
outputs and weights once. `--device cpu` rehearses it where there is no GPU. `--write` puts the table into bench/RESULTS.md, under the
device's name.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from bench.records import write_section
from bench.server import machine
from ml_worker.inference.catalog import WEIGHTS_DIR, ModelCard, read_cards
from ml_worker.inference.device import batch_size, choose_device
from ml_worker.inference.engine import EngineName, open_network
from ml_worker.inference.weights import load_net

SIDES = (512, 1024)
MATRIX = {"cuda": 8192, "cpu": 1024}
COPY_BYTES = {"cuda": 1 << 30, "cpu": 1 << 26}


def pace(run: Callable[[], object], device: torch.device, seconds: float) -> float:
    """Runs a second, after three to warm up."""
    for _ in range(3):
        run()
    _wait(device)
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        run()
        _wait(device)
        count += 1
    return count / (time.perf_counter() - began)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def peaks(device: torch.device, precision: torch.dtype, seconds: float) -> tuple[float, float]:
    """Operations a second of a matrix product, and bytes a second of a copy (read and written)."""
    side = MATRIX[device.type]
    one, other = (torch.randn(side, side, device=device, dtype=precision) for _ in range(2))
    source = torch.zeros(COPY_BYTES[device.type], dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    return 2 * side**3 * pace(lambda: one @ other, device, seconds), 2 * source.numel() * pace(
        lambda: target.copy_(source), device, seconds
    )


@torch.inference_mode()
def demand(net: nn.Module, side: int, bytes_each: int) -> tuple[float, float]:
    """Operations and bytes of the convolutions of one image (side, side)."""
    operations = moved = 0.0

    def count(conv: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal operations, moved
        assert isinstance(conv, nn.Conv2d)
        operations += 2 * output.numel() * conv.weight[0].numel()
        moved += bytes_each * (inputs[0].numel() + output.numel() + conv.weight.numel())

    hooks = [module.register_forward_hook(count) for module in net.modules() if isinstance(module, nn.Conv2d)]
    net(torch.zeros(1, 3, side, side).to(memory_format=torch.channels_last))
    for hook in hooks:
        hook.remove()
    return operations, moved


def rates(card: ModelCard, side: int, device: torch.device, seconds: float) -> tuple[int, list[float]]:
    """The batch, and images a second of torch and, on a GPU, of torch.compile; pixels come from and maps go to the host's memory."""
    batch = batch_size(device, side * side)
    images = [np.random.default_rng(0).random((side, side, 1), np.float32)] * batch
    engines: tuple[EngineName, ...] = ("torch", "compile") if device.type == "cuda" else ("torch",)
    networks = [open_network(card, WEIGHTS_DIR, device, engine, 1) for engine in engines]
    return batch, [batch * pace(lambda network=network: network(images), device, seconds) for network in networks]


def table(device: torch.device, precision: torch.dtype, seconds: float) -> list[str]:
    """The lines of the table, printed as they come; before it what the device itself can do."""
    operations_a_second, bytes_a_second = peaks(device, precision, seconds)
    said = [
        f"Measured: {operations_a_second / 1e9:.0f} GFLOP/s in a matrix product, {bytes_a_second / 1e9:.0f} GB/s in a copy.",
        "",
        "| network | pixels | batch | images/s: torch, torch.compile | floor by arithmetic | floor by memory |",
        "|---|---|---|---|---|---|",
    ]
    print("\n".join(said), flush=True)
    for card in (card for card in read_cards() if card.architecture):
        for side in SIDES:
            operations, moved = demand(load_net(card, WEIGHTS_DIR, torch.device("cpu")), side, precision.itemsize)
            batch, found = rates(card, side, device, seconds)
            reached = ", ".join(f"{rate:.1f}" for rate in found)
            floors = f"{operations_a_second / operations:.0f} | {bytes_a_second / moved:.0f}"
            said.append(f"| {card.name} | {side} x {side} | {batch} | {reached} | {floors} |")
            print(said[-1], flush=True)
    return said


def main() -> None:
    """Measure and print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--device", default="cuda")
    options.add_argument("--seconds", type=float, default=3.0)
    options.add_argument("--write", action="store_true", help="put the table into bench/RESULTS.md")
    given = options.parse_args()
    try:
        device = choose_device(given.device)
    except ValueError as error:
        raise SystemExit(str(error)) from None
    precision = torch.bfloat16 if device.type == "cuda" else torch.float32
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "no GPU, a rehearsal"
    setting = f"{machine()}; torch {torch.__version__}, {str(precision).removeprefix('torch.')}"
    print(f"{name}\n{setting}")
    lines = table(device, precision, given.seconds)
    if given.write:
        write_section(f"`bench.gpu`: {name}", [setting, "", *lines])


if __name__ == "__main__":
    main()
