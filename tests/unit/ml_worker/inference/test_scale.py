import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.draw import disk

from ml_worker.inference.scale import typical_diameter


def discs(*diameters: float, side: int = 400) -> np.ndarray:
    """Labels of discs in rows; each has its own number."""
    labels = np.zeros((side, side), np.int32)
    x = y = tall = 0.0
    for label, diameter in enumerate(diameters, 1):
        if x + diameter >= side:
            x, y, tall = 0.0, y + tall + 1, 0.0
        labels[disk((y + diameter / 2, x + diameter / 2), diameter / 2, shape=labels.shape)] = label
        x, tall = x + diameter + 1, max(tall, diameter)
    return labels


@given(st.floats(8, 90), st.integers(1, 8))
def test_equal_discs_have_their_diameter(diameter: float, count: int):
    assert typical_diameter(discs(*[diameter] * count)) == pytest.approx(diameter, rel=0.12)


def test_an_empty_image_has_none():
    assert typical_diameter(np.zeros((4, 4), np.int32)) is None


def test_gaps_in_the_numbering_do_not_matter():
    labels = discs(20, 20, 20)
    assert typical_diameter(labels * 7) == typical_diameter(labels)


def test_specks_beside_one_large_body_move_it_little():
    alone, with_specks = typical_diameter(discs(120)), typical_diameter(discs(120, *[8] * 12))
    assert alone is not None
    assert with_specks is not None
    assert 8 * 3 < with_specks < alone
