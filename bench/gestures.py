"""Gestures in a page with a map of any library: frames while it is dragged and zoomed, time to the first picture, memory.

The map's element has the test id "viewer-canvas", and the page sets `window.drawnAt` once everything is on the screen.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from playwright.sync_api import Page

from bench.server import percentile, wait_until

DRAG_S = 2.5
FRAMES = """() => {
  const times = window.frameTimes = [];
  const step = now => { times.push(now); if (window.frameTimes === times) requestAnimationFrame(step); };
  requestAnimationFrame(step);
}"""
COLLECT = "() => { const times = window.frameTimes; window.frameTimes = null; return times; }"


@dataclass(frozen=True)
class Motion:
    """Frames of one gesture, ms each."""

    name: str
    frames: list[float]

    @property
    def per_second(self) -> float:
        """Frames a second over the whole gesture."""
        return 1000 * len(self.frames) / sum(self.frames)

    @property
    def p95_ms(self) -> float:
        """The frame time that 95 % stay below."""
        return percentile(self.frames, 0.95)

    @property
    def told(self) -> str:
        """For people."""
        return f"{self.per_second:.0f} fps, p95 {self.p95_ms:.0f}, longest {max(self.frames):.0f} ms"


def visit(page: Page, address: str, visits: int) -> list[float]:
    """ms from navigation to the frame after the polygons were drawn, for each visit."""
    taken = []
    for _ in range(visits):
        page.goto(address)
        wait_until(lambda: page.evaluate("() => window.drawnAt ?? 0"), lambda at: at > 0, 60)
        taken.append(float(page.evaluate("() => window.drawnAt")))
    return taken


def moving(page: Page, name: str, gesture: Callable[[int], None]) -> Motion:
    """The frames while a gesture goes on; `gesture` makes one small step of it."""
    page.evaluate(FRAMES)
    until, step = time.monotonic() + DRAG_S, 0
    while time.monotonic() < until:
        gesture(step)
        step += 1
    times = page.evaluate(COLLECT)
    return Motion(name, [later - earlier for earlier, later in pairwise(times)])


def middle(page: Page) -> tuple[float, float]:
    """The middle of the canvas in the window."""
    box = page.get_by_test_id("viewer-canvas").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def panned(page: Page, name: str) -> Motion:
    """Frames while the image is dragged in circles."""
    x, y = middle(page)

    def step(number: int) -> None:
        page.mouse.move(x + 160 * math.sin(number / 9), y + 110 * math.cos(number / 9))

    page.mouse.move(x, y + 110)
    page.mouse.down()
    try:
        return moving(page, name, step)
    finally:
        page.mouse.up()


def swept(page: Page) -> Motion:
    """Frames while the wheel zooms in and out around the middle of the image."""
    page.mouse.move(*middle(page))
    return moving(page, "zoom sweep", lambda number: page.mouse.wheel(0, -120 if number // 25 % 2 == 0 else 120))


def heap_mb(page: Page) -> float:
    """What the page's JavaScript holds after a collection."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("HeapProfiler.enable")
    devtools.send("HeapProfiler.collectGarbage")
    devtools.send("Performance.enable")
    metrics = {metric["name"]: metric["value"] for metric in devtools.send("Performance.getMetrics")["metrics"]}
    return float(metrics["JSHeapUsedSize"]) / 1e6


def row(name: str, value: str, target: str) -> None:
    """One line of the table."""
    print(f"{name:<34} {value:<34} {target}", flush=True)
