"""How far several segmentations of one image agree."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from cellhub_app.core.imaging.disagreement import OPACITY, draw_disagreement
from cellhub_app.core.metrics.agreement import compare


def squares(*places: tuple[int, int], side: int = 10) -> np.ndarray:
    labels = np.zeros((40, 60), np.int32)
    for number, (y, x) in enumerate(places, 1):
        labels[y : y + side, x : x + side] = number
    return labels


def test_equal_segmentations_agree_about_everything() -> None:
    found = compare([squares((2, 2), (20, 30))] * 3)
    assert [flags.tolist() for flags in found.contested] == [[False, False]] * 3
    assert (found.f1 == 1).all()
    assert found.share == 0


def test_an_object_that_one_model_misses_is_contested_in_all_that_have_it() -> None:
    both, one = squares((2, 2), (20, 30)), squares((2, 2))
    found = compare([both, one, both])
    assert [flags.tolist() for flags in found.contested] == [[False, True], [False], [False, True]]
    assert found.f1[0, 1] == pytest.approx(2 / 3)
    assert found.f1[0, 2] == 1
    assert found.share == pytest.approx(0.5)
    assert found.votes.max() == 3


def test_a_shifted_object_has_no_partner_beyond_half_an_overlap() -> None:
    assert compare([squares((2, 2)), squares((2, 4))]).contested[0].tolist() == [False]
    assert compare([squares((2, 2)), squares((2, 8))]).contested[0].tolist() == [True]


def test_nothing_found_by_anybody_is_no_disagreement() -> None:
    empty = np.zeros((5, 5), np.int32)
    found = compare([empty, empty])
    assert (found.share, found.f1[0, 1]) == (0, 1)


def test_models_of_different_images_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in shape"):
        compare([np.zeros((5, 5), np.int32), np.zeros((5, 6), np.int32)])


def test_the_picture_is_opaque_where_the_models_split() -> None:
    votes = np.array([[0, 1, 2]], np.uint8).repeat(4, 0)
    pixels = np.asarray(Image.open(BytesIO(draw_disagreement(votes, 2))))
    assert pixels[0, :, 3].tolist() == [0, OPACITY, 0]


def test_a_large_picture_is_made_smaller() -> None:
    votes = np.ones((4096, 8), np.uint8)
    assert Image.open(BytesIO(draw_disagreement(votes, 2))).height == 2048
