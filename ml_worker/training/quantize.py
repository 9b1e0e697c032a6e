"""`cellhub-quantize`: ranges that let a model compute in eight bits, shipped only when validation shows that they cost no accuracy."""

import argparse
import logging
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ml_worker.inference.catalog import WEIGHTS_DIR, ModelCard, find_card, read_cards
from ml_worker.inference.engine import EngineName, open_network
from ml_worker.inference.forward import Image
from ml_worker.inference.quantized import observe, ranges_file, write_ranges
from ml_worker.inference.segmenter import Segmenter
from ml_worker.inference.weights import load_net
from ml_worker.training.data import Sample, choose, data_root
from ml_worker.training.scoring import measure, pooled_scores
from ml_worker.training.sources import MEASURED_IMAGES, load

logger = logging.getLogger("cellhub.quantize")
CALIBRATION_IMAGES = 64  # of each domain
LOSS_MAX = 0.01
SCORES = ("ap50", "ap75")


def _evenly(samples: Sequence[Sample], count: int) -> list[Sample]:
    return list(samples[:: max(1, -(-len(samples) // count))])


def _tiles(card: ModelCard, folder: Path, samples: Sequence[Sample]) -> list[Image]:
    segmenter = Segmenter(folder, "cpu", engine="torch")
    prepared = [segmenter.prepare(sample.image, card.name) for sample in samples]
    return [one.tile(one.windows[0]) for one in prepared]


def _scores(card: ModelCard, folder: Path, samples: Sequence[Sample], engine: EngineName) -> dict[str, Any]:
    """The scores of every domain alone, averaged over the domains: the largest must not hide what the others lose."""
    table = measure(Segmenter(folder, "cpu", engine=engine), card.name, samples).table
    of = np.array([sample.domain for sample in samples])
    found = [pooled_scores(table[of == domain]) for domain in sorted(set(of))]
    return {name: round(sum(one[name] for one in found) / len(found), 4) for name in SCORES}


def quantize_model(card: ModelCard, folder: Path, samples: Sequence[Sample], loss_max: float = LOSS_MAX) -> bool:
    """Write the model's ranges into the folder of weights, and say whether they stay.

    They do where the network opened with them really computes in eight bits, and validation images show no loss. The ranges come from
    training images. Raises ImportError without OpenVINO, which computes the check.
    """
    import openvino  # noqa: F401 - without it the check would compare torch with torch

    domains = sorted({sample.domain for sample in samples})
    training = [choose([sample for sample in samples if sample.domain == domain], "train") for domain in domains]
    chosen = [sample for group in training for sample in islice(_evenly(group, CALIBRATION_IMAGES), CALIBRATION_IMAGES)]
    ranges = observe(load_net(card, folder, torch.device("cpu")), _tiles(card, folder, chosen))
    path = write_ranges(card, ranges, folder, {})
    kept = False
    try:
        checked = _checked(card, folder, choose(samples, "validation"))
        if checked is not None:
            kept = all(checked["int8"][name] >= checked["float32"][name] - loss_max for name in SCORES)
            write_ranges(card, ranges, folder, {"calibratedOn": f"{len(chosen)} training images", **checked})
    finally:
        if not kept:
            path.unlink()
    return kept


def _checked(card: ModelCard, folder: Path, validation: Sequence[Sample]) -> dict[str, Any] | None:
    """What the ranges in the folder cost on the validation images; None where they let nothing compute in eight bits."""
    if open_network(card, folder, torch.device("cpu"), "int8", 1).computes != "int8":
        logger.warning("%s can't compute in eight bits, so it gets no ranges", card.name)
        return None
    exact, rounded = (_scores(card, folder, validation, engine) for engine in ("torch", "int8"))
    logger.info("%s: float32 %s, int8 %s", card.name, exact, rounded)
    domains = sorted({sample.domain for sample in validation})
    return {"validationImages": len(validation), "meanOverDomains": domains, "float32": exact, "int8": rounded}


def main() -> None:
    """Entry point of `cellhub-quantize`."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parser = argparse.ArgumentParser(prog="cellhub-quantize", description="Make the ranges that let a model compute in eight bits.")
    parser.add_argument("model")
    parser.add_argument("--data", type=Path, default=data_root(), help="folder of domains")
    parser.add_argument("--weights", type=Path, default=WEIGHTS_DIR, help="folder of weights and cards")
    parser.add_argument("--simulated", type=int, default=MEASURED_IMAGES, help="images of each simulated domain")
    arguments = parser.parse_args()
    card = find_card(read_cards(arguments.weights), arguments.model)
    if card.architecture is None:
        raise SystemExit(f"{card.name} is no network: there is nothing to round.")
    try:
        samples = load(arguments.data, card.content["training"]["domains"], arguments.simulated)
    except (FileNotFoundError, ValueError) as error:
        raise SystemExit(f"cellhub-quantize: {error}") from error
    if not quantize_model(card, arguments.weights, samples, LOSS_MAX):
        reason = f"{card.name} can't compute in eight bits, or loses more than {LOSS_MAX} of AP by it"
        raise SystemExit(f"{reason}, so {ranges_file(Path(), card.name)} was not kept.")


if __name__ == "__main__":
    main()
