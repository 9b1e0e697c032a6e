"""`cellhub-evaluate`: measure a model on the held-out images and write its card, and its weights if they come from a training run."""

import argparse
import logging
import shutil
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_args

from safetensors.torch import save_file

from cellhub_app.core.errors import ModelUnknown
from ml_worker.inference.catalog import WEIGHTS_DIR, find_card, read_cards
from ml_worker.inference.postprocess import Settings
from ml_worker.inference.quantized import ranges_file
from ml_worker.inference.weights import sha256_of
from ml_worker.nets.registry import build, parameter_count
from ml_worker.training import checkpoint
from ml_worker.training.cards import DESCRIPTIONS, domain_name, known_first, make_card, with_description, write_card
from ml_worker.training.data import Sample, choose, data_root, domains_in
from ml_worker.training.markdown import write_between
from ml_worker.training.measuring import complete, with_doubt
from ml_worker.training.page import card_page
from ml_worker.training.provenance import Training, training_of, with_history
from ml_worker.training.quantize import quantize_model
from ml_worker.training.report import BASELINE, readme_section
from ml_worker.training.simulated import DOMAINS as SIMULATED_DOMAINS
from ml_worker.training.sources import MEASURED_IMAGES, load
from ml_worker.training.steadiness import known_weaknesses
from ml_worker.training.tuning import Retune, tune

logger = logging.getLogger("cellhub.evaluate")
ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs" / "models"
RARE = (
    "The name of an image decides what it is for: about one in eight measures the model, one in sixteen chooses its settings. "
    "Add images, some 50 in all."
)


def weights_from_run(
    name: str, run: Path, folder: Path, *, half: bool, shipped: Training | None = None, continues: bool = False
) -> dict[str, Any]:
    """Write folder/<name>.safetensors and a first card from a training run's last checkpoint; returns the card.

    `shipped` is the training of the model's card of today, which the run went on from if it `continues` that.
    Raises FileNotFoundError when the run has no checkpoint, and ValueError when it can't have gone on from the shipped weights.
    """
    state = checkpoint.read(run)
    if state is None:
        raise FileNotFoundError(f"no checkpoint in {run}")
    path = folder / f"{name}.safetensors"
    tensors = checkpoint.shipped_weights(state)
    save_file({key: value.half() for key, value in tensors.items()} if half else tensors, path)
    training = with_history(training_of(state), shipped, continues=continues)
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


def evaluate(
    name: str,
    source: Path,
    out: Path,
    run: Path | None,
    *,
    half: bool = False,
    continues: bool = False,
    retune: Retune | None = None,
    simulated: int = MEASURED_IMAGES,
    docs: Path | None = None,
) -> dict[str, Any]:
    """Measure a model and write OUT/<name>.json (and .safetensors from a run), only when all of it succeeded.

    Settings are chosen anew for a run, or as `retune` asks for it. `simulated` is the number of images of each simulated domain, of
    which the held-out ones count; `docs` is the folder that gets the page with a picture of the worst mistakes. A run that `continues` went
    on from the weights in OUT, whose training becomes history in the new card.
    """
    if not source.exists():
        raise FileNotFoundError(f"There is no folder {source}; name the folder of your domains with --data.")
    samples = load(source, domains_to_measure(source, simulated=bool(simulated)), simulated)
    if not choose(samples, "held_out"):
        raise FileNotFoundError(f"There are no held-out images in {source}. {RARE}")
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        write_card(make_card(BASELINE, Settings(), weights=None, training=None), work)
        if name == BASELINE:
            card = make_card(name, Settings(), weights=None, training=None)
        elif run is not None:
            card = weights_from_run(name, run, work, half=half, shipped=_training_in(out, name), continues=continues)
        else:
            card = find_card(read_cards(out), name).content
            _copy_weights(name, out, work)
            write_card(card, work)
        chooses = bool(card["training"]) and (run is not None or retune is not None)
        own = own_samples(card, samples, chooses=chooses)
        if chooses:
            card = tune(card, work, own, only_scaling=run is None and retune == "scaling")
            _offer_eight_bits(name, work, own)
        card = with_doubt(complete(card, work, samples), work, samples)
        out.mkdir(parents=True, exist_ok=True)
        if card["training"]:
            _copy_weights(name, work, out)
        write_card(card, out)
        if docs is not None:
            docs.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(work / f"{name}.png", docs / f"{name}.png")
            _write_page(card, docs)
    return card


