"""From a figure to the objects behind it, and back."""

import csv
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from playwright.sync_api import FilePayload, Page, expect

from tests.e2e.accessibility import serious
from tests.e2e.editing import SIDE, square
from tests.e2e.pictures import encoded
from tests.e2e.visitors import Visitor, at

SIDES = {"small.png": [4, 5, 6, 7, 8], "large.png": [8, 20, 24, 40]}
OBJECTS = sum(map(len, SIDES.values()))


def picture(name: str) -> FilePayload:
    """A dark picture of its own, to draw on."""
    pixels = np.random.default_rng(len(SIDES[name])).integers(20, 40, (SIDE, SIDE), dtype=np.uint8)
    return {"name": name, "mimeType": "image/png", "buffer": encoded(pixels, "png")}


def draw(visitor: Visitor, image_id: str, sides: list[int]) -> None:
    """Squares of these sides, below each other."""
    added: list[dict[str, Any]] = []
    for number, side in enumerate(sides):
        ring = [[x, y] for x, y in square(20, 10 + 30 * number, side)]
        feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}}
        added.append({"id": str(uuid4()), "feature": feature})
    edit = {"editId": str(uuid4()), "baseRevision": 0, "added": added}
    address = f"{visitor.base_url}/api/v1/images/{image_id}/polygons"
    assert visitor.page.request.patch(address, data=edit, headers={"Origin": visitor.base_url}).ok


def brush(page: Page, start: float, end: float) -> None:
    """Drag over the figure, from one share of its width to another."""
    box = page.get_by_test_id("figure-plot").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * start, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (start + end) / 2, middle, steps=4)
    page.mouse.move(box["x"] + box["width"] * end, middle, steps=4)
    page.mouse.up()


def test_a_figure_is_brushed_filtered_changed_and_taken_along(visitor: Visitor, tmp_path: Path) -> None:
    visitor.register()
    project = visitor.make_project("Sizes")
    visitor.choose_files([picture(name) for name in SIDES])
    visitor.waits_for(2, "ready")
    images = {image["name"]: image["id"] for image in visitor.api(f"/projects/{project}/images")["data"]}
    page, by_id = visitor.page, visitor.by_id

    visitor.go(f"/projects/{project}/results")
    expect(by_id("results-empty")).to_contain_text("No objects yet")
    for name, sides in SIDES.items():
        draw(visitor, images[name], sides)
    page.reload()
    expect(by_id("result-table")).to_have_attribute("data-total", str(OBJECTS))
    expect(by_id("unit-note")).to_contain_text("measures are in pixels")
    expect(by_id("figure-summary")).to_contain_text(f"n = {OBJECTS}")
    assert serious(page, "results") == []

    brush(page, 0.25, 0.55)
    expect(by_id("selection-count")).to_have_text("2")
    expect(by_id("result-row")).to_have_count(2)
    expect(by_id("result-images")).to_have_attribute("data-count", "1")
    page.get_by_test_id("range-low").fill("30")
    page.get_by_test_id("range-high").fill("70")
    by_id("range-apply").click()
    expect(by_id("selection-count")).to_have_text("4")
    by_id("selection-filter").click()
    expect(by_id("result-count")).to_contain_text(f"4 of {OBJECTS} objects in 2 images")
    page.reload()
    expect(by_id("result-count")).to_contain_text(f"4 of {OBJECTS} objects in 2 images")
    expect(by_id("result-row")).to_have_count(4)

    with page.expect_download() as waiting:
        by_id("figure-csv").click()
    waiting.value.save_as(tmp_path / "figure.csv")
    rows = list(csv.reader((tmp_path / "figure.csv").read_text("utf-8-sig").splitlines()))
    assert sum(int(row[2]) for row in rows[1:]) == 4
    with page.expect_download() as waiting:
        by_id("figure-svg").click()
    waiting.value.save_as(tmp_path / "figure.svg")
    assert "Area" in (tmp_path / "figure.svg").read_text()
    with page.expect_download() as waiting:
        by_id("figure-png").click()
    waiting.value.save_as(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes()[:4] == b"\x89PNG"

    page.get_by_test_id("range-low").fill("60")
    by_id("range-apply").click()
    expect(by_id("selection-count")).to_have_text("2")
    by_id("selection-delete").click()
    expect(by_id("sweep-dialog")).to_contain_text("one new revision in each of 2 images")
    by_id("sweep-confirm").click()
    expect(by_id("sweep-done")).to_contain_text("Deleted 2 objects in 2 images.")
    expect(by_id("result-count")).to_contain_text(f"2 of {OBJECTS - 2} objects")
    by_id("sweep-undo").click()
    expect(by_id("sweep-done")).to_contain_text("Took back")
    expect(by_id("result-count")).to_contain_text(f"4 of {OBJECTS} objects in 2 images")

    by_id("result-images").get_by_role("link", name="small.png").click()
    page.wait_for_url(at("/images/"))
    expect(by_id("marks")).to_have_attribute("data-count", "3")
