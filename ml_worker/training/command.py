"""`cellhub-train`: train a network or the size network, pack the data into one file, or simulate some."""

import argparse
import logging
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import torch
from safetensors.torch import load_file
from torch import Tensor

from ml_worker.nets.registry import NETS, parameter_count
from ml_worker.training import checkpoint
from ml_worker.training.data import data_root, domains_in, pack
from ml_worker.training.simulated import DOMAINS as SIMULATED
from ml_worker.training.simulated import write_folder
from ml_worker.training.sizing import train_sizes
from ml_worker.training.sources import load
from ml_worker.training.train import Plan, Trainer

logger = logging.getLogger("cellhub.train")
RUNS = Path(".cellhub") / "training"
PACKED_MB = 40  # what an archive is meant to have at most, so that it goes to any machine
SHARES = {  # in this order, which is part of what a seed decides
    "nuclei_fluo": 4.0,
    "histology_color": 2.0,
    "cells_phase": 2.0,
    "spheroid_fluo_invasion": 1.0,
    "brightfield_sim": 2.0,
    "invasion_sim": 1.0,
}


def parse_shares(domains: Sequence[str]) -> dict[str, float]:
    """Domains such as "cells_phase:2" -> their shares of the crops; without a number 1. Raises ValueError for what is no share."""
    return {name: _share(name, share) for name, _, share in (one.partition(":") for one in domains)}


def _share(domain: str, given: str) -> float:
    try:
        share = float(given or 1)
    except ValueError:
        share = math.nan
    if not 0 < share < math.inf:
        raise ValueError(f"The share of {domain} has to be a number above 0, as in {domain}:2, not {given}.")
    return share


def shares_in(source: Path, *, simulated: bool) -> dict[str, float]:
    """The domains that a folder or an archive holds, and the simulated ones if wanted, with their usual shares; 1 for others.

    Raises FileNotFoundError where there are none.
    """
    own = {domain for domain in domains_in(source) if domain not in SIMULATED}
    if not own:
        raise FileNotFoundError(
            f"There are no training images in {source}: put images into {source}/NAME/images and their masks into {source}/NAME/masks, "
            "as PNG files with the same names."
        )
    wanted = own.union(SIMULATED if simulated else ())
    known = {domain: share for domain, share in SHARES.items() if domain in wanted}
    return {**known, **dict.fromkeys(sorted(wanted - set(SHARES)), 1.0)}


def _shares(arguments: argparse.Namespace, *, simulated: bool = True) -> dict[str, float]:
    given = arguments.domains
    return parse_shares(given) if given else shares_in(arguments.data, simulated=simulated)


def weights_to_start_from(path: Path) -> Mapping[str, Tensor]:
    """The averaged weights of a training run (a folder), or a safetensors file. Raises FileNotFoundError."""
    if not path.exists():
        raise FileNotFoundError(f"There are no weights {path} to start from.")
    if not path.is_dir():
        return {name: value.float() for name, value in load_file(path).items()}
    state = checkpoint.read(path)
    if state is None:
        raise FileNotFoundError(f"There is no training run in {path} to start from.")
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
        usual = "all in the data" + (", and simulated ones" if name != "pack" else "")
        command.add_argument("--domains", nargs="+", help=f"names, each with its share of the crops: cells_phase:2 (usually {usual})")
        holds = "folder of checkpoints (usually .cellhub/training/NET)" if name == "run" else "sizes: folder of weights; pack: the archive"
        command.add_argument("--out", type=Path, required=name != "run", help=holds)
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
        command.add_argument("--simulated", type=int, default=400, help="images of each simulated domain at a time")
        command.add_argument("--workers", type=int, default=1, help="processes that make crops")
    return parser


def _device(name: str) -> torch.device:
    """The device of that name; `auto` is a GPU where there is one. Raises ValueError for what isn't there."""
    has_gpu = torch.cuda.is_available()
    try:
        device = torch.device(name if name != "auto" else "cuda" if has_gpu else "cpu")
    except RuntimeError as error:
        raise ValueError(f"There is no device {name}: say auto, cpu or cuda.") from error
    if device.type == "cuda" and not has_gpu:
        raise ValueError("There is no GPU here that torch can use: say --device auto.")
    return device


def _train(arguments: argparse.Namespace) -> None:
    if not (arguments.minutes > 0 or arguments.steps > 0):
        raise ValueError("Say how long to train, as in --minutes 60 or --steps 1000.")
    shares = _shares(arguments)
    cv2.setNumThreads(1)
    out = arguments.out or RUNS / arguments.net
    plan = Plan(
        shares=shares,
        start=arguments.start.name if arguments.start else "",
        learning_rate=arguments.rate,
        **{name: getattr(arguments, name) for name in ("net", "seed", "batch", "minutes", "steps", "workers", "simulated")},
    )
    start = weights_to_start_from(arguments.start) if arguments.start else None
    trainer = Trainer(plan, load(arguments.data, list(shares), arguments.simulated), out, _device(arguments.device), start)
    logger.info("%s, %d parameters, %d training images", plan, parameter_count(trainer.net), trainer.batches.count)
    if trainer.begun_anew:
        logger.info("%d tensors begin anew", len(trainer.begun_anew))
    trainer.run(arguments.slice_steps)


def _train_sizes(arguments: argparse.Namespace) -> None:
    cv2.setNumThreads(1)
    shares = _shares(arguments)
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


def _pack(arguments: argparse.Namespace) -> None:
    size = pack(load(arguments.data, list(_shares(arguments, simulated=False))), arguments.out)
    logger.info("%d bytes in %s", size, arguments.out)
    if size > PACKED_MB * 1_000_000:
        logger.warning("%s has %.1f MB, which is more than %d MB: name fewer domains with --domains.", arguments.out, size / 1e6, PACKED_MB)


def _simulate(arguments: argparse.Namespace) -> None:
    paths = write_folder(arguments.out, arguments.domain, count=arguments.count, seed=arguments.seed, size=arguments.size)
    logger.info("%d images in %s", len(paths), arguments.out / arguments.domain)


COMMANDS = {"run": _train, "pack": _pack, "simulate": _simulate, "sizes": _train_sizes}


def main() -> None:
    """Entry point of `cellhub-train`; what is wrong with the words or the data is said in one sentence."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    given, parser = sys.argv[1:], _arguments()
    arguments = parser.parse_args(given if given and given[0] in (*COMMANDS, "-h", "--help") else ["run", *given])
    try:
        COMMANDS[arguments.command](arguments)
    except (FileNotFoundError, ValueError) as error:
        parser.exit(2, f"cellhub-train: {error}\n")


if __name__ == "__main__":
    main()
