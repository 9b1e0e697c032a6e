"""How long after a threshold was moved are the outlines there? Over HTTP, on a simulated image of nuclei; the target is below one second.

The first preview of a model also reads the file and computes the network, whose maps are then kept; each further one is another threshold.

Usage: python -m bench.previews [--url http://localhost:8000] [--sides 512 1024 2048] [--thresholds 20] [--write]
"""

import io
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from bench.records import verdict, write_row
from bench.server import Account, checked, machine, parser, percentile, wait_until
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei

TARGET_S = 1.0
LOWEST, STEP = 0.2, 0.03


def picture(side: int) -> bytes:
    """A PNG file of nuclei, (side, side) uint8."""
    out = io.BytesIO()
    Image.fromarray(fluorescent_nuclei(5, side, side)[0]).save(out, "PNG")
    return out.getvalue()


def preview(account: Account, image: str, model: str, threshold: float) -> float:
    """Seconds until the outlines are here."""
    query = {"model": model, "threshold": round(threshold, 3), "format": "binary"}
    began = time.perf_counter()
    checked(account.http.get(f"/images/{image}/preview", params=query))
    return time.perf_counter() - began


@dataclass(frozen=True)
class Waited:
    """Seconds for the outlines of one model on one image: the first time, and for each other threshold."""

    side: int
    model: str
    first: float
    later: list[float]

    @property
    def slow(self) -> float:
        """What 95 % of the thresholds don't exceed."""
        return percentile(self.later, 0.95)

    def line(self) -> str:
        """One line for people."""
        middle = 1e3 * statistics.median(self.later)
        return f"{self.side} px, {self.model}: first {self.first:.2f} s, another threshold {middle:.0f} ms, p95 {1e3 * self.slow:.0f} ms"


def answer(waits: Sequence[Waited]) -> str:
    """The slowest model and size, beside how long the first previews took."""
    slowest = max(waits, key=lambda one: one.slow)
    firsts = sorted(one.first for one in waits)
    return (
        f"p95 {1e3 * slowest.slow:.0f} ms for the slowest, {slowest.model} at {slowest.side} px; "
        f"the first preview, with the network, {firsts[0]:.1f} to {firsts[-1]:.1f} s"
    )


def measured(account: Account, sides: Sequence[int], thresholds: int) -> list[Waited]:
    """Ask for every model on an image of every size; prints a line for each."""
    waits = []
    project = account.make_project("Previews")
    for side in sides:
        [image] = account.upload(project, [(f"{side}.png", picture(side))])
        wait_until(lambda image=image: account.get(f"/images/{image['id']}"), lambda view: view["status"] == "ready", 120)  # type: ignore[misc]
        for model in account.get("/models", projectId=project):
            first = preview(account, image["id"], model["name"], LOWEST - STEP)
            later = [preview(account, image["id"], model["name"], LOWEST + k * STEP) for k in range(thresholds)]
            waits.append(Waited(side, model["name"], first, later))
            print(waits[-1].line(), flush=True)
    return waits


def main() -> None:
    """Print a line a size and model, and the verdict."""
    command = parser(__doc__)
    command.add_argument("--sides", type=int, nargs="+", default=[512, 1024, 2048])
    command.add_argument("--thresholds", type=int, default=20)
    command.add_argument("--write", action="store_true", help="put the row into the README's table of speed")
    arguments = command.parse_args()
    print(f"machine: {machine()}")
    with Account(arguments.url) as account:
        waits = measured(account, arguments.sides, arguments.thresholds)
    said = answer(waits)
    worst = max(one.slow for one in waits)
    print(f"{said}: {verdict(worst, TARGET_S)}, wanted below {TARGET_S:.0f} s")
    if arguments.write:
        sizes = f"{min(arguments.sides)} to {max(arguments.sides)} px, every model"
        write_row("previews", f"A threshold is moved: how soon are its outlines there? (`previews`, {sizes})", said, f"{TARGET_S:.0f} s")


if __name__ == "__main__":
    main()
