"""One pass through a network: padding, memory layout, precision, maps."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Maps = NDArray[np.uint8]
Image = NDArray[np.float32]


def pad(image: Image, multiple: int) -> Image:
    """(H, W, C) mirrored at the bottom and the right up to multiples of `multiple`."""
    height, width = image.shape[:2]
    rest = ((0, -height % multiple), (0, -width % multiple), (0, 0))
    return np.pad(image, rest, mode="reflect") if rest[0][1] or rest[1][1] else image


def as_batch(images: list[Image], device: torch.device) -> Tensor:
    """Images (H, W, 3) of one shape -> (N, 3, H, W) in channels-last memory on the device."""
    return torch.from_numpy(np.stack(images)).to(device, non_blocking=True).permute(0, 3, 1, 2)


@torch.inference_mode()
def maps_of(net: nn.Module, images: list[Image], device: torch.device) -> list[Maps]:
    """Probability maps (3, H, W) in steps of 1/255 of float32 images (H, W, 3) of one shape.

    The sides are multiples of MULTIPLE of nets/registry.py. Eight bits are finer than any threshold asks for, and a quarter of the
    memory of floats.
    """
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        logits = net(as_batch(images, device))
    return list(torch.sigmoid(logits.float()).mul_(255).round_().to(torch.uint8).cpu().numpy())
