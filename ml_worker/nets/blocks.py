"""Building blocks that the segmentation networks share."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional


class ConvUnit(nn.Sequential):
    """Convolution, batch normalisation (Ioffe and Szegedy, ICML 2015), ReLU.

    (N, channels_in, H, W) -> (N, channels_out, H, W); at stride s the sides are H / s and W / s, rounded up. `kernel` is odd.
    """

    def __init__(self, channels_in: int, channels_out: int, *, kernel: int = 3, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(channels_in, channels_out, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(inplace=True),
        )


class DoubleConv(nn.Sequential):
    """Two convolution units, the block of the U-Net (Ronneberger et al., MICCAI 2015).

    (N, channels_in, H, W) -> (N, channels_out, H, W).
    """

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(ConvUnit(channels_in, channels_out), ConvUnit(channels_out, channels_out))


class Projection(nn.Sequential):
    """A 1x1 convolution with batch normalisation: (N, channels_in, H, W) -> (N, channels_out, H, W)."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(nn.Conv2d(channels_in, channels_out, 1, bias=False), nn.BatchNorm2d(channels_out))


class ResidualBlock(nn.Module):
    """relu(what two convolutions found + the input), the block of He et al., CVPR 2016.

    (N, channels_in, H, W) -> (N, channels_out, H, W); without `project` the input is added as it is and both widths have to be equal.
    """

    def __init__(self, channels_in: int, channels_out: int, *, project: bool = True) -> None:
        super().__init__()
        self.first = ConvUnit(channels_in, channels_out)
        self.second = nn.Sequential(nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False), nn.BatchNorm2d(channels_out))
        self.shortcut = Projection(channels_in, channels_out) if project else nn.Identity()

    def residual(self, features: Tensor) -> Tensor:
        """(N, channels_in, H, W) -> (N, channels_out, H, W)."""
        found: Tensor = self.second(self.first(features))
        return found

    def forward(self, features: Tensor) -> Tensor:
        return torch.relu(self.residual(features) + self.shortcut(features))


class ChannelAttention(nn.Module):
    """Weighs each channel by what its mean and its maximum say (Woo et al., ECCV 2018, section 3.1).

    (N, channels, H, W) -> the same shape; between mean and weight are channels / reduction hidden values, at least 4.
    """

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        hidden = max(4, channels // reduction)
        self.shared = nn.Sequential(nn.Conv2d(channels, hidden, 1), nn.ReLU(inplace=True), nn.Conv2d(hidden, channels, 1))

    def forward(self, features: Tensor) -> Tensor:
        heard = self.shared(features.mean((2, 3), keepdim=True)) + self.shared(features.amax((2, 3), keepdim=True))
        return features * _gate(heard)


class PlaceAttention(nn.Module):
    """Weighs each pixel by the mean and the maximum of its channels in a 7x7 neighbourhood (Woo et al., ECCV 2018, section 3.2).

    (N, C, H, W) -> the same shape, for any C.
    """

    def __init__(self) -> None:
        super().__init__()
        self.look = nn.Conv2d(2, 1, 7, padding=3)

    def forward(self, features: Tensor) -> Tensor:
        seen = torch.cat([features.mean(1, keepdim=True), features.amax(1, keepdim=True)], 1)
        return features * _gate(self.look(seen))


def _gate(logits: Tensor) -> Tensor:
    """0..2 rather than the paper's 0..1, so that logits of 0 change nothing and a trained network can be given attention."""
    return 2 * torch.sigmoid(logits)


class AttentiveBlock(ResidualBlock):
    """A residual block that attends to channels, then to places, before it adds its input (Woo et al., ECCV 2018, figure 3).

    (N, channels_in, H, W) -> (N, channels_out, H, W).
    """

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(channels_in, channels_out)
        self.attention = nn.Sequential(ChannelAttention(channels_out), PlaceAttention())

    def residual(self, features: Tensor) -> Tensor:
        attended: Tensor = self.attention(super().residual(features))
        return attended


class SpaceToDepthStem(nn.Module):
    """Folds 2x2 pixels into channels (Shi et al., CVPR 2016, the other way round), so that the body works at half resolution.

    (N, channels_in, H, W) -> (N, channels_out, H / 2, W / 2) for even H and W; 3-4 times faster at equal parameters.
    """

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.fold = nn.PixelUnshuffle(2)
        self.unit = ConvUnit(channels_in * 4, channels_out)

    def forward(self, image: Tensor) -> Tensor:
        folded: Tensor = self.unit(self.fold(image))
        return folded


class SubPixelHead(nn.Module):
    """Maps at full resolution from features at half resolution, without interpolation (Shi et al., CVPR 2016).

    (N, channels_in, H, W) -> (N, maps, 2 H, 2 W).
    """

    def __init__(self, channels_in: int, maps: int) -> None:
        super().__init__()
        self.project = nn.Conv2d(channels_in, maps * 4, 1)
        self.unfold = nn.PixelShuffle(2)

    def forward(self, features: Tensor) -> Tensor:
        maps: Tensor = self.unfold(self.project(features))
        return maps


class UpJoin(nn.Module):
    """One step of the U-Net's decoder (Ronneberger et al., MICCAI 2015): fewer channels, twice the size, the skip connection, the block.

    low (N, channels_low, H, W) and skip (N, channels_skip, 2 H, 2 W) -> what `block` makes of (N, 2 * channels_skip, 2 H, 2 W); the skip's
    channels come last. Sizes double by nearest neighbours, where the paper has transposed convolutions.
    """

    def __init__(self, channels_low: int, channels_skip: int, block: nn.Module) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(channels_low, channels_skip, 1, bias=False)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.block = block

    def forward(self, low: Tensor, skip: Tensor) -> Tensor:
        joined: Tensor = self.block(torch.cat([self.up(self.reduce(low)), skip], 1))
        return joined


def collapsed(pyramid: Sequence[Tensor]) -> Tensor:
    """The sum of all levels at the size of the first: level k is (N, C, H / 2 ** k, W / 2 ** k) -> (N, C, H, W).

    From the coarsest on, the sum so far is doubled linearly and the next level added (Burt and Adelson, IEEE Trans. Commun. 1983, collapse
    their pyramids so): smoother than bringing each level to full size at once, and cheaper.
    """
    total = pyramid[-1]
    for level in reversed(pyramid[:-1]):
        total = level + functional.interpolate(total, scale_factor=2.0, mode="bilinear", align_corners=False)
    return total
