"""Doubts that mean something: weights and mark from some images, the figures from others."""

import numpy as np
import pytest

from ml_worker.inference.doubt import CUES, Calibration, Cues
from ml_worker.inference.segmenter import Segmenter
from ml_worker.training.calibration import Observed, calibrate, choose_mark, fit, is_worse, ranking, report, within_domains
from ml_worker.training.data import Sample
from tests.unit.ml_worker.training.annotated import simulated_samples

SURE = Calibration(0.0, (0.0,) * 5, 0.5)


def observed(wrong: list[bool], unsure: list[float], ap50: float = 0.5, domain: str = "nuclei_fluo") -> Observed:
    values = np.zeros((len(wrong), len(CUES)), np.float32)
    values[:, 0] = unsure
    return Observed(domain, Cues(values, np.ones(len(wrong), np.float32), 0.0), np.array(wrong), ap50)


def test_a_fitted_doubt_is_the_share_that_is_wrong() -> None:
    random = np.random.default_rng(0)
    unsure = random.random(4000)
    wrong = random.random(4000) < 1 / (1 + np.exp(4 - 6 * unsure))
    bias, weights = fit([observed(list(wrong), list(unsure))])
    doubts = Calibration(bias, weights, 1.0).doubts(np.eye(5)[:1])
    assert doubts[0] == pytest.approx(1 / (1 + np.exp(-2)), abs=0.05)
    assert weights[1:] == (0, 0, 0, 0)


def test_a_cue_that_speaks_for_an_object_gets_no_weight() -> None:
    random = np.random.default_rng(0)
    unsure = random.random(1000)
    assert fit([observed(list(unsure < 0.3), list(unsure))])[1][0] == 0


def test_nothing_can_be_fitted_to_objects_that_are_all_right() -> None:
    with pytest.raises(ValueError, match="some that were not"):
        fit([observed([False, False], [0.1, 0.2])])


def test_the_mark_is_the_lowest_doubt_above_which_four_of_five_are_worse() -> None:
    doubts = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    assert choose_mark(doubts, np.array([True, True, True, False, True, False])) == 0.5
    assert choose_mark(doubts, np.zeros(6, bool)) == 0.9


def test_ranking_is_one_when_all_that_is_wrong_is_more_doubtful() -> None:
    assert ranking(np.array([0.9, 0.8, 0.1]), np.array([True, True, False])) == 1
    assert ranking(np.array([0.1, 0.9]), np.array([True, False])) == 0
    assert ranking(np.array([0.1]), np.array([False])) is None


def test_images_are_worse_than_the_median_of_all() -> None:
    rows = [observed([False], [0], ap, domain) for domain, ap in (("a", 0.9), ("a", 0.8), ("a", 0.7), ("b", 0.3), ("b", 0.2), ("b", 0.1))]
    assert is_worse(rows).tolist() == [False, False, False, True, True, True]


def test_images_of_one_domain_are_ranked_among_themselves() -> None:
    rows = [observed([False], [0], ap, domain) for domain, ap in (("a", 0.9), ("a", 0.8), ("b", 0.3), ("b", 0.2))]
    assert within_domains(np.array([0.1, 0.2, 0.0, 0.05]), rows) == 1
    assert within_domains(np.array([0.2, 0.1, 0.1, 0.1]), rows) == 0.25
    assert within_domains(np.array([0.2]), rows[:1]) is None


def test_a_report_says_how_many_doubtful_images_are_worse() -> None:
    doubtful = Calibration(-3.0, (6.0, 0, 0, 0, 0), 0.5)
    rows = [observed([True], [1.0], 0.1), observed([False], [0.9], 0.9), observed([False], [0.0], 0.8), observed([False], [0.1], 0.7)]
    found = report(rows, doubtful)
    assert (found["doubtful"], found["doubtfulWorseThanMedian"], found["othersWorseThanMedian"]) == (2, 0.5, 0.5)
    assert (found["objects"], found["wrongObjects"], found["objectRanking"]) == (4, 1, 1)


def test_a_model_is_calibrated_on_validation_images_and_judged_on_others() -> None:
    samples = [Sample(one.domain, f"{one.stem}-{k}", one.image, one.labels) for k, one in enumerate(simulated_samples(40))]
    section = calibrate(Segmenter(threads=1), "classical", samples)
    assert set(section["weights"]) == set(CUES)
    assert all(weight >= 0 for weight in section["weights"].values())
    assert section["heldOut"]["images"] + section["validation"]["images"] < len(samples)
    assert 0 < section["lookFrom"] <= 1