def domains_to_measure(source: Path, *, simulated: bool) -> list[str]:
    """The domains of a folder, and the simulated ones if wanted: the known ones first, then one's own by name."""
    return known_first({*(set(domains_in(source)) - set(SIMULATED_DOMAINS)), *(SIMULATED_DOMAINS if simulated else ())})


def own_samples(card: Mapping[str, Any], samples: list[Sample], *, chooses: bool) -> list[Sample]:
    """The samples of the domains that the model was trained on; all for a model without training.

    Raises ValueError when none of them is held out, or, for whom `chooses` settings, none is there for that.
    """
    domains = card["training"]["domains"] if card["training"] else {sample.domain for sample in samples}
    own = [sample for sample in samples if sample.domain in domains]
    names = " or ".join(map(domain_name, sorted(domains)))
    if not choose(own, "held_out"):
        raise ValueError(f"There is no image of {names} to measure the model on. {RARE}")
    if chooses and not choose(own, "validation"):
        raise ValueError(f"There is no image of {names} to choose the settings on. {RARE}")
    return own


def _training_in(folder: Path, name: str) -> Training | None:
    return next((card.content["training"] for card in read_cards(folder) if card.name == name), None)


def _offer_eight_bits(name: str, folder: Path, samples: list[Sample]) -> None:
    if find_spec("openvino") is None:
        logger.warning("without openvino %s ships no ranges for eight bits", name)
        return
    quantize_model(find_card(read_cards(folder), name), folder, samples)


def _copy_weights(name: str, source: Path, target: Path) -> None:
    """The weights, and the ranges for eight bits where there are some; older ranges go."""
    shutil.copyfile(source / f"{name}.safetensors", target / f"{name}.safetensors")
    ranges_file(target, name).unlink(missing_ok=True)
    if ranges_file(source, name).exists():
        ranges_file(target, name).parent.mkdir(exist_ok=True)
        shutil.copyfile(ranges_file(source, name), ranges_file(target, name))


def _write_page(card: Mapping[str, Any], docs: Path) -> None:
    name = card["name"]
    pictures = [f"{name}.png"] if (docs / f"{name}.png").exists() else []
    (docs / f"{name}.md").write_text(card_page(card, pictures), encoding="utf-8")


def report(weights: Path, docs: Path, readme: Path) -> None:
    """Write the page of every installed model, and the README's section, from the cards, which get today's titles, presets and words."""
    known = [with_description(card.content) for card in read_cards(weights)]
    cards = [{**card, "knownWeaknesses": known_weaknesses(card)} for card in known]
    for card in cards:
        write_card(card, weights)
        _write_page(card, docs)
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
    parser.add_argument(
        "--continues", action="store_true", help="the run went on from the weights that are shipped now: keep their history"
    )
    parser.add_argument(
        "--tune",
        nargs="?",
        choices=get_args(Retune),
        const="all",
        help="choose the settings anew, or only at which sizes of objects images are scaled (all is always done for a run)",
    )
    parser.add_argument("--half", action="store_true", help="ship float16 weights")
    parser.add_argument("--out", type=Path, default=WEIGHTS_DIR)
    arguments = parser.parse_args()
    if arguments.continues and not arguments.run:
        parser.error("--continues tells of a run: name its folder with --run")
    try:
        _run(arguments)
    except (FileNotFoundError, ValueError, ModelUnknown) as error:
        parser.exit(2, f"cellhub-evaluate: {error}\n")


def _run(arguments: argparse.Namespace) -> None:
    """Measure the model where one is named; pages of models that are kept elsewhere lie beside their cards."""
    ours = arguments.out == WEIGHTS_DIR
    if arguments.model:
        evaluate(
            arguments.model,
            arguments.data,
            arguments.out,
            arguments.run,
            half=arguments.half,
            continues=arguments.continues,
            retune=arguments.tune,
            docs=DOCS if ours else arguments.out,
        )
    if ours:
        report(WEIGHTS_DIR, DOCS, ROOT / "README.md")


if __name__ == "__main__":
    main()
