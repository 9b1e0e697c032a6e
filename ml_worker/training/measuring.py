"""Everything that a card says of how good a model is: scores by domain, the baseline's, robustness, doubts, the worst mistakes."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml_worker.inference.segmenter import Segmenter
from ml_worker.training.calibration import GOOD_FOR, calibrate
from ml_worker.training.cards import by_kind, cpu_name, domain_name, kind_of, measure_of
from ml_worker.training.data import Sample, choose
from ml_worker.training.pictures import draw_mistakes, write_sheet
from ml_worker.training.report import BASELINE
from ml_worker.training.robustness import VARIANTS
from ml_worker.training.scoring import measure, pooled_scores, summary, table_row
from ml_worker.training.splits import RULE
from ml_worker.training.steadiness import LOSS_KEYS, known_weaknesses

logger = logging.getLogger("cellhub.evaluate")
ENOUGH_MEGAPIXELS = 10  # of each domain are measured under changes, which show nine times as many pixels


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


def _enough(images: list[Sample]) -> int:
    """How many images, from the first by name on, are looked at under changes; at least one."""
    pixels = np.cumsum([image.labels.size for image in images])
    return max(1, int((pixels <= 1e6 * ENOUGH_MEGAPIXELS).sum()))


def _robustness(segmenter: Segmenter, name: str, images: list[Sample], rows: NDArray[np.int64]) -> dict[str, Any]:
    """Scores on changed copies of a domain's images, and how much less that is than on the images themselves, whose rows are known."""
    count = _enough(images)
    usual = pooled_scores(rows[:count])
    found: dict[str, Any] = {}
    for variant, change in VARIANTS.items():
        changed = []
        for sample in images[:count]:
            image, labels = change(sample.image, sample.labels)
            changed.append(table_row(labels, segmenter.segment(image, name).labels))
        scores = pooled_scores(np.array(changed, np.int64))
        found[variant] = {measure: scores[measure] for measure in LOSS_KEYS}
        found[variant] |= {key: round(usual[measure] - scores[measure], 4) for measure, key in LOSS_KEYS.items()}
        logger.info("%s, %s: %s", name, variant, found[variant])
    return {"images": count, "measure": measure_of(images[0].domain), "variants": found}


def _worst(segmenter: Segmenter, name: str, images: list[Sample], rows: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The mistakes on the image with the lowest F1."""
    right, wrong = rows[:, 0], rows[:, 1] + rows[:, 2]
    worst = images[int(np.argmin((2 * right + 1) / (2 * right + wrong + 1)))]
    return draw_mistakes(worst.labels, segmenter.segment(worst.image, name).labels)


def _held_out(samples: list[Sample]) -> dict[str, list[Sample]]:
    """The held-out images by domain; domains without any are left out, with a warning."""
    found: dict[str, list[Sample]] = {}
    for domain in sorted({sample.domain for sample in samples}):
        if images := choose([sample for sample in samples if sample.domain == domain], "held_out"):
            found[domain] = images
        else:
            logger.warning("no image of %s is held out, so nothing is measured on it", domain_name(domain))
    return found


def complete(card: dict[str, Any], folder: Path, samples: list[Sample]) -> dict[str, Any]:
    """The card with its measured scores: of the domains it was trained on, of the others, and the baseline's on the same files."""
    segmenter = Segmenter(folder)
    name, is_baseline = card["name"], card["name"] == BASELINE
    scores: dict[str, Any] = {}
    baseline: dict[str, Any] = {}
    changed: dict[str, Any] = {}
    tiles = []
    elsewhere: dict[str, Any] = {}
    seconds = megapixels = 0.0
    held_out = _held_out(samples)
    own = card["training"]["domains"] if card["training"] else list(held_out)
    for domain, images in held_out.items():
        measured = measure(segmenter, name, images)
        (scores if domain in own else elsewhere)[domain] = {"sampleKind": kind_of(domain), **summary(measured)}
        if domain in own:
            tiles.append((domain_name(domain), _worst(segmenter, name, images, measured.table)))
            seconds, megapixels = seconds + measured.seconds, megapixels + measured.megapixels
            changed[domain] = _robustness(segmenter, name, images, measured.table)
            if not is_baseline:
                baseline[domain] = summary(measure(segmenter, BASELINE, images))
        logger.info("%s on %s: %s", name, domain, summary(measured))
    extra: dict[str, Any] = {} if is_baseline else {"baseline": {"model": BASELINE, "scores": baseline}}
    extra["robustness"] = {"domains": changed}
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
    return {**full, "knownWeaknesses": known_weaknesses(full)}
