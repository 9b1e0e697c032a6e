"""How soon does a second browser show a result? From the moment the worker finishes a job to the changed badge; the target is p95 < 500 ms.

Usage: python -m bench.live [--url http://localhost:8000] [--images 24] [--rounds 3]

All clocks are this machine's: the job's `finishedAt` is taken in the transaction that commits the result, the badge's by a
MutationObserver in the page; an event stream of the API is timed beside them, to tell the worker's share from the page's.
Needs a Chromium (CELLHUB_TEST_BROWSER, else the first on PATH).
"""

import io
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from bench.server import API, Account, machine, parser, percentile, wait_until
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
WINDOW = {"width": 1280, "height": 900}
SMALL_THUMBNAILS = "localStorage.setItem('cellhub-thumbnail-size', '96')"
WATCH = """() => {
  window.doneAt = {};
  const look = () => {
    for (const cell of document.querySelectorAll('[data-testid=gallery-cell][data-status=succeeded]'))
      window.doneAt[cell.dataset.imageId] ??= Date.now();
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-status'] });
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this machine."""
    path = os.environ.get("CELLHUB_TEST_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        try:
            yield browser
        finally:
            browser.close()


def signed_in(browser: Browser, account: Account, script: str) -> Page:
    """A signed-in browser's empty tab, whose pages run the script first."""
    context = browser.new_context(viewport=WINDOW)
    context.add_init_script(script)
    credentials = {"email": account.email, "password": account.password}
    context.request.post(f"{account.url}{API}/auth/session", data=credentials, headers={"Origin": account.url})
    return context.new_page()


def open_gallery(browser: Browser, account: Account, project: str, images: int) -> Page:
    """A signed-in browser of its own that shows all images of the project."""
    page = signed_in(browser, account, SMALL_THUMBNAILS)
    page.goto(f"{account.url}/projects/{project}")
    page.locator("[data-testid=gallery-cell]").nth(images - 1).wait_for()
    return page


def picture(seed: int) -> bytes:
    """A PNG of simulated nuclei, 256 x 256."""
    out = io.BytesIO()
    Image.fromarray(fluorescent_nuclei(seed, 256, 256)[0]).save(out, "png")
    return out.getvalue()


class Stream(Thread):
    """An event stream of the API that notes when each image's success arrives, in ms since 1970."""

    def __init__(self, account: Account) -> None:
        super().__init__(daemon=True)
        self._account = account
        self.ready, self.done_at = Event(), dict[str, float]()
        self.start()
        self.ready.wait(30)

    def run(self) -> None:
        """Listen for ever."""
        kind = ""
        with httpx.stream("GET", f"{self._account.url}{API}/events", headers=self._account.http.headers, timeout=None) as lines:
            for line in lines.iter_lines():
                name, _, value = line.partition(": ")
                kind = value if name == "event" else kind
                if name == "data" and kind == "ready":
                    self.ready.set()
                elif name == "data" and kind == "segmentationStatus" and (data := json.loads(value))["status"] == "succeeded":
                    self.done_at.setdefault(data["imageId"], time.time() * 1000)


@dataclass(frozen=True)
class Delays:
    """Milliseconds from finishing a job to the event stream and to the badge."""

    stream: list[float]
    badge: list[float]

    def __add__(self, other: "Delays") -> "Delays":
        return Delays(self.stream + other.stream, self.badge + other.badge)


def measured(account: Account, browser: Browser, count: int, round_: int, model: str) -> Delays:
    """The delays of each image of a fresh project."""
    project = account.make_project(f"Live benchmark {round_}")
    account.upload(project, ((f"nuclei {seed}.png", picture(seed)) for seed in range(count)))
    wait_until(lambda: account.images(project), lambda images: all(image["status"] == "ready" for image in images), 300)
    pages = [open_gallery(browser, account, project, count) for _ in range(2)]
    pages[1].evaluate(WATCH)
    stream = Stream(account)
    account.wait_for_batch(account.segment(project, model))
    pages[1].locator("[data-testid=gallery-cell][data-status=succeeded]").nth(count - 1).wait_for()
    shown = pages[1].evaluate("() => window.doneAt")
    images = account.images(project)
    ended = {image["id"]: account.get(f"/jobs/{image['segmentation']['jobId']}")["finishedAt"] for image in images}
    finished = {image: 1000 * datetime.fromisoformat(moment).timestamp() for image, moment in ended.items()}
    for page in pages:
        page.context.close()
    return Delays([stream.done_at[image] - at for image, at in finished.items()], [shown[image] - at for image, at in finished.items()])


def told(name: str, delays: list[float]) -> str:
    """The percentiles in one line."""
    return f"{name}: median {percentile(delays, 0.5):.0f} ms, p95 {percentile(delays, 0.95):.0f} ms, max {max(delays):.0f} ms"


def main() -> None:
    """Measure, print the percentiles."""
    options = parser(__doc__)
    options.add_argument("--images", type=int, default=24)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--model", default="unet")
    given = options.parse_args()
    with Account(given.url) as account, chromium() as browser:
        rounds = (measured(account, browser, given.images, number, given.model) for number in range(given.rounds))
        delays = sum(rounds, Delays([], []))
    print(f"machine: {machine()}; server, worker and two browsers on it together")
    print(f"{len(delays.badge)} results with {given.model}, from the end of the job")
    print(told("to the API's event stream", delays.stream))
    print(told("to the badge in the second browser", delays.badge))


if __name__ == "__main__":
    main()
