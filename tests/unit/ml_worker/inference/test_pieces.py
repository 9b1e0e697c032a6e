"""An image in pieces has the objects of the image in one piece."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_worker.inference.pieces import Piece, label_in_pieces
from ml_worker.inference.postprocess import Labels, Maps, Settings, label_with_seeds

SETTINGS = Settings(min_area_px=1, min_seed_px=1)


def discs(height: int, width: int, places: list[tuple[int, int, int]]) -> Maps:
    """Maps of discs at (y, x) with a radius; where they meet the nearer centre decides."""
    rows, columns = np.mgrid[:height, :width]
    closeness = np.zeros((height, width))
    for y, x, radius in places:
        closeness = np.maximum(closeness, 1 - np.hypot(rows - y, columns - x) / radius)
    return np.stack([255 * (closeness > 0), np.zeros_like(closeness), np.rint(255 * closeness)]).astype(np.uint8)


def label(maps: Maps) -> tuple[Labels, Labels]:
    return label_with_seeds(maps, SETTINGS)


def put_together(pieces: list[Piece], height: int, width: int) -> Labels:
    """The whole image's labels, numbered by first pixels; fails where two pieces claim a pixel."""
    whole = np.zeros((height, width), np.int32)
    count = 0
    for piece in pieces:
        labels = piece.own()
        place = whole[piece.y : piece.y + labels.shape[0], piece.x : piece.x + labels.shape[1]]
        own = labels > 0
        assert not place[own].any()
        place[own] = labels[own] + count
        assert set(np.unique(labels)) - {0} == set(range(1, piece.count + 1))
        count += piece.count
    assert sum(piece.share * piece.labels.size for piece in pieces) == pytest.approx(height * width)
    return in_order(whole)


def in_order(labels: Labels) -> Labels:
    """The same objects numbered by their first pixels."""
    numbers, first = np.unique(labels, return_index=True)
    table = np.zeros(labels.max() + 1, np.int32)
    found = [number for _, number in sorted(zip(first, numbers, strict=True)) if number > 0]
    table[found] = np.arange(1, len(found) + 1)
    return table[labels]


def test_objects_on_every_border_and_every_corner_come_whole_and_once():
    """Cores of 64 px: a disc on each crossing and on the middle of each border, touching its neighbours."""
    side = 256
    places = [(y, x, 17) for y in range(0, side + 1, 32) for x in range(0, side + 1, 32) if (y + x) % 64 == 0 or y % 64 == x % 64 == 0]
    maps = discs(side, side, places)
    pieces = list(label_in_pieces(maps, label, core=64, margin=24))
    assert len(pieces) == 16
    together = put_together(pieces, side, side)
    assert together.max() == len(places)
    assert (together == in_order(label(maps)[0])).all()


@given(st.lists(st.tuples(st.integers(0, 149), st.integers(0, 179), st.integers(2, 30)), max_size=25), st.integers(16, 80))
@settings(max_examples=60, deadline=None)
def test_pieces_are_what_the_whole_would_be(places, core):
    maps = discs(150, 180, places)
    pieces = list(label_in_pieces(maps, label, core=core, margin=8, margin_max=256))
    assert (put_together(pieces, 150, 180) == in_order(label(maps)[0])).all()


def test_neighbours_of_other_pieces_stay_in_sight():
    """Whether an object touches another says how far to trust it, whosever the other is."""
    upper, lower = label_in_pieces(discs(120, 60, [(51, 30, 12), (69, 30, 12)]), label, core=60, margin=40)
    for piece in (upper, lower):
        assert (piece.count, piece.labels.max()) == (1, 2)
        assert 0.45 < (piece.own() > 0).sum() / (piece.labels > 0).sum() < 0.55


def test_a_window_grows_for_an_object_that_does_not_fit():
    maps = discs(200, 200, [(100, 100, 80)])
    seen: list[int] = []

    def noted(window: Maps) -> tuple[Labels, Labels]:
        seen.append(window.shape[1])
        return label(window)

    together = put_together(list(label_in_pieces(maps, noted, core=50, margin=4)), 200, 200)
    assert (together > 0).sum() == (maps[0] > 0).sum()
    assert together.max() == 1
    assert max(seen) > 3 * min(seen)


def test_what_fits_no_window_ends_at_its_edge_and_still_comes_once():
    maps = discs(200, 200, [(100, 100, 90)])
    together = put_together(list(label_in_pieces(maps, label, core=50, margin=4, margin_max=8)), 200, 200)
    assert together.max() == 1
    assert 50 * 50 < (together > 0).sum() < (maps[0] > 0).sum()


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (65, 64)])
def test_any_size_has_pieces(shape):
    assert put_together(list(label_in_pieces(discs(*shape, [(0, 0, 5)]), label, core=64)), *shape).max() == 1
