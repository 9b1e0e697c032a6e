"""The ResUNet: a U-Net whose blocks learn a residual (Zhang et al., IEEE GRSL 2018; He et al., CVPR 2016)."""

from collections.abc import Sequence

from ml_worker.nets.blocks import ResidualBlock
from ml_worker.nets.unet import WIDTHS, UNet


class ResUNet(UNet):
    """(N, 3, H, W) image -> (N, 3, H, W) logits of foreground, boundary and normalised distance.

    H and W are multiples of 2 ** len(widths).
    """

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__(widths, ResidualBlock)
