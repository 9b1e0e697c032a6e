"""What makes an object doubtful, and what a doubt means."""

import numpy as np
import pytest

from ml_worker.inference.doubt import CUES, DEFAULT, Calibration, calibration_of, find_cues, image_doubt, rate_objects
from ml_worker.inference.postprocess import FULL


def two_squares() -> np.ndarray:
    labels = np.zeros((20, 40), np.int32)
    labels[4:16, 4:16], labels[4:16, 24:36] = 1, 2
    return labels


def sure_maps(labels: np.ndarray) -> np.ndarray:
    maps = np.zeros((3, *labels.shape), np.uint8)
    maps[0] = maps[2] = np.where(labels > 0, FULL, 0)
    return maps


def cue(maps: np.ndarray, labels: np.ndarray, name: str) -> np.ndarray:
    return find_cues(maps, labels, 0.5).values[:, CUES.index(name)]


def test_nothing_speaks_against_objects_of_which_the_network_is_sure() -> None:
    labels = two_squares()
    found = find_cues(sure_maps(labels), labels, 0.5)
    assert not found.values.any()
    assert found.scores == pytest.approx([1, 1])
    assert found.missed == 0


def test_a_coin_toss_is_unsure_and_fades() -> None:
    labels = two_squares()
    maps = sure_maps(labels)
    maps[0][labels == 2] = 128
    assert cue(maps, labels, "unsure") == pytest.approx([0, 1], abs=0.01)
    assert cue(maps, labels, "fading") == pytest.approx([0, 1])


def test_a_boundary_inside_an_object_speaks_against_it_one_at_its_rim_does_not() -> None:
    labels = two_squares()
    maps = sure_maps(labels)
    maps[1, 4:16, 4] = maps[1, 4:16, 29] = FULL
    assert cue(maps, labels, "unsure") == pytest.approx([0, 1 / 8])


def test_faint_surroundings_spill_and_a_low_peak_is_flat() -> None:
    labels = two_squares()
    maps = sure_maps(labels)
    maps[0, 2:18, 22:38] = np.maximum(maps[0, 2:18, 22:38], 100)
    maps[2][labels == 2] = 51
    assert cue(maps, labels, "spill") == pytest.approx([0, 1])
    assert cue(maps, labels, "flat") == pytest.approx([0, 0.8])


def test_a_crumb_beside_large_objects_is_small() -> None:
    labels = np.zeros((30, 60), np.int32)
    labels[2:22, 2:22], labels[2:22, 30:50], labels[26:29, 30:33] = 1, 2, 3
    small = cue(sure_maps(labels), labels, "small")
    assert small[0] == small[1] == 0
    assert small[2] > 0.9


def test_faint_foreground_that_became_no_object_is_counted_in_objects() -> None:
    labels = two_squares()
    maps = np.pad(sure_maps(labels), ((0, 0), (0, 24), (0, 0)))
    maps[0, 24:36, 4:16] = 100
    assert find_cues(maps, np.pad(labels, ((0, 24), (0, 0))), 0.5).missed == pytest.approx(1.0)


def test_an_image_is_as_doubtful_as_the_share_that_is_expected_wrong_or_missing() -> None:
    assert image_doubt(np.array([0.1, 0.3], np.float32), 2.0) == pytest.approx(0.6)
    assert image_doubt(np.zeros(0, np.float32), 0.0) is None
    assert image_doubt(np.zeros(0, np.float32), 3.0) == 1


def test_every_cue_raises_doubt() -> None:
    base = DEFAULT.doubts(np.zeros((1, len(CUES))))[0]
    assert all(DEFAULT.doubts(row[None])[0] >= base for row in np.eye(len(CUES)))


def test_a_card_brings_its_own_calibration() -> None:
    own = Calibration(-1.0, (1.0, 2.0, 3.0, 4.0, 5.0), 0.2)
    assert calibration_of({"doubt": own.to_card()}) == own
    assert calibration_of({}) == DEFAULT


@pytest.mark.parametrize("channels", [1, 3])
def test_an_empty_image_has_no_objects_to_rate(channels: int) -> None:
    rating = rate_objects(np.zeros((channels, 4, 4), np.uint8), np.zeros((4, 4), np.int32))
    assert rating.scores.shape == rating.doubts.shape == (0,)
    assert image_doubt(rating.doubts, rating.missed) is None
