"""How an image looks is set in the browser, in the image's own depth."""

import io

import numpy as np
import tifffile
from playwright.sync_api import Page, expect

from tests.e2e.visitors import WORK_TIMEOUT_MS, Visitor, at

SIDE = 120
PIXEL = """(canvas) => {
  const drawn = canvas.querySelector('canvas');
  const { width, height } = drawn;
  return [...drawn.getContext('2d').getImageData(Math.floor(width / 2), Math.floor(height / 2), 1, 1).data].slice(0, 3);
}"""


def stack() -> bytes:
    """Two planes of two channels of 16 bits: a flat square in the middle of each, on a ramp."""
    values = np.tile(np.linspace(100, 900, SIDE).astype(np.uint16), (2, 2, SIDE, 1))
    middle = slice(SIDE // 3, 2 * SIDE // 3)
    for plane, channel, level in ((0, 0, 30_000), (0, 1, 20_000), (1, 0, 12_345), (1, 1, 54_321)):
        values[plane, channel, middle, middle] = level
    out = io.BytesIO()
    names = {"Name": ["DAPI", "GFP"], "Color": [0x0000FFFF, 0x00FF00FF]}
    tifffile.imwrite(out, values, ome=True, metadata={"axes": "ZCYX", "Channel": names}, photometric="minisblack")
    return out.getvalue()


def wait_for_depth(page: Page) -> None:
    page.locator("[data-depth=complete]").wait_for(timeout=WORK_TIMEOUT_MS)


def colour(page: Page) -> list[int]:
    """The middle of the canvas, red, green and blue."""
    wait_for_depth(page)
    return page.get_by_test_id("viewer-canvas").evaluate(PIXEL)


def shows(page: Page, wanted: list[int]) -> None:
    """Wait until the middle of the canvas has this colour: what was set is drawn in the next frame."""
    wait_for_depth(page)
    canvas = page.get_by_test_id("viewer-canvas").element_handle()
    page.wait_for_function(f"([canvas, wanted]) => String(({PIXEL})(canvas)) === String(wanted)", arg=[canvas, wanted])


def point_at_the_middle(page: Page) -> None:
    box = page.get_by_test_id("viewer-canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2 + 2, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_channels_windows_and_planes_are_set_in_the_browser_and_kept(visitor: Visitor) -> None:
    visitor.make_project("Stacks")
    visitor.choose_files([{"name": "stack.ome.tif", "mimeType": "image/tiff", "buffer": stack()}])
    visitor.waits_for(1, "ready")
    visitor.by_id("upload-close").click()
    visitor.cells().first.dblclick()
    visitor.page.wait_for_url(at("/images/"))
    page = visitor.page

    shows(page, [0, 255, 255])
    point_at_the_middle(page)
    expect(visitor.by_id("cursor-intensity")).to_have_text("DAPI 30,000  GFP 20,000")

    visitor.by_id("side-display").click()
    panel = visitor.by_id("display-panel")
    expect(panel.get_by_test_id("display-channel")).to_have_count(2)
    page.get_by_role("checkbox", name="GFP").uncheck()
    shows(page, [0, 0, 255])
    page.get_by_role("button", name="Full range").first.click()
    high = page.get_by_role("slider", name="DAPI: shown at full strength")
    low = page.get_by_role("slider", name="DAPI: shown as black")
    expect(high).to_have_attribute("aria-valuetext", "30,000")
    low.press("End")
    shows(page, [0, 0, 255])
    expect(low).to_have_attribute("aria-valuetext", "29,999")
    low.press("Home")
    expect(low).to_have_attribute("aria-valuetext", "100")

    page.get_by_test_id("plane-slider").press("ArrowRight")
    expect(visitor.by_id("viewer-empty-plane")).to_contain_text("No outlines in this plane yet")
    wait_for_depth(page)
    blue = colour(page)[2]
    assert abs(blue - 255 * (12_345 - 100) / 29_900) < 3
    point_at_the_middle(page)
    expect(visitor.by_id("cursor-intensity")).to_have_text("DAPI 12,345")

    page.get_by_test_id("plane-slider").press("ArrowLeft")
    shows(page, [0, 0, 255])
    page.wait_for_function("() => !location.search.includes('z=')")
    page.reload()
    shows(page, [0, 0, 255])
    visitor.by_id("side-display").click()
    visitor.by_id("display-reset").click()
    expect(page.get_by_role("checkbox", name="GFP")).to_be_checked()
    shows(page, [0, 255, 255])
