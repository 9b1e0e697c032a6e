"""How soon are uploads answered? 1 MB files, four at a time, to a running server, over HTTP; the target is a p95 below 200 ms.

Usage: python -m bench.upload [--url http://localhost:8000] [--files 120] [--at-once 4]
"""

import io
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
from PIL import Image

from bench.server import API, Account, checked, machine, parser, percentile

SIDE = 1020
WARM_UP = 8


def noise(seed: int) -> bytes:
    """A PNG of about 1 MB that does not compress: (1020, 1020) uint8 noise."""
    pixels = np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "png", compress_level=1)
    return out.getvalue()


def timed_upload(account: Account, client: httpx.Client, project: str, seed: int, content: bytes) -> float:
    """Seconds until one file is answered."""
    started = time.perf_counter()
    answer = checked(client.post(f"/projects/{project}/images", files=[("files", (f"noise {seed}.png", content))])).json()
    seconds = time.perf_counter() - started
    if len(answer["accepted"]) != 1:
        raise RuntimeError(f"refused for {account.email}: {answer['refused']}")
    return seconds


def main() -> None:
    """Upload, print the percentiles."""
    options = parser(__doc__)
    options.add_argument("--files", type=int, default=120)
    options.add_argument("--at-once", type=int, default=4)
    given = options.parse_args()
    contents = [noise(seed) for seed in range(given.files + WARM_UP)]
    with Account(given.url) as account, httpx.Client(base_url=account.url + API, headers=account.http.headers, timeout=60) as client:
        project = account.make_project("Upload benchmark", "other")
        with ThreadPoolExecutor(given.at_once) as pool:
            started = time.perf_counter()
            seconds = list(pool.map(lambda item: timed_upload(account, client, project, *item), enumerate(contents)))
            rate = len(contents) / (time.perf_counter() - started)
    kept = [1000 * value for value in seconds[WARM_UP:]]
    print(f"machine: {machine()}")
    print(f"{given.files} files of {len(contents[0]) / 1e6:.2f} MB, {given.at_once} at a time, {rate:.1f} a second, read meanwhile")
    print(f"upload answered: median {percentile(kept, 0.5):.0f} ms, p95 {percentile(kept, 0.95):.0f} ms, max {max(kept):.0f} ms")


if __name__ == "__main__":
    main()
