"""An image in the editor, as a hand with a mouse and ten fingers meets it: places are px of the image, which the viewer shows whole."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.e2e.pictures import encoded
from tests.e2e.visitors import Visitor
from tests.fixtures.processes import until

SIDE = 256
FIT_PADDING_PX = 12
Place = tuple[float, float]


def blank() -> FilePayload:
    """A dark picture with a little noise, to draw on."""
    pixels = np.random.default_rng(5).integers(20, 40, (SIDE, SIDE), dtype=np.uint8)
    return {"name": "blank.png", "mimeType": "image/png", "buffer": encoded(pixels, "png")}


def square(x: float, y: float, side: float) -> list[Place]:
    """The corners of a square."""
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]


@dataclass(frozen=True)
class Desk:
    """One open editor page."""

    visitor: Visitor
    page: Page
    image: str

    @classmethod
    def open(cls, visitor: Visitor, project: str, image: str) -> "Desk":
        """The editor of an image in the first tab, ready to draw."""
        visitor.go(f"/projects/{project}/images/{image}")
        desk = cls(visitor, visitor.page, image)
        desk.is_ready()
        return desk

    def is_ready(self) -> None:
        """Wait until there is something to edit."""
        expect(self.by_id("viewer")).to_have_attribute("data-editor", "select")
        expect(self.by_id("viewer")).to_have_attribute("data-state", "ready")
        self.canvas.focus()

    def by_id(self, test_id: str) -> Locator:
        """Elements by their test id."""
        return self.page.get_by_test_id(test_id)

    @property
    def canvas(self) -> Locator:
        """What one draws on."""
        return self.by_id("viewer-canvas")

    def on_screen(self, x: float, y: float) -> Place:
        """Where a place of the image is, px of the page."""
        box = self.canvas.bounding_box()
        assert box is not None
        scale = min(box["width"], box["height"]) - 2 * FIT_PADDING_PX
        return box["x"] + box["width"] / 2 + (x / SIDE - 0.5) * scale, box["y"] + box["height"] / 2 + (y / SIDE - 0.5) * scale

    def click(self, *places: Place, hold: str = "") -> None:
        """Click places one after the other, with a key held."""
        if hold:
            self.page.keyboard.down(hold)
        for place in places:
            self.page.mouse.click(*self.on_screen(*place))
        if hold:
            self.page.keyboard.up(hold)

    def drag(self, places: Sequence[Place], hold: str = "") -> None:
        """Press at the first place, pass the others, let go at the last, with a key held."""
        if hold:
            self.page.keyboard.down(hold)
        self.page.mouse.move(*self.on_screen(*places[0]))
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*self.on_screen(*place), steps=4)
        self.page.mouse.up()
        if hold:
            self.page.keyboard.up(hold)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def take(self, key: str, tool: str) -> None:
        """Take a tool by its key."""
        self.press(key)
        expect(self.by_id("viewer")).to_have_attribute("data-editor", tool)

    def draw(self, corners: Iterable[Place]) -> None:
        """A new polygon, corner by corner."""
        self.take("n", "draw")
        self.click(*corners)
        self.press("Enter")

    def has(self, count: int) -> None:
        """Wait until there are so many objects."""
        expect(self.by_id("viewer")).to_have_attribute("data-objects", str(count))

    def says(self, words: str | re.Pattern[str]) -> None:
        """Wait for the status line."""
        expect(self.by_id("editor-status")).to_contain_text(words)

    def area_is(self, low: float, high: float | None = None) -> None:
        """Wait until one object is selected and its area, px², lies between."""
        high = low if high is None else high
        until(lambda: (area := self.area()) is not None and low <= area <= high, within_s=15)

    def area(self) -> float | None:
        """The area of the one object that is selected, px²."""
        found = re.search(r"([\d,.]+) px²", self.by_id("viewer-selection").inner_text())
        return float(found[1].replace(",", "")) if found else None

    def is_saved(self) -> None:
        """Wait until the server has everything."""
        expect(self.by_id("save-state")).to_have_text("Saved")

    def stored(self) -> list[dict[str, Any]]:
        """The polygons that the server has once everything is saved, as GeoJSON features."""
        self.is_saved()
        features: list[dict[str, Any]] = self.visitor.api(f"/images/{self.image}/polygons?format=geojson")["features"]
        return features
