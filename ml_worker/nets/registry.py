"""The table of network architectures: a model card names its architecture, and this finds the constructor."""

from collections.abc import Callable

from torch import nn

from ml_worker.nets.cbam_resunet import CbamResUNet
from ml_worker.nets.hrnet import HRNet
from ml_worker.nets.resunet import ResUNet
from ml_worker.nets.unet import UNet

MULTIPLE = 32  # every network takes images whose sides are multiples of this

NETS: dict[str, Callable[[], nn.Module]] = {
    "unet": UNet,
    "resunet": ResUNet,
    "cbam_resunet": CbamResUNet,
    "hrnet": HRNet,
}


def build(name: str) -> nn.Module:
    """A network with fresh weights. Raises KeyError for a name that is not in NETS."""
    return NETS[name]()


def parameter_count(net: nn.Module) -> int:
    """Trainable numbers in the network."""
    return sum(parameter.numel() for parameter in net.parameters() if parameter.requires_grad)
