"""How soon is a very large picture on screen, and does it stay fluid? 20,000 x 20,000 px of 16 bits; the target is 2 s after navigation.

Usage: python -m bench.large [--url http://localhost:8000] [--side 20000] [--visits 5]

The file (800 MB, tiled, not compressed) is made of simulated nuclei that never repeat exactly, sent as any program sends it, and read by
the io worker, which is timed too. "First picture" is the 8-bit one; "own depth" is when all tiles of the view are on screen, composed.
Then the whole view is panned and zoomed with the mouse. Needs a Chromium (CELLHUB_TEST_BROWSER, else the first on PATH).
"""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import tifffile
from playwright.sync_api import Browser, Page

from bench.live import chromium, signed_in
from bench.server import Account, machine, parser, percentile, wait_until
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from cellhub_app.sdk.client import CellHub

TILE, FIELD = 512, 1024
STEPS, STEP_PX = 60, 12
WATCH = """() => {
  const seen = window.seen = {};
  const look = () => {
    const state = document.querySelector('[data-testid=viewer]')?.dataset ?? {};
    if (state.state === 'ready') seen.picture ??= performance.now();
    if (document.querySelector('[data-depth=complete]')) seen.depth ??= performance.now();
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
}"""
FRAMES = """() => {
  const found = window.found = { frames: [], before: performance.now() };
  const step = now => {
    found.frames.push(now - found.before);
    found.before = now;
    if (window.found === found) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}"""


def write_slide(path: Path, side: int) -> None:
    """A tiled TIFF, written tile by tile."""
    field = fluorescent_nuclei(1, FIELD, FIELD)[0].astype(np.uint16) * 12
    noise = np.random.default_rng(1)

    def tiles() -> Any:
        for row in range(-(-side // TILE)):
            for column in range(-(-side // TILE)):
                y, x = (row * TILE) % FIELD, (column * TILE) % FIELD
                yield field[y : y + TILE, x : x + TILE] + noise.integers(0, 200, (TILE, TILE), np.uint16)

    tifffile.imwrite(path, tiles(), shape=(side, side), dtype=np.uint16, tile=(TILE, TILE), photometric="minisblack", bigtiff=True)


def send(account: Account, project: str, side: int) -> tuple[str, int, float, float]:
    """Image id, bytes of the file, seconds of sending, seconds until it was read."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "slide.tif"
        write_slide(path, side)
        began = time.perf_counter()
        token = account.http.headers["Authorization"].removeprefix("Bearer ")
        with CellHub(account.url, token=token) as hub:
            [image] = hub.upload(project, [path]).accepted  # type: ignore[arg-type]
        sent = time.perf_counter()
        done = wait_until(lambda: account.get(f"/images/{image.id}"), lambda row: row["status"] in {"ready", "failed"}, 900)
        if done["status"] == "failed":
            raise RuntimeError(done["error"]["detail"])
        return str(image.id), path.stat().st_size, sent - began, time.perf_counter() - sent


def visit(browser: Browser, account: Account, address: str, visits: int) -> tuple[list[dict[str, float]], Page]:
    """Open the picture so many times in one browser; ms from navigation."""
    page = signed_in(browser, account, f"({WATCH})()")
    seen = []
    for _ in range(visits):
        page.goto(account.url + address)
        page.locator("[data-depth=complete]").wait_for()
        seen.append(wait_until(lambda: page.evaluate("() => window.seen"), lambda found: "depth" in found, 30))
    return seen, page


def move(page: Page) -> list[float]:
    """Zoom in to single pixels' size, and drag about; how long each frame took, ms."""
    canvas = page.locator("[data-testid=viewer-canvas]")
    canvas.hover()
    page.evaluate(FRAMES)
    for _ in range(12):
        page.mouse.wheel(0, -240)
        page.evaluate("() => new Promise(requestAnimationFrame)")
    page.mouse.down()
    for step in range(STEPS):
        page.mouse.move(640 + STEP_PX * (step if step < STEPS / 2 else STEPS - step), 450 + 4 * step)
        page.evaluate("() => new Promise(requestAnimationFrame)")
    page.mouse.up()
    page.locator("[data-depth=complete]").wait_for()
    found: dict[str, Any] = page.evaluate("() => { const found = window.found; window.found = null; return found; }")
    frames: list[float] = found["frames"][1:]
    return frames


def main() -> None:
    """Measure and print."""
    options = parser(__doc__)
    options.add_argument("--side", type=int, default=20_000)
    options.add_argument("--visits", type=int, default=5)
    given = options.parse_args()
    with Account(given.url) as account, chromium() as browser:
        project = account.make_project("A very large picture")
        image, size, sent_s, read_s = send(account, project, given.side)
        seen, page = visit(browser, account, f"/projects/{project}/images/{image}", given.visits)
        frames = move(page)
    print(f"machine: {machine()}; server and browser on it together")
    print(f"{given.side:,} x {given.side:,} px of 16 bits, {size / 1e6:.0f} MB; sent in {sent_s:.0f} s, read and cut in {read_s:.0f} s")
    for name, words in (("picture", "first picture"), ("depth", "own depth, whole view")):
        first, *others = [found[name] for found in seen]
        print(f"{words}: first visit {first:.0f} ms, then median {percentile(others or [first], 0.5):.0f} ms after navigation")
    print(f"moving: median frame {percentile(frames, 0.5):.0f} ms, p95 {percentile(frames, 0.95):.0f} ms, longest {max(frames):.0f} ms")


if __name__ == "__main__":
    main()
