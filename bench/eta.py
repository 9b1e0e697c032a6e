"""Is the time left that a batch shows honest? How often does the real time lie in the range, and how far off is its middle?

Usage: python -m bench.eta [--url http://localhost:8000] [--images 160] [--model unet]

The API is asked for the range four times a second over whole batches of simulated images of mixed sizes (256 to 1024 px), in an order
that nobody arranged: the first batch of a server that has measured nothing yet, a later one, and a batch into which a second person
starts theirs. What is left for real is known afterwards, from the batch's own `finishedAt`. The range says that it holds nine
times in ten; what a second person will start can't be known, so what was said before that is shown apart.
"""

import io
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from PIL import Image

from bench.server import Account, machine, parser, wait_until
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei

SIDES = (256, 256, 384, 512, 512, 768, 1024)
ASK_EVERY_S = 0.25
DRAWN = 1536
ROUNDING_S = 0.5
TELLS_FROM_S = 1.0


@dataclass(frozen=True)
class Prediction:
    """What the API said at a moment (seconds since 1970)."""

    at: float
    low_s: float
    high_s: float


@dataclass
class Watched:
    """A batch and what was predicted over it."""

    account: Account
    batch: str
    began: float = field(default_factory=time.time)
    predictions: list[Prediction] = field(default_factory=list)
    ended: float | None = None

    def ask(self) -> None:
        """What does the API say now?"""
        asked = time.time()
        view = self.account.get(f"/batches/{self.batch}")
        if view["finishedAt"]:
            self.ended = datetime.fromisoformat(view["finishedAt"]).timestamp()
        elif view["eta"]:
            self.predictions.append(Prediction((asked + time.time()) / 2, view["eta"]["lowSeconds"], view["eta"]["highSeconds"]))


def pictures(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """PNG files: windows of mixed sizes out of one large simulated field, turned."""
    scene, _ = fluorescent_nuclei(seed, DRAWN, DRAWN)
    choose = random.Random(seed)
    for number in range(count):
        side = choose.choice(SIDES)
        y, x = choose.randrange(DRAWN - side), choose.randrange(DRAWN - side)
        out = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(np.rot90(scene[y : y + side, x : x + side], number))).save(out, "PNG")
        yield f"{number:04} {side}.png", out.getvalue()


def watch(batches: list[Watched], until_done: float = 1.0) -> None:
    """Ask about the batches until all are finished, or the first of them is through with a share of its images."""
    while any(one.ended is None for one in batches):
        asked = time.time()
        for one in batches:
            if one.ended is None:
                one.ask()
        if until_done < 1 and _share_done(batches[0]) >= until_done:
            return
        time.sleep(max(0.0, ASK_EVERY_S - (time.time() - asked)))


def _share_done(one: Watched) -> float:
    counts = one.account.get(f"/batches/{one.batch}")["counts"]
    return float(counts["succeeded"] / max(1, sum(counts.values())))


Left = list[tuple[Prediction, float]]


def left_for_real(predictions: Sequence[Prediction], ended: float | None) -> Left:
    """Each prediction with the seconds that were left."""
    assert ended is not None
    return [(one, ended - one.at) for one in predictions]


def report(name: str, left: Left) -> Left:
    """One line of the table; answers what it is about."""
    early = sum(real < one.low_s - ROUNDING_S for one, real in left)
    late = sum(real > one.high_s + ROUNDING_S for one, real in left)
    telling = [(one, real) for one, real in left if real > TELLS_FROM_S]
    errors = [abs((one.low_s + one.high_s) / 2 - real) / real for one, real in telling]
    widths = [(one.high_s - one.low_s) / real for one, real in telling]
    inside = 100 * (len(left) - early - late) / len(left)
    error, width = 100 * statistics.median(errors), 100 * statistics.median(widths)
    print(f"| {name:44} | {len(left):5} | {inside:5.0f} % | {early:7} | {late:5} | {error:5.0f} % | {width:5.0f} % |", flush=True)
    return left


def filled(account: Account, name: str, count: int, seed: int) -> str:
    """A project with so many images that were read."""
    project = account.make_project(name)
    account.upload(project, pictures(count, seed))
    wait_until(lambda: account.images(project), lambda rows: all(row["status"] == "ready" for row in rows), 900)
    return project


def main() -> None:
    """Run the batches, print how they were predicted."""
    options = parser(__doc__)
    options.add_argument("--images", type=int, default=160)
    options.add_argument("--model", default="unet")
    given = options.parse_args()
    print(f"machine: {machine()}")
    with Account(given.url) as ada, Account(given.url) as bob:
        ours, theirs = filled(ada, "ETA benchmark", given.images, 0), filled(bob, "ETA benchmark, another's", given.images // 2, 1)
        print(f"{given.images} images of {min(SIDES)} to {max(SIDES)} px with {given.model}; width and error are shares of what is left")
        print(f"| {'':44} | asked | inside  | earlier | later | error   | width   |")
        print(f"|{'-' * 46}|-------|---------|---------|-------|---------|---------|")
        every: Left = []
        for name in ("the first batch", "a later batch"):
            alone = Watched(ada, ada.segment(ours, given.model))
            watch([alone])
            every += report(name, left_for_real(alone.predictions, alone.ended))
        first = Watched(ada, ada.segment(ours, given.model))
        watch([first], until_done=1 / 4)
        second = Watched(bob, bob.segment(theirs, given.model))
        watch([first, second])
        told = left_for_real(first.predictions, first.ended)
        report("before a second person starts (not known)", [one for one in told if one[0].at < second.began])
        every += report("the same batch from then on", [one for one in told if one[0].at >= second.began])
        every += report("the second person's batch", left_for_real(second.predictions, second.ended))
        report("all that could be known", every)


if __name__ == "__main__":
    main()
