"""How fast do 10,000 small images come in? Batches of 50, four at a time, over HTTP, as an upload session; the target is 350 a second.

The files are PNG images of simulated nuclei, (256, 256) uint8, each with a text chunk of its own, so that no two are equal; the server's
workers read them meanwhile, a batch of other images is segmented, and somebody looks at the page: what they ask for is to be answered with
a p95 below 200 ms. The memory is that of the web processes on this machine, before the first file and after the last.

Usage: python -m bench.bulk [--url http://localhost:8000] [--files 10000] [--at-once 4] [--segmented 200]
"""

import io
import os
import struct
import threading
import time
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import httpx
from PIL import Image

from bench.server import API, FILES_PER_REQUEST, Account, checked, machine, parser, percentile, wait_until
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei

SIDE = 256
FIELDS = 8
BOUNDARY = "cellhub-benchmark-boundary"
LAST_CHUNK_BYTES = 12


def fields() -> list[bytes]:
    """A few PNG files of 20 to 60 KB."""
    found = []
    for seed in range(FIELDS):
        out = io.BytesIO()
        Image.fromarray(fluorescent_nuclei(seed, SIDE, SIDE)[0]).save(out, "PNG")
        found.append(out.getvalue())
    return found


def numbered(png: bytes, number: int) -> bytes:
    """The same picture with a text chunk before its last chunk, so that its bytes are its own."""
    chunk = b"tEXtComment\0" + str(number).encode()
    whole = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return png[:-LAST_CHUNK_BYTES] + whole + png[-LAST_CHUNK_BYTES:]


def body(session: str, files: Sequence[tuple[int, bytes]]) -> bytes:
    """The multipart body of one request, put together by hand: the client must not be what is measured."""
    start = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
    parts = [f'{start}"session"\r\n\r\n{session}\r\n'.encode()]
    for index, content in files:
        parts.append(f'{start}"index"\r\n\r\n{index}\r\n{start}"files"; filename="well {index}.png"\r\n'.encode())
        parts += [b"Content-Type: image/png\r\n\r\n", content, b"\r\n"]
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def web_memory_mb(url: str) -> float:
    """What the web processes that listen on this port hold in memory."""
    port = str(urlsplit(url).port)
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if "--port" in words and port in words and any(word.endswith("granian") for word in words):
                total += int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            continue
    return total / 2**20


class Sender:
    """Sends batches, a connection for each thread, and keeps how long each was answered."""

    def __init__(self, account: Account, project: str, session: str) -> None:
        self._account, self._session, self._path = account, session, f"/projects/{project}/images"
        self._own = threading.local()
        self.seconds: list[float] = []

    def send(self, batch: Sequence[tuple[int, bytes]]) -> int:
        """One batch; how many of its files became images."""
        client = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = httpx.Client(base_url=self._account.url + API, headers=self._account.http.headers, timeout=120)
        content = body(self._session, batch)
        started = time.perf_counter()
        answer = checked(client.post(self._path, content=content, headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}))
        self.seconds.append(time.perf_counter() - started)
        return len(answer.json()["accepted"])


class Visitor:
    """Looks at pages and at the batch while the block lasts, every 20 ms, and keeps how long each was answered."""

    def __init__(self, account: Account, paths: Sequence[str]) -> None:
        self._account, self._paths = account, paths
        self._leaves = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.times: list[float] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaves.set()
        self._thread.join()

    def _look(self) -> None:
        with httpx.Client(base_url=self._account.url + API, headers=self._account.http.headers, timeout=120) as client:
            for path in cycle(self._paths):
                started = time.perf_counter()
                checked(client.get(path))
                self.times.append(1000 * (time.perf_counter() - started))
                if self._leaves.wait(0.02):
                    return


def segmenting(account: Account, pictures: Sequence[bytes], count: int) -> str:
    """A batch that has just begun, over images of another project."""
    project = account.make_project("Segmented meanwhile", "nuclei")
    account.upload(project, ((f"{number}.png", numbered(pictures[number % FIELDS], number)) for number in range(count)))
    wait_until(lambda: account.images(project), lambda images: all(image["status"] == "ready" for image in images), 600)
    return account.segment(project, "unet")


def main() -> None:
    """Upload, print the rate, the percentiles and the memory."""
    options = parser(__doc__)
    options.add_argument("--files", type=int, default=10_000)
    options.add_argument("--at-once", type=int, default=4)
    options.add_argument("--segmented", type=int, default=200)
    given = options.parse_args()
    pictures = fields()
    with Account(given.url) as account:
        project = account.make_project("Bulk benchmark", "nuclei")
        offers = [{"name": f"well {number}.png", "size": len(pictures[number % FIELDS])} for number in range(given.files)]
        begun = time.perf_counter()
        made = checked(account.http.post(f"/projects/{project}/upload-sessions", json={"files": offers})).json()
        session_ms = 1000 * (time.perf_counter() - begun)
        sender = Sender(account, project, made["id"])

        def batch(first: int) -> int:
            numbers = range(first, min(first + FILES_PER_REQUEST, given.files))
            return sender.send([(number, numbered(pictures[number % FIELDS], number)) for number in numbers])

        seen = [f"/batches/{segmenting(account, pictures, given.segmented)}", f"/projects/{project}/images?limit=50"]
        memory = web_memory_mb(given.url)
        with ThreadPoolExecutor(given.at_once) as pool, Visitor(account, seen) as visitor:
            started = time.perf_counter()
            taken = sum(pool.map(batch, range(0, given.files, FILES_PER_REQUEST)))
            seconds = time.perf_counter() - started
        grown = web_memory_mb(given.url) - memory
        counts = account.get(f"/projects/{project}/upload-sessions/{made['id']}", state="needed")["counts"]
    sizes = sorted(len(picture) for picture in pictures)
    times = [1000 * value for value in sender.seconds]
    print(f"machine: {machine()}")
    print(f"{given.files} PNG files of {sizes[0] / 1000:.0f} to {sizes[-1] / 1000:.0f} KB, {given.at_once} requests of 50 at a time")
    print(f"{taken} images made in {seconds:.1f} s: {taken / seconds:.0f} files a second, read meanwhile; session: {counts}")
    print(f"a batch is answered: median {percentile(times, 0.5):.0f} ms, p95 {percentile(times, 0.95):.0f} ms, max {max(times):.0f} ms")
    looked = visitor.times
    print(f"pages meanwhile: median {percentile(looked, 0.5):.0f} ms, p95 {percentile(looked, 0.95):.0f} ms, {len(looked)} asked")
    print(f"the session was begun in {session_ms:.0f} ms; the web processes grew from {memory:.0f} MB by {grown:.0f} MB")


if __name__ == "__main__":
    main()
