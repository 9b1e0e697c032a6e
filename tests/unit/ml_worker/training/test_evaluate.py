import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from ml_worker.inference.catalog import read_cards
from ml_worker.inference.postprocess import Settings
from ml_worker.inference.segmenter import Segmenter
from ml_worker.training import measuring
from ml_worker.training.cards import by_kind, make_card, weaknesses
from ml_worker.training.data import load_folder
from ml_worker.training.evaluate import evaluate
from ml_worker.training.pictures import FOUND, INVENTED, MISSED, draw_mistakes
from ml_worker.training.train import Plan, Trainer
from ml_worker.training.tuning import FOREGROUNDS, SEEDS
from tests.unit.ml_worker.training.annotated import write_domain
from tests.unit.ml_worker.training.measured import card, score


def test_a_model_is_measured_into_its_card_with_a_picture(tmp_path: Path):
    card = evaluate("classical", write_domain(tmp_path, count=20), tmp_path / "weights", None, simulated=0, docs=tmp_path / "docs")
    assert card == json.loads((tmp_path / "weights" / "classical.json").read_text())
    found = card["scores"]["nuclei_fluo"]
    assert found["images"] == 1
    assert 0.3 < found["ap50"] <= 1
    assert card["kinds"]["nuclei"]["ap50"] == found["ap50"]
    changed = card["robustness"]["domains"]["nuclei_fluo"]
    assert (changed["images"], changed["measure"]) == (1, "ap50")
    assert set(changed["variants"]) == {"inverted", "halfSize", "doubleSize", "sixteenBit", "dim", "noisy"}
    sixteen = changed["variants"]["sixteenBit"]
    assert set(sixteen) == {"ap50", "loss", "foregroundIou", "foregroundIouLoss"}
    assert sixteen["loss"] == pytest.approx(0, abs=0.1)
    assert card["measuredOn"]["engine"] is None
    assert cv2.imread(str(tmp_path / "docs" / "classical.png")) is not None


def test_every_domain_is_measured_under_changes_on_as_many_images_as_are_enough(tmp_path: Path, monkeypatch):
    data = write_domain(tmp_path, count=40, side=64)
    shutil.copytree(data / "nuclei_fluo", data / "spheroid_fluo_invasion")
    monkeypatch.setattr(measuring, "ENOUGH_MEGAPIXELS", 0.005)
    card = evaluate("classical", data, tmp_path / "weights", None, simulated=0)
    domains = card["robustness"]["domains"]
    assert {name: (one["images"], one["measure"]) for name, one in domains.items()} == {
        "nuclei_fluo": (1, "ap50"),
        "spheroid_fluo_invasion": (1, "foregroundIou"),
    }
    assert card["scores"]["nuclei_fluo"]["images"] == 2


def test_a_run_becomes_a_model_whose_settings_were_chosen_on_validation_images(tmp_path: Path):
    data = write_domain(tmp_path, count=30, side=64)
    plan = Plan(batch=1, size=64, steps=2, workers=0, shares={"nuclei_fluo": 1.0}, start="older.safetensors")
    Trainer(plan, load_folder(data, ["nuclei_fluo"]), tmp_path / "run", torch.device("cpu")).run()
    card = evaluate("unet", data, tmp_path / "weights", tmp_path / "run", half=True, simulated=0)
    assert card["thresholdsChosenOn"] == "2 validation images"
    assert (card["training"]["steps"], card["training"]["startedFrom"]) == (2, "older.safetensors")
    assert set(card["baseline"]["scores"]) == {"nuclei_fluo"}
    assert card["measuredOn"]["engine"] == Segmenter(tmp_path / "weights").computes("unet")
    (read,) = read_cards(tmp_path / "weights")
    assert read.settings.foreground in FOREGROUNDS
    assert read.settings.seed in SEEDS
    again = evaluate("unet", data, tmp_path / "weights", None, simulated=0)
    assert {name: again[name] for name in ("scores", "parameters", "weightsSha256")} == {
        name: card[name] for name in ("scores", "parameters", "weightsSha256")
    }


def test_without_held_out_images_nothing_is_written(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match="no held-out images"):
        evaluate("classical", write_domain(tmp_path, count=2), tmp_path / "weights", None, simulated=0)
    assert not (tmp_path / "weights").exists()


def test_a_kind_is_ranked_by_the_mean_of_its_domains():
    kinds = by_kind({"nuclei_fluo": score(0.9), "histology_color": score(0.5), "cells_phase": score(0.4, "cells")})
    assert kinds == {"nuclei": {"ap50": 0.7, "ap75": 0.35}, "cells": {"ap50": 0.4, "ap75": 0.2}}


def test_what_is_weak_is_said():
    weak = {
        **card("unet", nuclei_fluo=score(0.8), cells_phase=score(0.3)),
        "baseline": {"scores": {"nuclei_fluo": score(0.85), "cells_phase": score(0.1)}},
    }
    assert weaknesses(weak) == [
        "Rough outlines on fluorescent nuclei: AP@0.75 0.40.",
        "Poor on phase-contrast cells: AP@0.5 0.30.",
        "The model without a network does better on fluorescent nuclei: AP@0.5 0.85.",
    ]


def test_a_domain_of_ones_own_is_another_kind_and_keeps_its_name():
    assert make_card("unet", Settings(), weights=None, training={"domains": ["my_organoids"]})["sampleKinds"] == ["other"]
    assert weaknesses(card("unet", my_organoids=score(0.3, "other"))) == ["Poor on my_organoids: AP@0.5 0.30."]


def test_mistakes_have_their_colours():
    truth, predicted = np.zeros((60, 60), np.int32), np.zeros((60, 60), np.int32)
    truth[5:20, 5:20] = predicted[5:20, 5:20] = 3
    truth[30:40, 5:15] = 7
    predicted[30:40, 40:50] = 2
    picture = draw_mistakes(truth, predicted, side=60)
    assert picture[5, 5].tolist() == list(FOUND)
    assert picture[30, 5].tolist() == list(MISSED)
    assert picture[30, 40].tolist() == list(INVENTED)
    assert picture[12, 12].tolist() == [255, 255, 255]
