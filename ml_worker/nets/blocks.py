"""Building blocks that the segmentation networks share."""

import torch
from torch import Tensor, nn


class ConvUnit(nn.Sequential):
    """Convolution, batch normalisation, ReLU; keeps height and width at stride 1."""

    def __init__(self, channels_in: int, channels_out: int, *, kernel: int = 3, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(channels_in, channels_out, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(inplace=True),
        )


class DoubleConv(nn.Sequential):
    """Two convolution units, the block of the U-Net (Ronneberger et al. 2015)."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(ConvUnit(channels_in, channels_out), ConvUnit(channels_out, channels_out))


class SpaceToDepthStem(nn.Module):
    """Folds 2x2 pixels into channels, so that the body works at half resolution: 3-4 times faster at equal parameters."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.fold = nn.PixelUnshuffle(2)
        self.unit = ConvUnit(channels_in * 4, channels_out)

    def forward(self, image: Tensor) -> Tensor:
        folded: Tensor = self.unit(self.fold(image))
        return folded


class SubPixelHead(nn.Module):
    """Maps at full resolution from features at half resolution (Shi et al. 2016)."""

    def __init__(self, channels_in: int, maps: int) -> None:
        super().__init__()
        self.project = nn.Conv2d(channels_in, maps * 4, 1)
        self.unfold = nn.PixelShuffle(2)

    def forward(self, features: Tensor) -> Tensor:
        maps: Tensor = self.unfold(self.project(features))
        return maps


class UpJoin(nn.Module):
    """One step of a decoder: halve the channels, double the size, join the skip connection, apply the block."""

    def __init__(self, channels_low: int, channels_skip: int, block: nn.Module) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(channels_low, channels_skip, 1, bias=False)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.block = block

    def forward(self, low: Tensor, skip: Tensor) -> Tensor:
        joined: Tensor = self.block(torch.cat([self.up(self.reduce(low)), skip], 1))
        return joined
