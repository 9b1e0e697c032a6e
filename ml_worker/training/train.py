"""A training run: a number of minutes or steps, with exact resume and its course in CSV files."""

import csv
import json
import logging
import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ml_worker.inference.cpu import has_bfloat16
from ml_worker.nets.registry import build
from ml_worker.training import checkpoint
from ml_worker.training.augment import Ranges
from ml_worker.training.batches import Batches, stream
from ml_worker.training.data import Sample, choose
from ml_worker.training.growing import start_from
from ml_worker.training.losses import map_losses
from ml_worker.training.validation import validation_scores

logger = logging.getLogger("cellhub.train")

CHANGEABLE = ("minutes", "steps", "workers", "save_minutes", "validate_minutes", "report_steps")  # these decide how far, not where to
OPTIONS = {"learning_rate": "rate", "shares": "domains"}  # where the command calls them otherwise
VALIDATION_REST = 15  # how many times longer than a validation took the next one waits, on a busy machine or a slow network


@dataclass(frozen=True)
class Plan:
    """Everything that decides the outcome of a run; either `minutes` or `steps` ends it.

    `shares` says how often crops come from each domain; `start` names the weights the network begins with ("" for noise),
    `simulated` is how many pictures of each simulated domain there are at a time.
    """

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
    report_steps: int = 100
    shares: dict[str, float] = field(default_factory=lambda: {"nuclei_fluo": 1.0})
    start: str = ""
    simulated: int = 0
    ranges: Ranges = field(default_factory=Ranges)


class OtherRun(ValueError):
    """The folder holds a run that was begun with other options."""


def _words(value: object) -> str:
    return " ".join(f"{name}:{share:g}" for name, share in value.items()) if isinstance(value, dict) else str(value) or "nothing"


def _differences(stored: Mapping[str, Any], plan: Mapping[str, Any]) -> list[str]:
    """What was asked of a run when it began and is asked otherwise now; what older runs did not write down is taken to be the same."""
    changed = [name for name in plan if name not in CHANGEABLE and stored.get(name, plan[name]) != plan[name]]
    return [
        "how crops are varied" if name == "ranges" else f"--{OPTIONS.get(name, name)} {_words(stored[name])}, now {_words(plan[name])}"
        for name in changed
    ]


class Trainer:
    """A run: the network, its running average, the optimizer and how far it is.

    Goes on from the folder's checkpoint. Raises OtherRun where that was begun with another plan.
    """

    def __init__(
        self, plan: Plan, samples: list[Sample], folder: Path, device: torch.device, start: Mapping[str, Tensor] | None = None
    ) -> None:
        self.plan, self.folder, self.device = plan, folder, device
        state = self._read()
        self.has_halves = device.type == "cuda" or (device.type == "cpu" and has_bfloat16())
        torch.manual_seed(plan.seed)
        net = build(plan.net)
        self.begun_anew = start_from(net, start) if start is not None else None
        self.net = net.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.ema = build(plan.net).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.ema.load_state_dict(self.net.state_dict())
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=plan.learning_rate, weight_decay=plan.weight_decay, fused=True)
        self.step, self.seconds = 0, 0.0
        self.running: dict[str, float] = {}
        self.validation = choose(samples, "validation")
        self.batches = Batches(
            choose(samples, "train"), seed=plan.seed, batch=plan.batch, size=plan.size, ranges=plan.ranges, shares=plan.shares
        )
        if state is not None:
            self._resume(state)

    def _read(self) -> dict[str, Any] | None:
        state = checkpoint.read(self.folder)
        if state is not None:
            changed = _differences(json.loads(state["plan"]), json.loads(json.dumps(asdict(self.plan))))
            if changed:
                begun = f"The run in {self.folder} was begun with other options ({'; '.join(changed)})"
                raise OtherRun(f"{begun}: give those again, or a new folder with --out.")
        return state

    def _resume(self, state: Mapping[str, Any]) -> None:
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

    def _learning_rate(self) -> float:
        plan = self.plan
        warm = plan.learning_rate * min(1, (self.step + 1) / plan.warmup_steps)
        return warm * 0.5 * (1 + math.cos(math.pi * min(1, self.progress))) + 1e-6

    def _train_step(self, images: Tensor, targets: Tensor) -> None:
        plan = self.plan
        for group in self.optimizer.param_groups:
            group["lr"] = self._learning_rate()
        images = images.to(self.device, non_blocking=True).contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.has_halves):
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

    def _write(self, name: str, row: Mapping[str, object]) -> None:
        path = self.folder / name
        self.folder.mkdir(parents=True, exist_ok=True)
        is_new = not path.exists()
        with path.open("a", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, list(row))
            if is_new:
                writer.writeheader()
            writer.writerow(row)

    def _report(self) -> None:
        row = {"step": self.step, "seconds": round(self.seconds), "learning_rate": f"{self._learning_rate():.2e}"}
        self._write("losses.csv", {**row, **{name: round(value, 5) for name, value in self.running.items()}})
        losses = " ".join(f"{name} {value:.3f}" for name, value in self.running.items())
        pace = 1000 * self.seconds / (self.step * self.plan.batch)
        logger.info("step %d, %.0f s, %.0f ms a crop: %s", self.step, self.seconds, pace, losses)

    def validate(self) -> None:
        """Score the averaged weights on the validation images of each domain, into the log and validation.csv."""
        self.ema.eval()
        for domain, scores in validation_scores(self.ema, self.validation, self.device).items():
            logger.info("validation %s %s", domain, scores)
            self._write("validation.csv", {"step": self.step, "seconds": round(self.seconds), "domain": domain, **scores})

    def run(self, stop_after_steps: int | None = None) -> None:
        """Train to the end of the budget, or for so many steps more."""
        self.net.train()
        batches = stream(self.batches, self.step, self.plan.workers)
        last = self.step + stop_after_steps if stop_after_steps is not None else None
        saved, due = self.seconds, self.seconds + 60 * self.plan.validate_minutes
        mark = time.monotonic()
        while self.progress < 1 and self.step != last:
            self._train_step(*next(batches))
            now = time.monotonic()
            self.seconds, mark = self.seconds + now - mark, now
            if self.step % self.plan.report_steps == 0:
                self._report()
            if self.seconds - saved > 60 * self.plan.save_minutes:
                self.save()
                saved = self.seconds
            if self.validation and self.seconds > due:
                self.validate()
                took, mark = time.monotonic() - now, time.monotonic()
                due = self.seconds + max(60 * self.plan.validate_minutes, VALIDATION_REST * took)
        self.save()
        if self.validation and self.progress >= 1:
            self.validate()
