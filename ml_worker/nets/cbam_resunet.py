"""The CBAM-ResUNet: a ResUNet whose blocks attend to channels, then to places (Woo et al., "CBAM", ECCV 2018)."""

from collections.abc import Sequence

from ml_worker.nets.blocks import AttentiveBlock
from ml_worker.nets.unet import WIDTHS, UNet


class CbamResUNet(UNet):
    """(N, 3, H, W) image -> (N, 3, H, W) logits of foreground, boundary and normalised distance.

    H and W are multiples of 2 ** len(widths).
    """

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__(widths, AttentiveBlock)
