"""The outlines of a stack belong to the plane that they were drawn in."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import tifffile
from playwright.sync_api import expect

from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from tests.e2e.editing import SIDE, Desk, square
from tests.e2e.visitors import WORK_TIMEOUT_MS, Visitor

PLANES = 3


def stack() -> bytes:
    """Three slices with other nuclei in each."""
    slices = np.stack([fluorescent_nuclei(seed, SIDE, SIDE, bit_depth=16)[0] for seed in range(PLANES)])
    out = io.BytesIO()
    tifffile.imwrite(out, slices, ome=True, metadata={"axes": "ZYX"}, photometric="minisblack")
    return out.getvalue()


def opened(visitor: Visitor) -> Desk:
    """The editor of a stack that nobody has segmented."""
    project = visitor.make_project("Stacks")
    visitor.choose_files([{"name": "nuclei.ome.tif", "mimeType": "image/tiff", "buffer": stack()}])
    visitor.waits_for(1, "ready")
    visitor.by_id("upload-close").click()
    return Desk.open(visitor, project, visitor.api(f"/projects/{project}/images")["data"][0]["id"])


def shows(desk: Desk, plane: int, count: int) -> None:
    """Wait until a plane and so many outlines are on the screen, and the objects beside it are the same."""
    expect(desk.by_id("viewer")).to_have_attribute("data-plane", str(plane))
    expect(desk.by_id("viewer")).to_have_attribute("data-editor", "select")
    desk.has(count)
    expect(desk.by_id("objects")).to_have_attribute("data-count", str(count))


def features(desk: Desk, frame: int) -> list[dict[str, Any]]:
    """What the server has in a plane."""
    found: list[dict[str, Any]] = desk.visitor.api(f"/images/{desk.image}/polygons?frame={frame}&format=geojson")["features"]
    return found


def test_outlines_stay_in_the_plane_that_they_were_drawn_in(visitor: Visitor) -> None:
    desk = opened(visitor)
    expect(desk.by_id("viewer-empty-plane")).to_contain_text("No outlines in this plane yet")
    zoom = desk.by_id("zoom-level").inner_text()
    desk.by_id("plane-next").click()
    shows(desk, 1, 0)
    desk.canvas.focus()
    desk.draw(square(40, 40, 60))
    desk.press("v")
    shows(desk, 1, 1)
    expect(desk.by_id("viewer-empty-plane")).to_have_count(0)

    # What is not saved yet is saved on the way.
    desk.draw(square(140, 140, 60))
    desk.press("v")
    desk.has(2)
    desk.by_id("plane-before").click()
    shows(desk, 0, 0)
    expect(desk.by_id("undo")).to_be_disabled()
    desk.by_id("plane-slider").press("ArrowRight")
    shows(desk, 1, 2)
    expect(desk.by_id("zoom-level")).to_have_text(zoom)
    desk.is_saved()
    assert [len(features(desk, frame)) for frame in range(PLANES)] == [0, 2, 0]

    desk.page.wait_for_function("() => location.search === '?z=2'")
    desk.page.reload()
    shows(desk, 1, 2)
    desk.by_id("undo").click()
    shows(desk, 1, 1)
    desk.is_saved()
    desk.by_id("side-history").click()
    expect(desk.by_id("history-panel")).to_have_attribute("data-count", "3")
    desk.by_id("plane-next").click()
    expect(desk.by_id("history-panel")).to_have_attribute("data-count", "0")
    desk.has(0)
    desk.by_id("plane-before").click()
    desk.has(1)
    expect(desk.by_id("undo")).to_be_enabled()


def test_a_link_to_an_object_opens_its_plane_and_others_see_it_come(arrive: Callable[..., Visitor]) -> None:
    ada = arrive()
    ada.open_account()
    desk = opened(ada)
    image_page = desk.page.url.partition("?")[0]
    desk.by_id("plane-next").click()
    shows(desk, 1, 0)
    desk.canvas.focus()
    desk.draw(square(40, 40, 60))
    desk.press("v")
    desk.is_saved()
    drawn = features(desk, 1)[0]["id"]
    ada.go(f"{image_page[image_page.index('/projects') :]}?object={drawn}")
    shows(desk, 1, 1)
    expect(desk.by_id("object-measures")).to_contain_text("Object 1")


def test_all_planes_are_segmented_from_an_empty_one_and_come_to_the_screen(visitor: Visitor) -> None:
    desk = opened(visitor)
    desk.by_id("plane-next").click()
    desk.by_id("segment-planes").click()
    expect(desk.by_id("planes-all")).to_have_attribute("aria-pressed", "true")
    desk.page.get_by_text("Otsu and watershed").click()
    desk.by_id("again-start").click()
    expect(desk.by_id("viewer-empty-plane")).to_have_count(0, timeout=WORK_TIMEOUT_MS)
    counts = [len(features(desk, frame)) for frame in range(PLANES)]
    assert len(set(counts)) > 1
    assert min(counts) > 1
    shows(desk, 1, counts[1])
    desk.canvas.focus()
    desk.press("PageDown")
    shows(desk, 2, counts[2])
    desk.press("PageUp", "PageUp")
    shows(desk, 0, counts[0])
