from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_worker.inference.tiling import OVERLAP, TILE, paste, windows


@given(st.integers(1, 9000), st.integers(1, 9000))
@settings(max_examples=60, deadline=None)
def test_windows_cover_the_image_with_overlap_and_one_shape(height, width):
    found = windows(height, width, 32)
    assert len({(w.height, w.width) for w in found}) == 1
    assert found[0].height % 32 == found[0].width % 32 == 0
    assert max(found[0].height, found[0].width) <= TILE + 32
    for starts, size, length in (
        (sorted({w.y for w in found}), found[0].height, height),
        (sorted({w.x for w in found}), found[0].width, width),
    ):
        assert starts[0] == 0
        assert starts[-1] + size >= length
        assert all(b - a <= size - OVERLAP for a, b in pairwise(starts))


@pytest.mark.parametrize("shape", [(150, 170), (64, 200), (65, 64)])
def test_tiles_of_a_map_blend_back_to_that_map(shape):
    truth = np.random.default_rng(0).integers(0, 256, (3, *shape), np.uint8)
    whole = np.zeros_like(truth)
    for window in windows(*shape, 32, tile=64, overlap=16):
        tile = np.pad(truth, ((0, 0), (0, 64), (0, 64)), mode="symmetric")
        paste(whole, tile[:, window.y : window.y + window.height, window.x : window.x + window.width], window, 16)
    assert (whole == truth).all()


def test_tiles_that_disagree_fade_into_each_other():
    whole = np.zeros((1, 64, 112), np.uint8)
    left, right = windows(64, 112, 32, tile=64, overlap=16)
    paste(whole, np.zeros((1, 64, 64), np.uint8), left, 16)
    paste(whole, np.full((1, 64, 64), 200, np.uint8), right, 16)
    seam = whole[0, 30].astype(int)
    assert seam[right.x - 1] == 0
    assert seam[right.x + 16] == 200
    assert np.diff(seam).max() < 20
