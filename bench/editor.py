"""How does the editor feel with 10,000 polygons? Frames while panning and zooming, time to the first picture, editing, memory, saving.

Usage: python -m bench.editor [--url http://localhost:8000] [--polygons 10000] [--side 4096] [--visits 3]

The page is the one that users get, driven by a real Chromium without a GPU with real mouse and keys; polygons have 40 vertices, one in
twenty a hole. The plain vector layers of two libraries show the same in the same run, as yardsticks. Times of edits are from the key
press to the end of the frame that shows them. Needs a Chromium (CELLHUB_TEST_BROWSER, else the first on PATH).
"""

import io
import math
import random
import time
from typing import Any
from uuid import uuid4

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page

from bench import libraries
from bench.gestures import Motion, heap_mb, panned, row, swept, visit
from bench.live import chromium, signed_in
from bench.server import Account, checked, machine, parser, percentile, wait_until

VERTICES, HOLE_EVERY = 40, 20
PER_EDIT = 500
SAVES = 40
EDITS = 12
WATCH = """() => {
  const look = () => {
    const viewer = document.querySelector('[data-testid=viewer][data-state=ready][data-outlines=ready]');
    if (!viewer || !viewer.dataset.editor || window.drawnAt) return;
    window.drawnAt = -1;
    requestAnimationFrame(() => requestAnimationFrame(() => { window.drawnAt = performance.now(); }));
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
}"""
TIME_KEYS = """() => {
  window.keyTimes = [];
  window.addEventListener('keydown', () => {
    const from = performance.now();
    const note = () => window.keyTimes.push(performance.now() - from);
    requestAnimationFrame(() => { const { port1, port2 } = new MessageChannel(); port1.onmessage = note; port2.postMessage(0); });
  }, { capture: true });
}"""


