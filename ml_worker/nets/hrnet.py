"""The HRNet: branches of several resolutions that run side by side and exchange what they see (Wang et al., TPAMI 2021)."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from ml_worker.nets.blocks import ConvUnit, Projection, ResidualBlock, SpaceToDepthStem, SubPixelHead, collapsed
from ml_worker.nets.unet import MAPS

WIDTHS = (16, 32, 64, 96, 128)
HEAD_WIDTH = 32


class Exchange(nn.Module):
    """Every branch becomes the sum of all branches, brought to its size and width; branch k has 1 / 2 ** k of the first one's sides.

    A list of (N, widths[k], H / 2 ** k, W / 2 ** k), one for each width -> a list of the same shapes; H and W are multiples of
    2 ** (len(widths) - 1). Downwards the mean of 2 x 2 pixels a step, then a projection (Wang et al. have strided convolutions, which
    cost more); upwards a projection, then linearly, where they take nearest neighbours: those leave steps of 2 ** k pixels in the maps.
    """

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        self.ways = nn.ModuleList(
            nn.ModuleList(self._way(widths, source, target) for source in range(len(widths))) for target in range(len(widths))
        )

    @staticmethod
    def _way(widths: Sequence[int], source: int, target: int) -> nn.Module:
        if source == target:
            return nn.Identity()
        if source > target:
            return Projection(widths[source], widths[target])
        return nn.Sequential(nn.AvgPool2d(2 ** (target - source)), Projection(widths[source], widths[target]))

    def forward(self, branches: list[Tensor]) -> list[Tensor]:
        mixed: list[Tensor] = []
        for target, row in enumerate(self.ways):
            seen = [way(branch) for way, branch in zip(row, branches, strict=True)]  # type: ignore[call-overload]
            mixed.append(torch.relu(sum(seen[:target], collapsed(seen[target:]))))
        return mixed


class HRNet(nn.Module):
    """(N, 3, H, W) image -> (N, 3, H, W) logits of foreground, boundary and normalised distance.

    H and W are multiples of 2 ** len(widths). Stage k adds branch k of `widths[k]` channels, computes one residual block in each
    branch and lets them exchange; the head sums all of them at half resolution.
    """

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        self.stem = SpaceToDepthStem(3, widths[0])
        self.first = ResidualBlock(widths[0], widths[0], project=False)
        self.begin = nn.ModuleList(ConvUnit(before, width, stride=2) for before, width in pairwise(widths))
        self.blocks = nn.ModuleList(
            nn.ModuleList(ResidualBlock(width, width, project=False) for width in widths[: stage + 1]) for stage in range(1, len(widths))
        )
        self.exchanges = nn.ModuleList(Exchange(widths[: stage + 1]) for stage in range(1, len(widths)))
        self.gather = nn.ModuleList(Projection(width, HEAD_WIDTH) for width in widths)
        self.head = SubPixelHead(HEAD_WIDTH, MAPS)

    def forward(self, image: Tensor) -> Tensor:
        branches: list[Tensor] = [self.first(self.stem(image))]
        for begin, blocks, exchange in zip(self.begin, self.blocks, self.exchanges, strict=True):
            branches.append(begin(branches[-1]))
            branches = exchange([block(branch) for block, branch in zip(blocks, branches, strict=True)])  # type: ignore[call-overload]
        gathered = [way(branch) for way, branch in zip(self.gather, branches, strict=True)]
        maps: Tensor = self.head(torch.relu(collapsed(gathered)))
        return maps
