"""A worker that serves a line as the real one does: turns of users, claims of two seconds of work, images of mixed sizes that are
committed a few at a time, on a machine whose pace wanders. The whole past and future are known, so that forecasts can be judged."""

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import exp
from uuid import UUID

from cellhub_app.domain.jobs.forecast import Finish
from cellhub_app.domain.jobs.line import InHand, Stretch, size

START = datetime(2026, 1, 1, tzinfo=UTC)
SIDES = (256, 256, 384, 512, 512, 768, 1024)
CLAIM_S, COMMIT_S, SAVE_S = 2.0, 0.25, 0.1
MODEL = "unet"


@dataclass
class Job:
    """One image; the times are seconds since the start."""

    megapixels: float
    claimed: float | None = None
    finished: float = float("inf")


@dataclass
class Batch:
    """Who starts how many images when."""

    user: int
    begins: float
    jobs: list[Job] = field(default_factory=list)

    @property
    def id(self) -> UUID:
        """One batch a user."""
        return UUID(int=100 + self.user)

    @property
    def ends(self) -> float:
        """When its last image is through."""
        return max(job.finished for job in self.jobs)

    def waiting(self, moment: float) -> list[Job]:
        """What stands in line at a moment."""
        return [job for job in self.jobs if job.claimed is None or job.claimed > moment]


@dataclass(frozen=True)
class Machine:
    """Seconds for an effective megapixel, how much images differ in cost, and how far the pace wanders."""

    pace: float
    noise: float
    wander: float


def batch(chance: random.Random, user: int, images: int, begins: float = 0.0) -> Batch:
    """Images of mixed sizes."""
    return Batch(user, begins, [Job((chance.choice(SIDES) / 1000) ** 2) for _ in range(images)])


def serve(chance: random.Random, machine: Machine, batches: list[Batch], start_s: float = 1.0) -> None:
    """Work until nothing waits; `start_s` is the time until the first image."""
    lines = {one.user: deque(one.jobs) for one in batches}
    turns = dict.fromkeys(lines, 0)
    held: deque[Job] = deque()
    done: list[tuple[Job, float]] = []
    now, level = start_s, 0.0
    while held or any(lines.values()):
        _claim(machine, batches, lines, turns, held, now)
        if not held:
            now = min(one.begins for one in batches if lines[one.user])
            continue
        job = held.popleft()
        level = 0.98 * level + chance.gauss(0, 0.2 * machine.wander)
        now += machine.pace * size(1, job.megapixels) * exp(level + chance.gauss(0, machine.noise))
        done.append((job, now))
        if now - done[0][1] > COMMIT_S or not (held or any(lines.values())):
            for place, (each, _) in enumerate(done):
                each.finished = now + SAVE_S + 1e-4 * place
            done = []


def _claim(
    machine: Machine, batches: list[Batch], lines: dict[int, deque[Job]], turns: dict[int, int], held: deque[Job], now: float
) -> None:
    load = machine.pace * sum(job.megapixels for job in held)
    while load < CLAIM_S and (ready := [one for one in batches if lines[one.user] and one.begins <= now]):
        user = min(ready, key=lambda one: turns[one.user]).user
        turns[user] = max(turns.values()) + 1
        job = lines[user].popleft()
        job.claimed = now
        held.append(job)
        load += machine.pace * job.megapixels


def seen(batches: list[Batch], moment: float) -> tuple[list[Stretch], list[InHand], list[Finish]]:
    """What the database says at a moment."""
    stretches, in_hand, finishes = [], [], []
    for one in (each for each in batches if each.begins <= moment):
        queued = one.waiting(moment)
        stretches.append(Stretch(UUID(int=one.user), one.id, MODEL, len(queued), sum(job.megapixels for job in queued)))
        for job, claimed in _begun(one, moment):
            if job.finished > moment:
                in_hand.append(InHand(one.id, MODEL, claimed, job.megapixels))
            else:
                finishes.append(Finish(MODEL, claimed, at(job.finished), job.megapixels))
    return stretches, in_hand, sorted(finishes, key=lambda one: one.finished_at)


def _begun(one: Batch, moment: float) -> Iterator[tuple[Job, datetime]]:
    for job in one.jobs:
        if job.claimed is not None and job.claimed <= moment:
            yield job, at(job.claimed)


def at(moment: float) -> datetime:
    """The moment as a date."""
    return START + timedelta(seconds=moment)