def field(side: int) -> bytes:
    """A PNG of noise, side x side."""
    pixels = np.random.default_rng(1).integers(20, 60, (side // 8, side // 8), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).resize((side, side), Image.Resampling.BILINEAR).save(out, "png", compress_level=1)
    return out.getvalue()


def polygon(x: float, y: float, radius: float, with_hole: bool) -> dict[str, Any]:
    """A wobbly outline of 40 vertices around (x, y) as an object to add."""

    def ring(scale: float, count: int) -> list[list[float]]:
        phase = random.uniform(0, 6)
        turns = [2 * math.pi * step / count for step in range(count)]
        sizes = [radius * scale * (1 + 0.12 * math.sin(3 * turn + phase)) for turn in turns]
        points = [
            [round(x + size * math.cos(turn), 2), round(y + size * math.sin(turn), 2)] for turn, size in zip(turns, sizes, strict=True)
        ]
        return [*points, points[0]]

    rings = [ring(1, VERTICES), *([ring(0.35, 12)] if with_hole else [])]
    return {"id": str(uuid4()), "feature": {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": rings}}}


def fill(account: Account, image: str, side: int, count: int) -> list[dict[str, Any]]:
    """Give the image so many polygons, on a jittered grid; what was added."""
    across = math.ceil(math.sqrt(count))
    pitch = side / across
    places = [((number % across + 0.5) * pitch, (number // across + 0.5) * pitch) for number in range(count)]
    objects = [polygon(x, y, pitch * 0.42, number % HOLE_EVERY == 0) for number, (x, y) in enumerate(places)]
    for start in range(0, count, PER_EDIT):
        patch(account, image, start // PER_EDIT, added=objects[start : start + PER_EDIT])
    return objects


def patch(account: Account, image: str, base: int, added: list[dict[str, Any]], removed: tuple[str, ...] = ()) -> int:
    """One edit; the revision that it made."""
    body = {"editId": str(uuid4()), "baseRevision": base, "removed": removed, "added": added, "note": ""}
    return int(checked(account.http.patch(f"/images/{image}/polygons", json=body)).json()["revision"])


def saving(account: Account, image: str, objects: list[dict[str, Any]]) -> list[float]:
    """ms of each of some saves that change one object."""
    revision = int(account.get(f"/images/{image}")["revision"])
    taken = []
    for item in objects[:SAVES]:
        started = time.perf_counter()
        revision = patch(account, image, revision, [item], (item["id"],))
        taken.append(1000 * (time.perf_counter() - started))
    return taken


def zoom_to(page: Page, percent: float) -> str:
    """Zoom in by keys until that much is reached; what the page says of it."""
    level = page.get_by_test_id("zoom-level")
    page.get_by_test_id("viewer-canvas").focus()
    page.keyboard.press("Escape")
    while float(level.inner_text().split()[0].replace(",", "")) < percent * 0.9:
        page.keyboard.press("+")
        page.wait_for_timeout(300)
    return level.inner_text()


def motions(page: Page) -> list[Motion]:
    """Panning at three zooms, and the sweep."""
    page.get_by_test_id("zoom-fit").click()
    found = [panned(page, "pan, all visible")]
    found += [panned(page, f"pan at {zoom_to(page, percent)}") for percent in (50, 100)]
    page.get_by_test_id("zoom-fit").click()
    return [*found, swept(page)]


def edits(page: Page) -> tuple[list[float], list[float]]:
    """ms to enter vertex editing, and to commit an edit, all polygons visible."""
    page.get_by_test_id("zoom-fit").click()
    page.get_by_test_id("viewer-canvas").focus()
    page.evaluate(TIME_KEYS)
    timed: dict[str, list[float]] = {"enter": [], "commit": []}

    def press(key: str) -> float:
        page.evaluate("() => { window.keyTimes = []; }")
        page.keyboard.press(key)
        return float(wait_until(lambda: page.evaluate("() => window.keyTimes[0] ?? 0"), lambda taken: taken > 0, 10))

    for _ in range(EDITS):
        press("Escape")
        press("v")
        press(".")
        timed["enter"].append(press("e"))
        press("Tab")
        timed["commit"].append(press("ArrowLeft"))
        press("Escape")
    return timed["enter"], timed["commit"]


def measure(browser: Browser, account: Account, address: str, visits: int) -> None:
    """Everything of the page, printed as it comes."""
    page = signed_in(browser, account, f"({WATCH})()")
    drawn = visit(page, address, visits)
    row("navigation to polygons drawn", f"{percentile(drawn, 0.5):.0f} ms (first {drawn[0]:.0f})", "< 1500 ms")
    for motion in motions(page):
        target = ">= 50 fps, p95 < 33 ms" if "all visible" in motion.name else ">= 40 fps"
        row(motion.name, motion.told, target)
    enter, commit = edits(page)
    row("enter edit", f"{percentile(enter, 0.5):.0f} ms, p95 {percentile(enter, 0.95):.0f} ms", "< 50 ms")
    row("commit an edit", f"{percentile(commit, 0.5):.0f} ms, p95 {percentile(commit, 0.95):.0f} ms", "< 100 ms")
    row("browser heap", f"{heap_mb(page):.0f} MB", "< 150 MB")


def main() -> None:
    """Measure and print."""
    options = parser(__doc__)
    options.add_argument("--polygons", type=int, default=10_000)
    options.add_argument("--side", type=int, default=4096)
    options.add_argument("--visits", type=int, default=3)
    given = options.parse_args()
    random.seed(7)
    print(f"machine: {machine()}; server and browser on it together")
    with Account(given.url) as account, chromium() as browser:
        project = account.make_project("Editor benchmark")
        image = str(account.upload(project, [("field.png", field(given.side))])[0]["id"])
        wait_until(lambda: account.get(f"/images/{image}"), lambda view: view["status"] == "ready", 300)
        objects = fill(account, image, given.side, given.polygons)
        print(f"{given.polygons:,} polygons of {VERTICES} vertices on {given.side} x {given.side} px")
        saved = saving(account, image, objects)
        row("PATCH of one edit", f"{percentile(saved, 0.5):.0f} ms, p95 {percentile(saved, 0.95):.0f} ms", "p95 < 50 ms")
        measure(browser, account, f"{account.url}/projects/{project}/images/{image}", given.visits)
        libraries.measure(browser, account, image, given.visits)


if __name__ == "__main__":
    main()
