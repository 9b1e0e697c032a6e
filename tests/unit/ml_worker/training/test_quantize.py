"""Ranges stay only where validation images allow it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from cellhub_app.core.imaging.simulate import fluorescent_nuclei
from ml_worker.inference.catalog import WEIGHTS_DIR, find_card, read_cards
from ml_worker.inference.quantized import read_ranges
from ml_worker.training.data import Sample
from ml_worker.training.quantize import quantize_model
from ml_worker.training.splits import part_of


@pytest.fixture
def samples() -> list[Sample]:
    """Two images to observe and two to check on; what is held out is never asked for."""
    stems = [f"image {number}" for number in range(60)]
    chosen = [stem for part in ("train", "validation") for stem in [stem for stem in stems if part_of(stem) == part][:2]]
    pairs = [(stem, *fluorescent_nuclei(seed, 128, 128)) for seed, stem in enumerate(chosen)]
    return [
        Sample("nuclei_fluo", stem, image.reshape(128, 128, -1).astype(np.uint8), labels.astype(np.uint16)) for stem, image, labels in pairs
    ]


@pytest.mark.parametrize(("loss_max", "kept"), [(0.2, True), (-2.0, False)])
def test_ranges_are_kept_or_removed_by_what_validation_says(tmp_path: Path, samples: list[Sample], loss_max: float, kept: bool) -> None:
    for name in ("unet.json", "unet.safetensors"):
        shutil.copy(WEIGHTS_DIR / name, tmp_path)
    card = find_card(read_cards(tmp_path), "unet")
    assert quantize_model(card, tmp_path, samples, loss_max) is kept
    assert (read_ranges(card, tmp_path) is not None) is kept
    if kept:
        written = json.loads((tmp_path / "int8" / "unet.json").read_text())
        assert (written["calibratedOn"], written["validationImages"]) == ("2 training images", 2)
        assert set(written["float32"]) == set(written["int8"]) == {"ap50", "ap75"}
