"""`cellhub-train`: train one network for a number of minutes or steps, with exact resume; or pack the data."""

import argparse
import json
import logging
import math
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import cv2
import torch
from torch import Tensor, nn

from cellhub_app.core.metrics.matching import count_matches, pooled
from ml_worker.inference.forward import maps_of, pad
from ml_worker.inference.postprocess import Settings, label_maps
from ml_worker.inference.preprocess import to_network
from ml_worker.nets.registry import MULTIPLE, build, parameter_count
from ml_worker.training import checkpoint
from ml_worker.training.augment import Ranges
from ml_worker.training.data import Batches, Sample, choose, data_root, load, pack, stream
from ml_worker.training.losses import map_losses

logger = logging.getLogger("cellhub.train")


@dataclass(frozen=True)
class Plan:
    """Everything that decides the outcome of a run; either `minutes` or `steps` ends it."""

    net: str = "unet"
    seed: int = 0
    batch: int = 8
    size: int = 256
    learning_rate: float = 2e-3
    weight_decay: float = 1e-4
    warmup_steps: int = 100
    ema: float = 0.998
    clip: float = 5.0
    minutes: float = 0.0
    steps: int = 0
    workers: int = 1
    save_minutes: float = 3.0
    validate_minutes: float = 6.0
    domains: tuple[str, ...] = ("nuclei_fluo",)
    ranges: Ranges = field(default_factory=Ranges)


def validation_scores(net: nn.Module, samples: list[Sample], device: torch.device) -> dict[str, float]:
    """Pooled AP@0.5 and AP@0.75 with the default post-processing."""
    net.eval()
    counts = []
    for sample in samples:
        height, width = sample.labels.shape
        maps = maps_of(net, [pad(to_network(sample.image), MULTIPLE)], device)[0]
        counts.append(count_matches(sample.labels, label_maps(maps[:, :height, :width], Settings()), (0.5, 0.75)))
    at_50, at_75 = (pooled(column) for column in zip(*counts, strict=True))
    return {"ap50": round(at_50.average_precision, 4), "ap75": round(at_75.average_precision, 4), "f1": round(at_50.f1, 4)}


