"""What a picture is like before it is segmented."""

import cv2
import numpy as np
import pytest

from cellhub_app.core.imaging import quality
from cellhub_app.core.imaging.flaws import FLAWS, Flaw
from cellhub_app.core.imaging.quality import SENTENCES, assess
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from tests.fixtures.samples import spheroids

RANDOM = np.random.default_rng(7)


def noise(level: float, side: int = 512) -> np.ndarray:
    return np.clip(100 + RANDOM.normal(0, level, (side, side)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("seed", range(4))
def test_a_good_picture_has_no_flaw(seed: int) -> None:
    assert assess(fluorescent_nuclei(seed, 384, 512)[0]) == ()


@pytest.mark.parametrize("seed", [0, 2, 4, 5])
def test_a_good_picture_of_spheroids_has_no_flaw(seed: int) -> None:
    assert assess(spheroids(seed, 320, 400)[0]) == ()


def test_a_spheroid_out_of_focus_is_blurred() -> None:
    assert assess(spheroids(1, 320, 400)[0]) == ("blurred",)


@pytest.mark.parametrize("level", [0, 1, 5, 20])
def test_a_field_of_noise_is_empty(level: float) -> None:
    assert assess(noise(level)) == ("empty",)


def test_a_single_small_object_is_enough_not_to_be_empty() -> None:
    field = noise(3).astype(np.float32)
    cv2.circle(field, (300, 200), 15, 180, -1)
    assert assess(field.astype(np.uint8)) == ()


def test_objects_that_are_cut_off_at_the_top_are_saturated() -> None:
    image = fluorescent_nuclei(1, 384, 512)[0].astype(int)
    assert "saturated" in assess(np.clip(image * 4, 0, 255).astype(np.uint8))
    assert "saturated" in assess(np.clip(image * 64, 0, 4095).astype(np.uint16))


def test_a_white_background_is_not_saturated() -> None:
    page = np.full((256, 256, 3), 255, np.uint8)
    cv2.circle(page, (128, 128), 40, (90, 40, 120), -1)
    assert assess(page) == ()


@pytest.mark.parametrize("seed", range(4))
def test_a_picture_out_of_focus_is_blurred(seed: int) -> None:
    image = fluorescent_nuclei(seed, 512, 512)[0].astype(np.float32)
    blurred = cv2.GaussianBlur(image, (0, 0), 10) + RANDOM.normal(0, 2, image.shape)
    assert assess(np.clip(blurred, 0, 255).astype(np.uint8)) == ("blurred",)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int16, np.int32, np.float16, np.float32, np.float64, np.bool_])
@pytest.mark.parametrize("shape", [(1, 1), (7, 300), (64, 64, 4), (90, 70, 1), (33, 33, 3)])
def test_every_type_and_shape_gets_an_answer(kind: type, shape: tuple[int, ...]) -> None:
    assert set(assess((RANDOM.random(shape) * 100).astype(kind))) <= set(FLAWS)


def test_what_is_not_a_number_is_passed_over() -> None:
    image = np.full((128, 128), np.nan, np.float32)
    assert assess(image) == ("empty",)


def test_each_flaw_has_a_sentence() -> None:
    assert set(SENTENCES) == set(FLAWS)
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())


def _of_a_large_field(monkeypatch: pytest.MonkeyPatch, field: np.ndarray) -> tuple[Flaw, ...]:
    """What is said where only every third block of every third row is looked at."""
    monkeypatch.setattr(quality, "BLOCKS", field.size / 64 / 8)
    return assess(field)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float64])
def test_of_a_very_large_picture_some_blocks_are_enough(monkeypatch: pytest.MonkeyPatch, kind: type) -> None:
    image = np.tile(fluorescent_nuclei(2, 384, 512)[0], (3, 3))
    blurred = cv2.GaussianBlur(image.astype(np.float32), (0, 0), 10) + RANDOM.normal(0, 2, image.shape)
    cut_off = np.clip(image.astype(int) * 4, 0, 255)
    assert _of_a_large_field(monkeypatch, image.astype(kind)) == ()
    assert _of_a_large_field(monkeypatch, np.clip(blurred, 0, 255).astype(kind)) == ("blurred",)
    assert _of_a_large_field(monkeypatch, noise(5, 1200).astype(kind)) == ("empty",)
    assert ("saturated" in _of_a_large_field(monkeypatch, cut_off.astype(kind))) == (kind != np.float64)
