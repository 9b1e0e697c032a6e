"""Ranges stay only where validation images allow it."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from ml_worker.inference import engine
from ml_worker.inference.catalog import WEIGHTS_DIR, ModelCard, find_card, read_cards
from ml_worker.inference.quantized import read_ranges
from ml_worker.training import quantize
from ml_worker.training.data import Sample
from ml_worker.training.quantize import quantize_model
from ml_worker.training.scoring import Measured
from ml_worker.training.splits import part_of
from tests.unit.ml_worker.training.annotated import write_domain


@pytest.fixture
def samples() -> list[Sample]:
    """Two images to observe and two to check on; what is held out is never asked for."""
    stems = [f"image {number}" for number in range(60)]
    chosen = [stem for part in ("train", "validation") for stem in [stem for stem in stems if part_of(stem) == part][:2]]
    pairs = [(stem, *fluorescent_nuclei(seed, 128, 128)) for seed, stem in enumerate(chosen)]
    return [
        Sample("nuclei_fluo", stem, image.reshape(128, 128, -1).astype(np.uint8), labels.astype(np.uint16)) for stem, image, labels in pairs
    ]


def _installed(folder: Path) -> ModelCard:
    for name in ("unet.json", "unet.safetensors"):
        shutil.copy(WEIGHTS_DIR / name, folder)
    return find_card(read_cards(folder), "unet")


@pytest.mark.parametrize(("loss_max", "kept"), [(0.2, True), (-2.0, False)])
def test_ranges_are_kept_or_removed_by_what_validation_says(tmp_path: Path, samples: list[Sample], loss_max: float, kept: bool) -> None:
    card = _installed(tmp_path)
    assert quantize_model(card, tmp_path, samples, loss_max) is kept
    assert (read_ranges(card, tmp_path) is not None) is kept
    assert (tmp_path / "int8" / "unet.json").exists() is kept
    if kept:
        written = json.loads((tmp_path / "int8" / "unet.json").read_text())
        assert (written["calibratedOn"], written["validationImages"]) == ("2 training images", 2)
        assert set(written["float32"]) == set(written["int8"]) == {"ap50", "ap75"}
        assert written["meanOverDomains"] == ["nuclei_fluo"]


def test_no_ranges_are_kept_where_it_is_not_eight_bits_that_compute(
    tmp_path: Path, samples: list[Sample], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine, "EIGHT_BIT_TOLERANCE", 0.0)
    monkeypatch.setattr(engine, "_told", set())
    assert not quantize_model(_installed(tmp_path), tmp_path, samples, 0.2)
    assert not (tmp_path / "int8" / "unet.json").exists()
    assert "unet can't compute in eight bits, so it gets no ranges" in caplog.text


def test_every_domain_weighs_the_same(tmp_path: Path, samples: list[Sample], monkeypatch: pytest.MonkeyPatch) -> None:
    hits, misses = [9, 0, 0, 9, 0, 0, 1, 1], [0, 0, 1, 0, 0, 1, 0, 1]
    table = np.array([hits, hits, hits, misses])
    monkeypatch.setattr(quantize, "measure", lambda *_: Measured(table, 1.0, 1.0))
    seen = [replace(one, domain="cells_phase" if k == 3 else "nuclei_fluo") for k, one in enumerate(samples)]
    assert quantize._scores(_installed(tmp_path), tmp_path, seen, "torch") == {"ap50": 0.5, "ap75": 0.5}


def _trained_on(folder: Path, domains: list[str]) -> None:
    _installed(folder)
    content = json.loads((folder / "unet.json").read_text())
    content["training"]["domains"] = domains
    (folder / "unet.json").write_text(json.dumps(content))


def _run(monkeypatch: pytest.MonkeyPatch, *given: str) -> None:
    monkeypatch.setattr("sys.argv", ["cellhub-quantize", *given])
    quantize.main()


def test_the_command_asks_simulated_domains_of_the_simulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = write_domain(tmp_path / "data", count=26, side=64)
    _trained_on(tmp_path, ["nuclei_fluo", "invasion_sim"])
    monkeypatch.setattr(quantize, "LOSS_MAX", 1.0)
    monkeypatch.setattr(quantize, "CALIBRATION_IMAGES", 2)
    _run(monkeypatch, "unet", "--data", str(data), "--weights", str(tmp_path), "--simulated", "12")
    written = json.loads((tmp_path / "int8" / "unet.json").read_text())
    assert written["calibratedOn"] == "4 training images"
    assert written["meanOverDomains"] == ["invasion_sim", "nuclei_fluo"]


def test_the_command_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _trained_on(tmp_path, ["nuclei_fluo"])
    with pytest.raises(SystemExit, match=r"cellhub-quantize: There are no images in .*nuclei_fluo"):
        _run(monkeypatch, "unet", "--data", str(tmp_path / "nowhere"), "--weights", str(tmp_path))
