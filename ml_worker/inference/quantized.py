"""Networks in eight bits: every convolution multiplies bytes, which takes half the time of float32 on a CPU.

A convolution's inputs are rounded to 256 steps of a range that was observed on training images, its weights to 255 steps for each output
channel (Jacob et al. 2018). Here the rounding is simulated in float; an engine that finds it in the graph computes in integers. Ranges are
made and checked by `cellhub-quantize`, which ships none that cost accuracy.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ml_worker.inference.catalog import ModelCard
from ml_worker.inference.forward import Image, as_batch

FOLDER = "int8"  # beside the weights
STEPS = 255
WEIGHT_STEPS = 127
SMALLEST = 1e-8


@dataclass(frozen=True)
class Range:
    """The smallest and the largest input of a convolution; zero always lies between, because padding is zero."""

    low: float
    high: float

    def joined(self, values: Tensor) -> "Range":
        """The range that holds these values as well."""
        low, high = torch.aminmax(values)
        return Range(min(self.low, float(low)), max(self.high, float(high)))


class QuantizedConv(nn.Module):
    """A convolution whose inputs and weights are rounded as integer arithmetic would round them."""

    def __init__(self, conv: nn.Conv2d, inputs: Range) -> None:
        super().__init__()
        self.conv = conv
        self.scale = max((inputs.high - inputs.low) / STEPS, SMALLEST)
        self.zero = round(-inputs.low / self.scale)
        self.weight_scales: Tensor
        self.weight_zeros: Tensor
        self.register_buffer("weight_scales", (conv.weight.abs().amax((1, 2, 3)) / WEIGHT_STEPS).clamp_min(SMALLEST))
        self.register_buffer("weight_zeros", torch.zeros(conv.out_channels, dtype=torch.int32))

    def forward(self, features: Tensor) -> Tensor:
        conv = self.conv
        rounded = torch.fake_quantize_per_tensor_affine(features, self.scale, self.zero, 0, STEPS)
        weight = torch.fake_quantize_per_channel_affine(conv.weight, self.weight_scales, self.weight_zeros, 0, -WEIGHT_STEPS, WEIGHT_STEPS)
        return F.conv2d(rounded, weight, conv.bias, conv.stride, conv.padding, conv.dilation, conv.groups)


def _convolutions(net: nn.Module) -> dict[str, nn.Conv2d]:
    return {name: module for name, module in net.named_modules() if isinstance(module, nn.Conv2d)}


@torch.inference_mode()
def observe(net: nn.Module, images: Iterable[Image]) -> dict[str, Range]:
    """The range of every convolution's inputs over the images (h, w, 1 or 3), by the convolution's name in the network."""
    ranges: dict[str, Range] = {}

    def watch(name: str) -> Any:
        def look(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            ranges[name] = ranges.get(name, Range(0, 0)).joined(inputs[0])

        return look

    with ExitStack() as hooks:
        for name, conv in _convolutions(net).items():
            hooks.callback(conv.register_forward_pre_hook(watch(name)).remove)
        for image in images:
            net(as_batch([image], torch.device("cpu")))
    return ranges


def quantize(net: nn.Module, ranges: Mapping[str, Range]) -> nn.Module:
    """Replace the network's convolutions in place by rounding ones; returns it. Raises KeyError when a range is missing."""
    for name, conv in _convolutions(net).items():
        parent, _, own = name.rpartition(".")
        setattr(net.get_submodule(parent), own, QuantizedConv(conv, ranges[name]))
    return net


def ranges_file(folder: Path, name: str) -> Path:
    """Where the ranges of a model lie, if it has any."""
    return folder / FOLDER / f"{name}.json"


def write_ranges(card: ModelCard, ranges: Mapping[str, Range], folder: Path, about: Mapping[str, Any]) -> Path:
    """Write the ranges beside the weights that they belong to, with what was measured; returns the file."""
    path = ranges_file(folder, card.name)
    path.parent.mkdir(exist_ok=True)
    rounded = {name: [round(one.low, 6), round(one.high, 6)] for name, one in ranges.items()}
    content = {"model": card.name, "weightsSha256": card.weights_sha256, **about, "ranges": rounded}
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return path


def read_ranges(card: ModelCard, folder: Path) -> dict[str, Range] | None:
    """The ranges of exactly these weights; None when there are none."""
    path = ranges_file(folder, card.name)
    if not path.exists():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    if content["weightsSha256"] != card.weights_sha256:
        return None
    return {name: Range(low, high) for name, (low, high) in content["ranges"].items()}
