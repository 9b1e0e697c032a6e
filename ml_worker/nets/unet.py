"""The U-Net: an encoder and a decoder joined by skip connections (Ronneberger et al., MICCAI 2015), behind a space-to-depth stem."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import Tensor, nn

from ml_worker.nets.blocks import DoubleConv, SpaceToDepthStem, SubPixelHead, UpJoin

WIDTHS = (16, 32, 64, 96, 128)
MAPS = 3  # foreground, boundary, distance


class UNet(nn.Module):
    """(N, 3, H, W) image -> (N, 3, H, W) logits of foreground, boundary and normalised distance.

    H and W are multiples of 2 ** len(widths). `block(channels_in, channels_out)` makes the block of every level, so that other
    architectures of the same outline only name another block.
    """

    def __init__(self, widths: Sequence[int] = WIDTHS, block: Callable[[int, int], nn.Module] = DoubleConv) -> None:
        super().__init__()
        self.stem = SpaceToDepthStem(3, widths[0])
        inputs = (widths[0], *widths[:-1])
        self.encoder = nn.ModuleList([block(before, width) for before, width in zip(inputs, widths, strict=True)])
        self.shrink = nn.MaxPool2d(2)
        self.decoder = nn.ModuleList([UpJoin(low, skip, block(2 * skip, skip)) for skip, low in pairwise(widths)])
        self.head = SubPixelHead(widths[0], MAPS)

    def forward(self, image: Tensor) -> Tensor:
        features = self.stem(image)
        skips: list[Tensor] = []
        for level, block in enumerate(self.encoder):
            features = block(features if level == 0 else self.shrink(features))
            skips.append(features)
        skips.pop()
        for step in reversed(self.decoder):
            features = step(features, skips.pop())
        maps: Tensor = self.head(features)
        return maps
