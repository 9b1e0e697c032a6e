"""Is the time left that a batch shows honest? How often does the real time lie in the range, and how far off is its middle?

Usage: python -m bench.eta [--url http://localhost:8000] [--images 200] [--model unet] [--batches 2]

The API is asked for the range four times a second over whole batches of simulated images of mixed sizes (256 to 1024 px), in an order
that nobody arranged. What is left for real is known afterwards, from the batch's own `finishedAt`. The range says that it holds nine
times in ten.
"""

import io
import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from PIL import Image

from bench.server import Account, machine, parser, wait_until
from cellhub_app.core.imaging.simulate import fluorescent_nuclei

SIDES = (256, 256, 384, 512, 512, 768, 1024)
ASK_EVERY_S = 0.25
DRAWN = 1536


@dataclass(frozen=True)
class Prediction:
    """What the API said at a moment (seconds since 1970)."""

    at: float
    low_s: float
    high_s: float


def pictures(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """PNG files: windows of mixed sizes out of one large simulated field, turned."""
    field, _ = fluorescent_nuclei(seed, DRAWN, DRAWN)
    choose = random.Random(seed)
    for number in range(count):
        side = choose.choice(SIDES)
        y, x = choose.randrange(DRAWN - side), choose.randrange(DRAWN - side)
        out = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(np.rot90(field[y : y + side, x : x + side], number))).save(out, "PNG")
        yield f"{number:04} {side}.png", out.getvalue()


def watched(account: Account, batch: str) -> tuple[list[Prediction], float, float]:
    """What was predicted over a batch, when it ended, and the seconds until the first prediction."""
    predictions: list[Prediction] = []
    began = time.time()
    while True:
        asked = time.time()
        view = account.get(f"/batches/{batch}")
        if view["finishedAt"]:
            break
        if view["eta"]:
            predictions.append(Prediction((asked + time.time()) / 2, view["eta"]["lowSeconds"], view["eta"]["highSeconds"]))
        time.sleep(max(0.0, ASK_EVERY_S - (time.time() - asked)))
    first = predictions[0].at - began if predictions else float("nan")
    return predictions, datetime.fromisoformat(view["finishedAt"]).timestamp(), first


def report(predictions: list[Prediction], ended: float, first_s: float) -> None:
    """One batch in two lines."""
    left = [ended - one.at for one in predictions]
    inside = [one.low_s - 0.5 <= real <= one.high_s + 0.5 for one, real in zip(predictions, left, strict=True)]
    errors = [abs((one.low_s + one.high_s) / 2 - real) / real for one, real in zip(predictions, left, strict=True) if real > 1]
    widths = [(one.high_s - one.low_s) / real for one, real in zip(predictions, left, strict=True) if real > 1]
    early = sum(real < one.low_s - 0.5 for one, real in zip(predictions, left, strict=True))
    share = f"{100 * statistics.fmean(inside):.0f} % inside the range"
    print(f"  {len(predictions)} predictions, the first after {first_s:.1f} s: {share}", end="")
    print(f" ({early} ended earlier, {len(inside) - sum(inside) - early} later)")
    print(f"  relative error of the middle: median {100 * statistics.median(errors):.0f} %; width of the range: median", end=" ")
    print(f"{100 * statistics.median(widths):.0f} % of what was left")


def main() -> None:
    """Run the batches, print how they were predicted."""
    options = parser(__doc__)
    options.add_argument("--images", type=int, default=200)
    options.add_argument("--model", default="unet")
    options.add_argument("--batches", type=int, default=2)
    given = options.parse_args()
    print(f"machine: {machine()}")
    with Account(given.url) as account:
        for number in range(given.batches):
            project = account.make_project(f"ETA benchmark {number + 1}")
            account.upload(project, pictures(given.images, number))
            wait_until(lambda: account.images(project), lambda rows: all(row["status"] == "ready" for row in rows), 900)  # noqa: B023
            batch = account.segment(project, given.model)
            predictions, ended, first_s = watched(account, batch)
            print(f"batch {number + 1}: {given.images} images of {min(SIDES)} to {max(SIDES)} px with {given.model}")
            report(predictions, ended, first_s)


if __name__ == "__main__":
    main()
