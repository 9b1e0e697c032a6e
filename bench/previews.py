"""How long after a threshold was moved are the outlines there? Over HTTP, on a simulated image of nuclei; the target is below one second.

The first preview of a model also reads the file and computes the network, whose maps are then kept; each further one is another threshold.

Usage: python -m bench.previews [--url http://localhost:8000] [--sides 512 1024 2048] [--thresholds 20]
"""

import io
import statistics
import time

from PIL import Image

from bench.server import Account, checked, machine, parser, percentile, wait_until
from cellhub_app.core.imaging.simulate import fluorescent_nuclei

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


def main() -> None:
    """Print a line a size and model."""
    command = parser(__doc__)
    command.add_argument("--sides", type=int, nargs="+", default=[512, 1024, 2048])
    command.add_argument("--thresholds", type=int, default=20)
    arguments = command.parse_args()
    print(f"machine: {machine()}")
    with Account(arguments.url) as account:
        project = account.make_project("Previews")
        for side in arguments.sides:
            [image] = account.upload(project, [(f"{side}.png", picture(side))])
            wait_until(lambda image=image: account.get(f"/images/{image['id']}"), lambda view: view["status"] == "ready", 120)  # type: ignore[misc]
            for model in account.get("/models", projectId=project):
                first = preview(account, image["id"], model["name"], LOWEST - STEP)
                later = [preview(account, image["id"], model["name"], LOWEST + k * STEP) for k in range(arguments.thresholds)]
                middle, slow = 1e3 * statistics.median(later), 1e3 * percentile(later, 0.95)
                print(f"{side} px, {model['name']}: first {first:.2f} s, another threshold {middle:.0f} ms, p95 {slow:.0f} ms")


if __name__ == "__main__":
    main()
