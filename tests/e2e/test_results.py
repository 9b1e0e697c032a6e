"""From a figure to the objects behind it, and back."""

import csv
import json
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.e2e.accessibility import serious
from tests.e2e.editing import SIDE, square
from tests.e2e.pictures import encoded
from tests.e2e.visitors import WORK_TIMEOUT_MS, Visitor, at

SMALL, LARGE = "P1_A01_1.png", "P1_B02_1.png"
SIDES = {SMALL: [4, 5, 6, 7, 8], LARGE: [8, 20, 24, 40]}
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


def well(page: Page, name: str) -> Locator:
    """A well of the plate map."""
    return page.locator(f"[data-well={name}]")


def gives_conditions(visitor: Visitor, project: str) -> None:
    """Wells from the names of the files, one of them corrected; then conditions, one painted by the mouse and one by keys."""
    page, by_id = visitor.page, visitor.by_id
    visitor.go(f"/projects/{project}/results?panel=names")
    expect(by_id("template")).to_have_value("{plate}_{well}_{field}")
    expect(by_id("preview")).to_have_attribute("data-placed", "2")
    by_id("template").fill("{plate}-{well}")
    expect(by_id("preview")).to_have_attribute("data-placed", "0")
    by_id("template-guess").first.click()
    expect(by_id("preview")).to_have_attribute("data-placed", "2")
    by_id("preview-replicate").first.fill("day 1")
    expect(by_id("preview-corrected")).to_contain_text("1 correction")
    by_id("template-apply").click()
    expect(by_id("conditions-said")).to_contain_text("Placed 2 images by their names.")

    expect(by_id("wells")).to_be_visible()
    by_id("brush-name").fill("control")
    by_id("brush-add").click()
    well(page, "A01").click()
    expect(well(page, "A01")).to_have_attribute("data-condition", "control")
    by_id("brush-name").fill("taxol")
    by_id("brush-name").press("Enter")
    well(page, "A01").focus()
    for key in ("ArrowDown", "ArrowRight", "Space"):
        page.keyboard.press(key)
    expect(by_id("conditions-said")).to_contain_text("1 well painted with taxol (1 image).")
    page.keyboard.press("Delete")
    expect(by_id("conditions-said")).to_contain_text("1 well without a condition")
    expect(well(page, "B02")).to_have_attribute("data-condition", "")
    page.keyboard.press("ControlOrMeta+z")
    expect(well(page, "B02")).to_have_attribute("data-condition", "taxol")
    assert serious(page, "conditions") == []


def writes_methods(visitor: Visitor) -> None:
    """The charts follow the conditions, and so does the paragraph."""
    by_id = visitor.by_id
    visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    by_id("conditions-close").click()
    by_id("chart-superplot").click()
    expect(by_id("figure-summary")).to_contain_text("control: median")
    expect(by_id("figure-summary")).to_contain_text("taxol: median")
    expect(by_id("comparison-sentence")).to_contain_text("not possible")
    by_id("door-methods").click()
    expect(by_id("methods-text")).to_contain_text("control (n = 1, 1 image), taxol (n = 1, 1 image)")
    by_id("methods-copy").click()
    expect(by_id("methods-copy")).to_have_text("Copied")
    assert visitor.page.evaluate("navigator.clipboard.readText()") == by_id("methods-text").inner_text()
    by_id("methods-close").click()


def goes_to_images(visitor: Visitor) -> None:
    """A point for each image: the crowded one is selected, tagged, untagged and shown in the gallery."""
    page, by_id = visitor.page, visitor.by_id
    by_id("chart-histogram").click()
    by_id("per").select_option("image")
    by_id("measure").select_option("confluence")
    expect(by_id("figure-summary")).to_contain_text("n = 2")
    by_id("range-low").fill("0.01")
    by_id("range-apply").click()
    expect(by_id("selection")).to_contain_text("1 image with 4 objects")
    by_id("selection-tag").click()
    by_id("tag-name").fill("crowded")
    by_id("tag-confirm").click()
    expect(by_id("sweep-done")).to_contain_text("Tagged 1 image “crowded”.")
    by_id("sweep-undo").click()
    expect(by_id("sweep-done")).to_contain_text("Took the tag off 1 image.")

    by_id("selection-gallery").click()
    expect(by_id("holding")).to_contain_text("Confluence from 0.01")
    expect(visitor.cells()).to_have_count(1)
    page.reload()
    expect(visitor.cells()).to_have_count(1)
    by_id("gallery-list").press("ControlOrMeta+a")
    expect(by_id("selection-bar")).to_contain_text("1 selected")
    by_id("gallery-list").press("Escape")
    by_id("holding-clear").click()
    expect(visitor.cells()).to_have_count(2)


def takes_the_images_along(visitor: Visitor, project: str, folder: Path) -> None:
    """The selected image is exported from the figure, and what was exported comes in again."""
    by_id = visitor.by_id
    visitor.go(f"/projects/{project}/results?per=image&measure=confluence&select=confluence:0.01..")
    by_id("selection-export").click()
    expect(by_id("export-start")).to_have_text("Export 1 image")
    by_id("export-start").click()
    expect(by_id("export-download")).to_be_visible(timeout=WORK_TIMEOUT_MS)
    with visitor.page.expect_download() as waiting:
        by_id("export-download").click()
    waiting.value.save_as(folder / "export.zip")
    with zipfile.ZipFile(folder / "export.zip") as archive:
        found = json.loads(archive.read("coco/annotations.json"))
    assert [image["file_name"] for image in found["images"]] == [LARGE]
    assert len(found["annotations"]) == len(SIDES[LARGE])
    by_id("import-files").set_input_files(folder / "export.zip")
    row = by_id("import").first
    expect(row.get_by_test_id("import-status")).to_have_text("done", timeout=WORK_TIMEOUT_MS)
    expect(row.get_by_test_id("import-facts")).to_have_text(f"{len(SIDES[LARGE])} objects · 1 image")
    expect(row.get_by_test_id("import-report")).to_contain_text("nothing was lost")
    visitor.go(f"/projects/{project}/results")
    expect(by_id("result-table")).to_have_attribute("data-total", str(OBJECTS))


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

    by_id("result-images").get_by_role("link", name=SMALL).click()
    page.wait_for_url(at("/images/"))
    expect(by_id("marks")).to_have_attribute("data-count", "3")

    gives_conditions(visitor, project)
    writes_methods(visitor)
    goes_to_images(visitor)
    takes_the_images_along(visitor, project, tmp_path)
