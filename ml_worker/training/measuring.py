"""Everything that a card says of how good a model is: scores by domain, the baseline's, robustness, doubts, the worst mistakes."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml_worker.inference.segmenter import Segmenter
from ml_worker.training.calibration import GOOD_FOR, calibrate
from ml_worker.training.cards import DOMAIN_KINDS, DOMAIN_NAMES, by_kind, cpu_name, weaknesses
from ml_worker.training.data import Sample, choose
from ml_worker.training.pictures import draw_mistakes, write_sheet
from ml_worker.training.report import BASELINE
from ml_worker.training.robustness import VARIANTS
from ml_worker.training.scoring import measure, pooled_scores, summary, table_row
from ml_worker.training.splits import RULE

logger = logging.getLogger("cellhub.evaluate")
ROBUSTNESS_DOMAIN = "nuclei_fluo"


def with_doubt(card: dict[str, Any], folder: Path, samples: list[Sample]) -> dict[str, Any]:
    """The card with what its doubts mean; without that where the validation images can't tell."""
    good = [domain for domain, score in card["scores"].items() if score["ap50"] >= GOOD_FOR]
    own = card["training"]["domains"] if card["training"] else good
    try:
        doubt = calibrate(Segmenter(folder), card["name"], [sample for sample in samples if sample.domain in own])
    except ValueError as error:
        logger.warning("%s", error)
        return card
    return {**card, "doubt": doubt}


def _robustness(segmenter: Segmenter, name: str, samples: list[Sample], usual: float) -> dict[str, Any]:
    """AP@0.5 on changed copies of the images, and how much less that is than on the images themselves."""
    found: dict[str, Any] = {}
    for variant, change in VARIANTS.items():
        rows = []
        for sample in samples:
            image, labels = change(sample.image, sample.labels)
            rows.append(table_row(labels, segmenter.segment(image, name).labels))
        ap50 = pooled_scores(np.array(rows, np.int64))["ap50"]
        found[variant] = {"ap50": ap50, "loss": round(usual - ap50, 4)}
        logger.info("%s, %s: %s", name, variant, found[variant])
    return found


def _worst(segmenter: Segmenter, name: str, images: list[Sample], rows: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The mistakes on the image with the lowest F1."""
    right, wrong = rows[:, 0], rows[:, 1] + rows[:, 2]
    worst = images[int(np.argmin((2 * right + 1) / (2 * right + wrong + 1)))]
    return draw_mistakes(worst.labels, segmenter.segment(worst.image, name).labels)


def complete(card: dict[str, Any], folder: Path, samples: list[Sample]) -> dict[str, Any]:
    """The card with its measured scores: of the domains it was trained on, of the others, and the baseline's on the same files."""
    segmenter = Segmenter(folder)
    name, is_baseline = card["name"], card["name"] == BASELINE
    scores: dict[str, Any] = {}
    baseline: dict[str, Any] = {}
    tiles = []
    elsewhere: dict[str, Any] = {}
    seconds = megapixels = 0.0
    domains = sorted({sample.domain for sample in samples})
    own = card["training"]["domains"] if card["training"] else domains
    held_out = {domain: choose([sample for sample in samples if sample.domain == domain], "held_out") for domain in domains}
    for domain, images in held_out.items():
        measured = measure(segmenter, name, images)
        (scores if domain in own else elsewhere)[domain] = {"sampleKind": DOMAIN_KINDS[domain], **summary(measured)}
        if domain in own:
            tiles.append((DOMAIN_NAMES[domain], _worst(segmenter, name, images, measured.table)))
            seconds, megapixels = seconds + measured.seconds, megapixels + measured.megapixels
            if not is_baseline:
                baseline[domain] = summary(measure(segmenter, BASELINE, images))
        logger.info("%s on %s: %s", name, domain, summary(measured))
    extra: dict[str, Any] = {} if is_baseline else {"baseline": {"model": BASELINE, "scores": baseline}}
    if ROBUSTNESS_DOMAIN in scores:
        variants = _robustness(segmenter, name, held_out[ROBUSTNESS_DOMAIN], scores[ROBUSTNESS_DOMAIN]["ap50"])
        extra["robustness"] = {"domain": ROBUSTNESS_DOMAIN, "variants": variants}
    write_sheet(folder / f"{name}.png", tiles)
    measured_on = {
        "cpu": cpu_name(),
        "device": str(segmenter.device),
        "threads": segmenter.threads,
        "engine": segmenter.computes(name),
    }
    full = {
        **card,
        "scores": scores,
        "kinds": by_kind(scores),
        **extra,
        "notTrainedOn": elsewhere,
        "secondsPerMegapixel": round(seconds / megapixels, 4),
        "measuredOn": measured_on,
        "heldOut": RULE,
    }
    return {**full, "knownWeaknesses": weaknesses(full)}
