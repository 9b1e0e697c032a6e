"""The blocks give what their docstrings say they give."""

import pytest
import torch
from torch import nn

from ml_worker.nets.blocks import (
    AttentiveBlock,
    ChannelAttention,
    ConvUnit,
    DoubleConv,
    PlaceAttention,
    Projection,
    ResidualBlock,
    SpaceToDepthStem,
    SubPixelHead,
    UpJoin,
    collapsed,
)
from ml_worker.nets.hrnet import Exchange

SEEN = torch.zeros(2, 8, 6, 10)


@pytest.mark.parametrize(
    ("block", "shape"),
    [
        (ConvUnit(8, 4), (2, 4, 6, 10)),
        (ConvUnit(8, 4, kernel=5, stride=4), (2, 4, 2, 3)),
        (DoubleConv(8, 4), (2, 4, 6, 10)),
        (Projection(8, 4), (2, 4, 6, 10)),
        (ResidualBlock(8, 4), (2, 4, 6, 10)),
        (ResidualBlock(8, 8, project=False), (2, 8, 6, 10)),
        (AttentiveBlock(8, 4), (2, 4, 6, 10)),
        (ChannelAttention(8), (2, 8, 6, 10)),
        (PlaceAttention(), (2, 8, 6, 10)),
        (SpaceToDepthStem(8, 4), (2, 4, 3, 5)),
        (SubPixelHead(8, 3), (2, 3, 12, 20)),
    ],
)
def test_shapes_are_as_described(block: nn.Module, shape: tuple[int, ...]):
    assert block(SEEN).shape == shape


def test_a_step_of_the_decoder_joins_the_skip_connection_last():
    step = UpJoin(8, 4, nn.Identity())
    skip = torch.rand(2, 4, 12, 20)
    joined = step(SEEN, skip)
    assert joined.shape == (2, 8, 12, 20)
    assert torch.equal(joined[:, 4:], skip)


def test_branches_keep_their_shapes_when_they_exchange():
    branches = [torch.rand(2, width, 16 // 2**k, 24 // 2**k) for k, width in enumerate((4, 6, 8))]
    mixed = Exchange((4, 6, 8))(branches)
    assert [one.shape for one in mixed] == [one.shape for one in branches]


def test_a_pyramid_collapses_to_the_sum_of_what_its_levels_show():
    flat = [torch.full((1, 2, 16 // 2**k, 24 // 2**k), 10.0**k) for k in range(4)]
    assert torch.equal(collapsed(flat), torch.full((1, 2, 16, 24), 1111.0))
    slope = torch.arange(6.0).expand(1, 1, 4, 6)  # a plane stays one: pixel centres of doubled sides are a quarter off
    raised = collapsed([torch.zeros(1, 1, 8, 12), slope])
    assert torch.allclose(raised[..., 1:-1], (torch.arange(1, 11.0) - 0.5) / 2)


def test_a_coarse_level_leaves_no_steps_in_a_pyramid():
    levels = [torch.zeros(1, 1, 64 // 2**k, 64 // 2**k) for k in range(4)]
    levels[-1] = torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    fine = collapsed(levels)
    for axis in (2, 3):
        assert fine.diff(dim=axis).abs().max() <= 1 / 2**3
