"""`cellhub-evaluate`: measure a model on the held-out images and write its card, and its weights if they come from a training run."""

import argparse
import json
import logging
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import save_file

from ml_worker.inference.catalog import WEIGHTS_DIR, find_card, read_cards
from ml_worker.inference.postprocess import Labels, Settings
from ml_worker.inference.scale import Scaling, label_sized
from ml_worker.inference.segmenter import Segmenter
from ml_worker.inference.weights import sha256_of
from ml_worker.nets.registry import build, parameter_count
from ml_worker.training import checkpoint
from ml_worker.training.calibration import calibrate
from ml_worker.training.cards import DESCRIPTIONS, DOMAIN_KINDS, DOMAIN_NAMES, by_kind, cpu_name, make_card, weaknesses, write_card
from ml_worker.training.data import Sample, choose, data_root
from ml_worker.training.pictures import draw_mistakes, write_sheet
from ml_worker.training.report import BASELINE, card_page, readme_section, write_between
from ml_worker.training.robustness import VARIANTS
from ml_worker.training.scoring import measure, pooled_scores, summary, table_row
from ml_worker.training.simulator.simulate import DOMAINS as SIMULATED_DOMAINS
from ml_worker.training.sources import load
from ml_worker.training.splits import RULE
from ml_worker.training.tuning import choose_settings

logger = logging.getLogger("cellhub.evaluate")
ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs" / "models"
ROBUSTNESS_DOMAIN = "nuclei_fluo"
SIMULATED = 160
WORTH_A_GLANCE = 0.003  # what seeing first how large objects are has to bring, because it takes time


def weights_from_run(name: str, run: Path, folder: Path, *, half: bool) -> dict[str, Any]:
    """Write folder/<name>.safetensors and a first card from a training run's last checkpoint; returns the card.

    Raises FileNotFoundError when the run has no checkpoint.
    """
    state = checkpoint.read(run)
    if state is None:
        raise FileNotFoundError(f"no checkpoint in {run}")
    path = folder / f"{name}.safetensors"
    tensors = checkpoint.shipped_weights(state)
    save_file({key: value.half() for key, value in tensors.items()} if half else tensors, path)
    plan = json.loads(state["plan"])
    training = {
        "domains": list(plan["shares"]),
        "shares": plan["shares"],
        "startedFrom": plan["start"] or None,
        "split": RULE,
        "seed": plan["seed"],
        "steps": state["step"],
        "crops": state["step"] * plan["batch"],
        "cropPx": plan["size"],
        "seconds": round(state["seconds"]),
        "finished": bool(state["seconds"] >= 60 * plan["minutes"] if plan["minutes"] else state["step"] >= plan["steps"]),
    }
    net = DESCRIPTIONS[name].architecture
    weights = {
        "sha256": sha256_of(path),
        "bytes": path.stat().st_size,
        "precision": "float16" if half else "float32",
        "parameters": parameter_count(build(net)) if net else 0,
    }
    card = make_card(name, Settings(), weights=weights, training=training)
    write_card(card, folder)
    return card


def _with(card: dict[str, Any], settings: Settings, scaling: Scaling | None) -> dict[str, Any]:
    fresh = make_card(card["name"], settings, weights=None, training=None, scaling=scaling)
    return {**card, **{key: fresh[key] for key in ("parameters", "postprocessing", "scaling")}}


def _best_settings(name: str, folder: Path, scaling: Scaling | None, validation: list[Sample]) -> tuple[Settings, float]:
    segmenter = Segmenter(folder)
    maps = [segmenter.predict([segmenter.prepare(sample.image, name)])[0] for sample in validation]

    def finish(settings: Settings) -> Iterator[Labels]:
        for found in maps:
            yield label_sized(found, settings, scaling)

    return choose_settings(validation, finish, Settings())


