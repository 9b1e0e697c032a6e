"""`cellhub-train`: train a network or the size network, pack the data into one file, or simulate some."""

import argparse
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import torch
from safetensors.torch import load_file
from torch import Tensor

from ml_worker.nets.registry import NETS, parameter_count
from ml_worker.training import checkpoint
from ml_worker.training.data import data_root, pack
from ml_worker.training.simulator.simulate import DOMAINS as SIMULATED
from ml_worker.training.simulator.simulate import write_folder
from ml_worker.training.sizing import train_sizes
from ml_worker.training.sources import load
from ml_worker.training.train import Plan, Trainer

logger = logging.getLogger("cellhub.train")
COMMANDS = ("run", "pack", "simulate", "sizes")
REAL_DOMAINS = ["nuclei_fluo:4", "histology_color:2", "cells_phase:2", "spheroid_fluo_invasion:1"]
SIMULATED_DOMAINS = ["brightfield_sim:2", "invasion_sim:1"]


def parse_shares(domains: Sequence[str]) -> dict[str, float]:
    """Domains such as "cells_phase:2" -> their shares of the crops; without a number 1. Raises ValueError for what is no number."""
    pairs = [name.partition(":") for name in domains]
    return {name: float(share) if share else 1.0 for name, _, share in pairs}


def weights_to_start_from(path: Path) -> Mapping[str, Tensor]:
    """The averaged weights of a training run (a folder), or a safetensors file. Raises FileNotFoundError."""
    if not path.is_dir():
        return {name: value.float() for name, value in load_file(path).items()}
    state = checkpoint.read(path)
    if state is None:
        raise FileNotFoundError(f"no checkpoint in {path}")
    return checkpoint.shipped_weights(state)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cellhub-train", description="Train a segmentation network; `run` may be left out.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, says in (
        ("run", "train, going on from the last checkpoint"),
        ("pack", "write the training and validation images as one archive"),
        ("sizes", "train the size network on a trained U-Net's encoder"),
    ):
        command = commands.add_parser(name, help=says)
        command.add_argument("--data", type=Path, default=data_root(), help="folder of domains, or a packed archive")
        domains = REAL_DOMAINS + (SIMULATED_DOMAINS if name != "pack" else [])
        command.add_argument("--domains", nargs="+", default=domains, help="names, each with its share of the crops: cells_phase:2")
        command.add_argument(
            "--out", type=Path, required=True, help="run: folder of checkpoints; sizes: folder of weights; pack: the archive"
        )
    made = commands.add_parser("simulate", help="write simulated images and their labels as a folder of a domain")
    made.add_argument("--domain", choices=SIMULATED, required=True)
    made.add_argument("--count", type=int, default=100)
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--size", type=int, default=512, help="side in px")
    made.add_argument("--out", type=Path, required=True)
    run = commands.choices["run"]
    run.add_argument("--net", default="unet", choices=sorted(NETS))
    run.add_argument("--batch", type=int, default=8)
    run.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    run.add_argument("--minutes", type=float, default=0.0)
    run.add_argument("--steps", type=int, default=0)
    run.add_argument("--slice-steps", type=int, help="stop after so many steps; the next call goes on")
    run.add_argument("--device", default="auto")
    sizes = commands.choices["sizes"]
    sizes.add_argument("--crops", type=int, default=8000)
    for command, is_needed in ((run, False), (sizes, True)):
        started = "begin with these weights: a folder of another run, or a safetensors file"
        command.add_argument("--start", type=Path, required=is_needed, help=started)
        command.add_argument("--seed", type=int, default=0)
        command.add_argument("--simulated", type=int, default=400, help="images of each simulated domain")
        command.add_argument("--workers", type=int, default=1, help="processes that make crops")
    return parser


def _train(arguments: argparse.Namespace) -> None:
    shares = parse_shares(arguments.domains)
    cv2.setNumThreads(1)
    device = arguments.device if arguments.device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
    plan = Plan(
        shares=shares,
        start=arguments.start.name if arguments.start else "",
        learning_rate=arguments.rate,
        **{name: getattr(arguments, name) for name in ("net", "seed", "batch", "minutes", "steps", "workers")},
    )
    start = weights_to_start_from(arguments.start) if arguments.start else None
    trainer = Trainer(plan, load(arguments.data, list(shares), arguments.simulated), arguments.out, torch.device(device), start)
    logger.info("%s, %d parameters, %d training images", plan, parameter_count(trainer.net), len(trainer.batches.samples))
    if trainer.begun_anew:
        logger.info("%d tensors begin anew", len(trainer.begun_anew))
    trainer.run(arguments.slice_steps)


def _train_sizes(arguments: argparse.Namespace) -> None:
    cv2.setNumThreads(1)
    shares = parse_shares(arguments.domains)
    plan = {
        "shares": shares,
        "startedFrom": arguments.start.name,
        **{name: getattr(arguments, name) for name in ("seed", "crops", "workers")},
    }
    samples = load(arguments.data, list(shares), arguments.simulated)
    card = train_sizes(weights_to_start_from(arguments.start), samples, arguments.out, plan=plan)
    for part in ("validation", "heldOut"):
        for domain, found in card[part].items():
            logger.info("%s %s %s", part, domain, found)


def main() -> None:
    """Entry point of `cellhub-train`."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    given = sys.argv[1:]
    arguments = _arguments().parse_args(given if given and given[0] in (*COMMANDS, "-h", "--help") else ["run", *given])
    if arguments.command == "pack":
        logger.info("%d bytes in %s", pack(load(arguments.data, list(parse_shares(arguments.domains))), arguments.out), arguments.out)
    elif arguments.command == "simulate":
        paths = write_folder(arguments.out, arguments.domain, count=arguments.count, seed=arguments.seed, size=arguments.size)
        logger.info("%d images in %s", len(paths), arguments.out / arguments.domain)
    elif arguments.command == "sizes":
        _train_sizes(arguments)
    else:
        _train(arguments)


if __name__ == "__main__":
    main()
