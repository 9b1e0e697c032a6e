"""How soon does a second browser show a result? From the moment the worker finishes a job to the changed badge; the target is p95 < 500 ms.

Usage: python -m bench.live [--url http://localhost:8000] [--images 40] [--rounds 3]

Both clocks are this machine's: the job's `finishedAt` is taken in the transaction that commits the result, the badge's by a
MutationObserver in the page. Needs a Chromium (CELLHUB_TEST_BROWSER, else the first on PATH).
"""

import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from bench.server import API, Account, machine, parser, percentile, wait_until
from cellhub_app.core.imaging.simulate_nuclei import fluorescent_nuclei

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
LARGE = {"width": 2560, "height": 2000}
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


def open_gallery(browser: Browser, account: Account, project: str, images: int) -> Page:
    """A signed-in browser of its own that shows all images of the project."""
    context = browser.new_context(viewport=LARGE)
    credentials = {"email": account.email, "password": account.password}
    context.request.post(f"{account.url}{API}/auth/session", data=credentials, headers={"Origin": account.url})
    page = context.new_page()
    page.goto(f"{account.url}/projects/{project}")
    page.locator("[data-testid=gallery-cell]").nth(images - 1).wait_for()
    return page


def picture(seed: int) -> bytes:
    """A PNG of simulated nuclei, 256 x 256."""
    out = io.BytesIO()
    Image.fromarray(fluorescent_nuclei(seed, 256, 256)[0]).save(out, "png")
    return out.getvalue()


def measured(account: Account, browser: Browser, count: int, round_: int, model: str) -> list[float]:
    """Milliseconds from finishing to showing, one for each image of a fresh project."""
    project = account.make_project(f"Live benchmark {round_}")
    account.upload(project, ((f"nuclei {seed}.png", picture(seed)) for seed in range(count)))
    wait_until(lambda: account.images(project), lambda images: all(image["status"] == "ready" for image in images), 300)
    pages = [open_gallery(browser, account, project, count) for _ in range(2)]
    pages[1].evaluate(WATCH)
    account.wait_for_batch(account.segment(project, model))
    pages[1].locator("[data-testid=gallery-cell][data-status=succeeded]").nth(count - 1).wait_for()
    shown = pages[1].evaluate("() => window.doneAt")
    delays = []
    for image in account.images(project):
        job = account.get(f"/jobs/{image['segmentation']['jobId']}")
        delays.append(shown[image["id"]] - 1000 * datetime.fromisoformat(job["finishedAt"]).timestamp())
    for page in pages:
        page.context.close()
    return delays


def main() -> None:
    """Measure, print the percentiles."""
    options = parser(__doc__)
    options.add_argument("--images", type=int, default=40)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--model", default="unet")
    given = options.parse_args()
    with Account(given.url) as account, chromium() as browser:
        delays = [value for round_ in range(given.rounds) for value in measured(account, browser, given.images, round_, given.model)]
    print(f"machine: {machine()}; server, worker and two browsers on it together")
    print(f"{len(delays)} results with {given.model}, shown in the second browser after its job was finished:")
    print(f"median {percentile(delays, 0.5):.0f} ms, p95 {percentile(delays, 0.95):.0f} ms, max {max(delays):.0f} ms")


if __name__ == "__main__":
    main()
