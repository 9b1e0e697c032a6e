"""One pass through a network: padding, memory layout, precision, maps."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cellhub_app.core.errors import Unavailable
from ml_worker.inference.cpu import has_bfloat16

Maps = NDArray[np.uint8]
Image = NDArray[np.float32]
Network = Callable[[list[Image]], list[Maps]]
"""float32 images (h, w, 1 or 3) of one shape, whose sides are multiples of MULTIPLE of nets/registry.py -> maps (3, h, w) of each."""

Rates = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""float32 views (n, 3, h, w) of one image -> log-probabilities (n, bins) of its objects' sizes."""

Computes = Literal["torch", "compile", "openvino", "int8"]


class Opened(Protocol):
    """A network that is ready to be called, and what computes it."""

    @property
    def computes(self) -> Computes: ...

    def __call__(self, images: list[Image], /) -> list[Maps]: ...


class MapsNotFinite(Unavailable):
    """A network answered with values that are not numbers."""

    code, title = "mapsNotFinite", "The network's answer is not usable"


def pad(image: Image, multiple: int) -> Image:
    """(H, W, C) mirrored at the bottom and the right up to multiples of `multiple`."""
    height, width = image.shape[:2]
    rest = ((0, -height % multiple), (0, -width % multiple), (0, 0))
    return np.pad(image, rest, mode="reflect") if rest[0][1] or rest[1][1] else image


def _stack(images: list[Image]) -> Tensor:
    return torch.from_numpy(images[0][None] if len(images) == 1 else np.stack(images))


def as_batch(images: list[Image], device: torch.device) -> Tensor:
    """Images (h, w, 1 or 3) of one shape -> (n, 3, h, w) in channels-last memory on the device; grey is repeated there."""
    batch = _stack(images)
    if device.type == "cuda":
        batch = batch.pin_memory()
    return batch.to(device, non_blocking=True).permute(0, 3, 1, 2).expand(-1, 3, -1, -1).contiguous(memory_format=torch.channels_last)


def as_planes(images: list[Image]) -> Tensor:
    """Images (h, w, 1 or 3) of one shape -> (n, 3, h, w), one plane after the other."""
    return _stack(images).permute(0, 3, 1, 2).expand(-1, 3, -1, -1).contiguous()


def to_levels(logits: Tensor) -> list[Maps]:
    """Logits (n, 3, h, w) -> probabilities in steps of 1/255, uint8 (3, h, w) each. Works in the logits' memory.

    Eight bits are finer than any threshold asks for, and a quarter of the memory of floats. Raises MapsNotFinite: NaN would silently
    become background.
    """
    if not bool(torch.isfinite(logits.sum(dtype=torch.float32))):
        raise MapsNotFinite("The network answered with values that are not numbers, so nothing was stored; install the model again.")
    return list(logits.float().sigmoid_().mul_(255).round_().to(torch.uint8).cpu().numpy())


@dataclass(frozen=True)
class TorchNetwork:
    """A network that torch computes: bfloat16 on a GPU and on CPUs that have it, else float32."""

    net: nn.Module
    device: torch.device
    computes: Computes = "torch"

    @torch.inference_mode()
    def __call__(self, images: list[Image]) -> list[Maps]:
        halves = self.device.type == "cuda" or (self.device.type == "cpu" and has_bfloat16())
        with torch.autocast(self.device.type, torch.bfloat16, enabled=halves):
            logits = self.net(as_batch(images, self.device))
        return to_levels(logits)


def maps_of(net: nn.Module, images: list[Image], device: torch.device) -> list[Maps]:
    """Maps of images of one shape, computed by torch. Raises MapsNotFinite."""
    return TorchNetwork(net, device)(images)


@dataclass(frozen=True)
class TorchRates:
    """The size network that torch computes, in float32."""

    net: nn.Module
    device: torch.device

    @torch.inference_mode()
    def __call__(self, views: NDArray[np.float32]) -> NDArray[np.float32]:
        rates: NDArray[np.float32] = self.net(torch.from_numpy(views).to(self.device)).float().cpu().numpy()
        return rates
