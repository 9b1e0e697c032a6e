"""Starting a network from another one's weights.

A residual block with a silent shortcut computes what two plain convolutions compute, and a gate of 1 leaves features as they are. So a
trained U-Net grows into a ResUNet, and that into a CBAM-ResUNet, without a change of its maps (the idea of Chen et al., "Net2Net", ICLR
2016); training goes on from there instead of from noise.
"""

import re
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from ml_worker.nets.blocks import ChannelAttention, PlaceAttention, Projection, ResidualBlock

PLAIN_OF_RESIDUAL = ((r"\.first\.", ".0."), (r"\.second\.", ".1."))


def _plain_name(name: str) -> str:
    for pattern, plain in PLAIN_OF_RESIDUAL:
        name = re.sub(pattern, plain, name)
    return name


def _silence(net: nn.Module, absent: set[str]) -> None:
    """What the source lacks adds nothing at first: shortcuts are scaled by 0, gates stand at 1."""
    for name, module in net.named_modules():
        if isinstance(module, ResidualBlock) and f"{name}.shortcut.1.weight" in absent and isinstance(module.shortcut, Projection):
            nn.init.zeros_(module.shortcut[1].weight)  # type: ignore[arg-type]
        for gate, last in ((ChannelAttention, "shared.2"), (PlaceAttention, "look")):
            if isinstance(module, gate) and f"{name}.{last}.weight" in absent:
                for parameter in module.get_submodule(last).parameters():
                    nn.init.zeros_(parameter)


def start_from(net: nn.Module, source: Mapping[str, Tensor]) -> list[str]:
    """Load what fits of another network's state by name and shape, silence the rest where it can be, and return the names that began anew.

    Raises ValueError when nothing fits.
    """
    own = net.state_dict()
    taken: dict[str, Tensor] = {}
    for name, value in own.items():
        found = source.get(name, source.get(_plain_name(name)))
        if found is not None and found.shape == value.shape:
            taken[name] = found.to(value.dtype)
    if not taken:
        raise ValueError("the weights to start from share no layer with this network")
    absent = {name for name in own if name not in taken and not name.endswith("num_batches_tracked")}
    with torch.no_grad():
        _silence(net, absent)
    net.load_state_dict(taken, strict=False)
    return sorted(absent)
