"""`cellhub-quantize`: ranges that let a model compute in eight bits, shipped only when validation shows that they cost no accuracy."""

import argparse
import logging
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from ml_worker.inference.catalog import WEIGHTS_DIR, ModelCard, find_card, read_cards
from ml_worker.inference.engine import EngineName
from ml_worker.inference.forward import Image
from ml_worker.inference.quantized import observe, ranges_file, write_ranges
from ml_worker.inference.segmenter import Segmenter
from ml_worker.inference.weights import load_net
from ml_worker.training.data import Sample, choose, data_root, load_folder
from ml_worker.training.scoring import measure, summary

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
    found = summary(measure(Segmenter(folder, "cpu", engine=engine), card.name, samples))
    return {name: found[name] for name in SCORES}


def quantize_model(card: ModelCard, folder: Path, samples: Sequence[Sample], loss_max: float = LOSS_MAX) -> bool:
    """Write the model's ranges into the folder of weights, and say whether validation lets them stay.

    Ranges come from training images, the decision from validation images. Raises ImportError without OpenVINO, which computes the check.
    """
    import openvino  # noqa: F401 - without it the check would compare torch with torch

    domains = sorted({sample.domain for sample in samples})
    training = [choose([sample for sample in samples if sample.domain == domain], "train") for domain in domains]
    chosen = [sample for group in training for sample in islice(_evenly(group, CALIBRATION_IMAGES), CALIBRATION_IMAGES)]
    ranges = observe(load_net(card, folder, torch.device("cpu")), _tiles(card, folder, chosen))
    write_ranges(card, ranges, folder, {})
    validation = choose(samples, "validation")
    exact, rounded = (_scores(card, folder, validation, engine) for engine in ("torch", "int8"))
    about = {"calibratedOn": f"{len(chosen)} training images", "validationImages": len(validation), "float32": exact, "int8": rounded}
    path = write_ranges(card, ranges, folder, about)
    logger.info("%s: float32 %s, int8 %s", card.name, exact, rounded)
    if all(rounded[name] >= exact[name] - loss_max for name in SCORES):
        return True
    path.unlink()
    return False


def main() -> None:
    """Entry point of `cellhub-quantize`."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parser = argparse.ArgumentParser(prog="cellhub-quantize", description="Make the ranges that let a model compute in eight bits.")
    parser.add_argument("model")
    parser.add_argument("--data", type=Path, default=data_root(), help="folder of domains")
    parser.add_argument("--weights", type=Path, default=WEIGHTS_DIR, help="folder of weights and cards")
    arguments = parser.parse_args()
    card = find_card(read_cards(arguments.weights), arguments.model)
    if card.architecture is None:
        raise SystemExit(f"{card.name} is no network: there is nothing to round.")
    samples = load_folder(arguments.data, card.content["training"]["domains"])
    if not quantize_model(card, arguments.weights, samples):
        raise SystemExit(f"{card.name} loses more than {LOSS_MAX} of AP in eight bits, so {ranges_file(Path(), card.name)} was not kept.")


if __name__ == "__main__":
    main()