def tune(card: dict[str, Any], folder: Path, samples: list[Sample]) -> dict[str, Any]:
    """Choose thresholds, and whether images are scaled by the size of their objects, on the validation images.

    All domains weigh the same. The choice is written into the card in `folder`.
    """
    validation = choose(samples, "validation")
    tried: list[tuple[float, Settings, Scaling | None]] = []
    for scaling, handicap in ((None, 0.0), (Scaling(), WORTH_A_GLANCE)):
        write_card(_with(card, Settings(), scaling), folder)
        settings, found = _best_settings(card["name"], folder, scaling, validation)
        logger.info("on %d validation images, scaled by %s: %.4f with %s", len(validation), scaling, found, settings)
        tried.append((found - handicap, settings, scaling))
    _, settings, scaling = max(tried, key=lambda one: one[0])
    tuned = {**_with(card, settings, scaling), "thresholdsChosenOn": f"{len(validation)} validation images"}
    write_card(tuned, folder)
    return tuned


def _with_doubt(card: dict[str, Any], folder: Path, samples: list[Sample]) -> dict[str, Any]:
    """The card with what its doubts mean; without that where the validation images can't tell."""
    own = card["training"]["domains"] if card["training"] else DOMAIN_KINDS
    try:
        doubt = calibrate(Segmenter(folder), card["name"], [sample for sample in samples if sample.domain in own])
    except ValueError as error:
        logger.warning("%s", error)
        return card
    full = {**card, "doubt": doubt}
    write_card(full, folder)
    return full


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
    measured_on = {"cpu": cpu_name(), "device": str(segmenter.device), "threads": segmenter.threads}
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


def evaluate(
    name: str, source: Path, out: Path, run: Path | None, *, half: bool = False, simulated: int = SIMULATED, docs: Path | None = None
) -> dict[str, Any]:
    """Measure a model and write OUT/<name>.json (and .safetensors from a run), only when all of it succeeded.

    `simulated` is the number of images of each simulated domain, of which the held-out ones count; `docs` is the folder that gets
    a picture of the worst mistakes.
    """
    made = SIMULATED_DOMAINS if simulated else ()
    samples = load(source, [domain for domain in DOMAIN_KINDS if domain in made or (source / domain).is_dir()], simulated)
    if not choose(samples, "held_out"):
        raise FileNotFoundError(f"no held-out images in {source}")
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        write_card(make_card(BASELINE, Settings(), weights=None, training=None), work)
        if name == BASELINE:
            card = make_card(name, Settings(), weights=None, training=None)
        elif run is not None:
            card = weights_from_run(name, run, work, half=half)
            card = tune(card, work, [sample for sample in samples if sample.domain in card["training"]["domains"]])
        else:
            card = find_card(read_cards(out), name).content
            shutil.copyfile(out / f"{name}.safetensors", work / f"{name}.safetensors")
            write_card(card, work)
        card = _with_doubt(card, work, samples)
        card = complete(card, work, samples)
        out.mkdir(parents=True, exist_ok=True)
        if run is not None:
            shutil.copyfile(work / f"{name}.safetensors", out / f"{name}.safetensors")
        write_card(card, out)
        if docs is not None:
            docs.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(work / f"{name}.png", docs / f"{name}.png")
    return card


def report(weights: Path, docs: Path, readme: Path) -> None:
    """Write the page of every installed model, and the README's section, from the cards."""
    cards = [card.content for card in read_cards(weights)]
    for card in cards:
        pictures = [f"{card['name']}.png"] if (docs / f"{card['name']}.png").exists() else []
        (docs / f"{card['name']}.md").write_text(card_page(card, pictures), encoding="utf-8")
    write_between(readme, readme_section(cards))


def main() -> None:
    """Entry point of `cellhub-evaluate`."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parser = argparse.ArgumentParser(
        prog="cellhub-evaluate", description="Measure a model, write its card, its page and the README's figures."
    )
    parser.add_argument("model", nargs="?", choices=sorted(DESCRIPTIONS), help="without it only the pages are written, from the cards")
    parser.add_argument("--data", type=Path, default=data_root(), help="folder of domains")
    parser.add_argument("--run", type=Path, help="folder of a training run: ship its averaged weights")
    parser.add_argument("--half", action="store_true", help="ship float16 weights")
    parser.add_argument("--out", type=Path, default=WEIGHTS_DIR)
    arguments = parser.parse_args()
    ours = arguments.out == WEIGHTS_DIR
    if arguments.model:
        docs = DOCS if ours else None
        evaluate(arguments.model, arguments.data, arguments.out, arguments.run, half=arguments.half, docs=docs)
    if ours:
        report(WEIGHTS_DIR, DOCS, ROOT / "README.md")


if __name__ == "__main__":
    main()
