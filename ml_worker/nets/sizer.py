"""The size network: how large the objects of a picture are, before any of them is outlined.

A linear look at what a trained segmentation network's encoder sees says it well (the size model of Cellpose: Stringer et al., Nature
Methods 2021). This one has the encoder of a U-Net, left as it was trained, and two layers of its own.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ml_worker.nets.blocks import DoubleConv, SpaceToDepthStem
from ml_worker.nets.unet import WIDTHS

BINS = 28
HIDDEN = 128
FARTHEST = 6.0  # standard deviations; what is beyond is no picture that anybody trained on


class Sizer(nn.Module):
    """(N, 3, H, W) images -> (N, BINS) log-probabilities of bins of the typical diameter.

    H and W are multiples of 2 ** len(widths).
    """

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        self.stem = SpaceToDepthStem(3, widths[0])
        inputs = (widths[0], *widths[:-1])
        self.encoder = nn.ModuleList([DoubleConv(before, width) for before, width in zip(inputs, widths, strict=True)])
        self.shrink = nn.MaxPool2d(2)
        self.mean: Tensor
        self.deviation: Tensor
        self.register_buffer("mean", torch.zeros(3 * sum(widths)))
        self.register_buffer("deviation", torch.ones(3 * sum(widths)))
        self.head = nn.Sequential(nn.Linear(3 * sum(widths), HIDDEN), nn.GELU(), nn.Linear(HIDDEN, BINS))

    def features(self, image: Tensor) -> Tensor:
        """(N, 3 * sum(widths)): mean, deviation and maximum over the picture of every channel of every level."""
        seen: list[Tensor] = []
        level = self.stem(image)
        for place, block in enumerate(self.encoder):
            level = block(level if place == 0 else self.shrink(level))
            seen += [level.mean((2, 3)), level.std((2, 3)), level.amax((2, 3))]
        return torch.cat(seen, 1)

    def rate(self, features: Tensor) -> Tensor:
        """(N, 3 * sum(widths)) -> (N, BINS) log-probabilities."""
        normal = ((features - self.mean) / self.deviation).clamp(-FARTHEST, FARTHEST)
        return torch.log_softmax(self.head(normal), 1)

    def forward(self, image: Tensor) -> Tensor:
        return self.rate(self.features(image))
