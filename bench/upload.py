"""How soon are uploads answered? 1 MB files, four at a time, to a running server, over HTTP; the target is a p95 below 200 ms.

The files are 16-bit TIFF images of simulated nuclei, each a little different; the server reads them meanwhile. Bodies are put together
before the clock starts, because the client runs on the same machine.

Usage: python -m bench.upload [--url http://localhost:8000] [--files 120] [--at-once 4]
"""

import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

import httpx
import numpy as np
import tifffile

from bench.server import API, Account, checked, machine, parser, percentile
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei

SIDE = 720
FIELDS = 8
WARM_UP = 8


def files(count: int) -> Iterator[bytes]:
    """TIFF files of 1.04 MB: (720, 720) uint16."""
    fields = [fluorescent_nuclei(seed, SIDE, SIDE)[0].astype(np.uint16) * 16 for seed in range(FIELDS)]
    for number, field in enumerate(islice(cycle(fields), count)):
        field[0, 0] = number
        out = io.BytesIO()
        tifffile.imwrite(out, field)
        yield out.getvalue()


def upload(client: httpx.Client, project: str, number: int, content: bytes) -> httpx.Request:
    """The request that uploads a file, whole in memory."""
    request = client.build_request("POST", f"/projects/{project}/images", files=[("files", (f"field {number}.tif", content))])
    request.read()
    return request


def timed(account: Account, client: httpx.Client, request: httpx.Request) -> float:
    """Seconds until one file is answered."""
    started = time.perf_counter()
    answer = checked(client.send(request)).json()
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
    contents = list(files(given.files + WARM_UP))
    with Account(given.url) as account, httpx.Client(base_url=account.url + API, headers=account.http.headers, timeout=60) as client:
        project = account.make_project("Upload benchmark", "other")
        requests = [upload(client, project, number, content) for number, content in enumerate(contents)]
        with ThreadPoolExecutor(given.at_once) as pool:
            started = time.perf_counter()
            seconds = list(pool.map(lambda request: timed(account, client, request), requests))
            rate = len(contents) / (time.perf_counter() - started)
    kept = [1000 * value for value in seconds[WARM_UP:]]
    print(f"machine: {machine()}")
    print(f"{given.files} files of {len(contents[0]) / 1e6:.2f} MB, {given.at_once} at a time, {rate:.1f} a second, read meanwhile")
    print(f"upload answered: median {percentile(kept, 0.5):.0f} ms, p95 {percentile(kept, 0.95):.0f} ms, max {max(kept):.0f} ms")


if __name__ == "__main__":
    main()