class Trainer:
    """A run: the network, its running average, the optimizer and how far it is."""

    def __init__(self, plan: Plan, samples: list[Sample], folder: Path, device: torch.device) -> None:
        self.plan, self.folder, self.device = plan, folder, device
        torch.manual_seed(plan.seed)
        self.net = build(plan.net).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.ema = build(plan.net).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.ema.load_state_dict(self.net.state_dict())
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=plan.learning_rate, weight_decay=plan.weight_decay, fused=True)
        self.step, self.seconds = 0, 0.0
        self.running: dict[str, float] = {}
        self.validation = choose(samples, "validation")
        self.batches = Batches(choose(samples, "train"), seed=plan.seed, batch=plan.batch, size=plan.size, ranges=plan.ranges)
        self._resume()

    def _resume(self) -> None:
        state = checkpoint.read(self.folder)
        if state is None:
            return
        self.net.load_state_dict(state["net"])
        self.ema.load_state_dict(state["ema"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds, self.running = state["step"], state["seconds"], state["running"]
        logger.info("resumed at step %d after %.0f s", self.step, self.seconds)

    def save(self) -> None:
        """Write the checkpoint."""
        state = {
            "net": self.net.state_dict(),
            "ema": self.ema.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "running": self.running,
            "plan": json.dumps(asdict(self.plan)),
        }
        checkpoint.save(self.folder, state)

    @property
    def progress(self) -> float:
        """Share of the budget that is used, 0..1."""
        plan = self.plan
        return self.seconds / (60 * plan.minutes) if plan.minutes else self.step / max(1, plan.steps)

    def _train_step(self, images: Tensor, targets: Tensor) -> None:
        plan = self.plan
        rate = plan.learning_rate * min(1, (self.step + 1) / plan.warmup_steps)
        rate *= 0.5 * (1 + math.cos(math.pi * min(1, self.progress)))
        for group in self.optimizer.param_groups:
            group["lr"] = rate + 1e-6
        images = images.to(self.device, non_blocking=True).contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            logits = self.net(images)
        terms = map_losses(logits, targets.to(self.device, non_blocking=True))
        self.optimizer.zero_grad(set_to_none=True)
        torch.stack(list(terms.values())).sum().backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.net.parameters(), plan.clip)
        self.optimizer.step()
        self.step += 1
        checkpoint.average(self.ema, self.net, min(plan.ema, self.step / (self.step + 20)))
        if self.step % 10 == 1:
            for name, term in terms.items():
                value = float(term.detach())
                self.running[name] = 0.9 * self.running.get(name, value) + 0.1 * value

    def _report(self) -> None:
        losses = " ".join(f"{name} {value:.3f}" for name, value in self.running.items())
        pace = 1000 * self.seconds / (self.step * self.plan.batch)
        logger.info("step %d, %.0f s, %.0f ms a crop: %s", self.step, self.seconds, pace, losses)

    def validate(self) -> None:
        """Score the averaged weights on the validation images, into the log and log.jsonl."""
        scores = {"step": self.step, "seconds": round(self.seconds), **validation_scores(self.ema, self.validation, self.device)}
        logger.info("validation %s", scores)
        with (self.folder / "log.jsonl").open("a") as log:
            log.write(json.dumps(scores) + "\n")

    def run(self, stop_after_steps: int | None = None) -> None:
        """Train to the end of the budget, or for so many steps more."""
        self.net.train()
        batches = stream(self.batches, self.step, self.plan.workers)
        last = self.step + stop_after_steps if stop_after_steps is not None else None
        saved = validated = self.seconds
        mark = time.monotonic()
        while self.progress < 1 and self.step != last:
            self._train_step(*next(batches))
            now = time.monotonic()
            self.seconds, mark = self.seconds + now - mark, now
            if self.step % 100 == 0:
                self._report()
            if self.seconds - saved > 60 * self.plan.save_minutes:
                self.save()
                saved = self.seconds
            if self.validation and self.seconds - validated > 60 * self.plan.validate_minutes:
                self.validate()
                validated = self.seconds
        self.save()
        if self.validation and self.progress >= 1:
            self.validate()


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cellhub-train", description="Train a segmentation network, or pack the training data.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, says in (
        ("run", "train, going on from the last checkpoint"),
        ("pack", "write the training and validation images as one archive"),
    ):
        command = commands.add_parser(name, help=says)
        command.add_argument("--data", type=Path, default=data_root(), help="folder of domains, or a packed archive")
        command.add_argument("--domains", nargs="+", default=["nuclei_fluo"])
        command.add_argument("--out", type=Path, required=True, help="run: folder of checkpoints; pack: the archive")
    run = commands.choices["run"]
    run.add_argument("--net", default="unet")
    run.add_argument("--seed", type=int, default=0)
    run.add_argument("--batch", type=int, default=8)
    run.add_argument("--minutes", type=float, default=0.0)
    run.add_argument("--steps", type=int, default=0)
    run.add_argument("--workers", type=int, default=1)
    run.add_argument("--device", default="auto")
    return parser


def main() -> None:
    """Entry point of `cellhub-train`."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    arguments = _arguments().parse_args()
    samples = load(arguments.data, arguments.domains)
    if arguments.command == "pack":
        logger.info("%d bytes in %s", pack(samples, arguments.out), arguments.out)
        return
    cv2.setNumThreads(1)
    name = arguments.device if arguments.device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
    names = ("net", "seed", "batch", "minutes", "steps", "workers")
    plan = Plan(domains=tuple(arguments.domains), **{name: getattr(arguments, name) for name in names})
    trainer = Trainer(plan, samples, arguments.out, torch.device(name))
    logger.info("%s, %d parameters, %d training images", plan, parameter_count(trainer.net), len(trainer.batches.images))
    trainer.run()


if __name__ == "__main__":
    main()
