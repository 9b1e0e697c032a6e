"""Many images at once in the gallery, and how little of it travels when one of them changes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import FilePayload, Locator, WebSocket, expect

from tests.e2e.pictures import encoded, plate, speckles, well
from tests.e2e.visitors import API, Visitor

MODEL = "classical"
ROW_BYTES, LARGEST_FRAME_BYTES = 500, 1500


def test_all_but_some_are_tagged_deleted_taken_back_and_restored(visitor: Visitor, tmp_path: Path) -> None:
    visitor.make_project("Many")
    visitor.by_id("file-input").set_input_files(speckles(tmp_path, 30))
    expect(visitor.by_id("upload-title")).to_have_text("30 images added")
    visitor.by_id("upload-close").click()
    expect(visitor.cells().first).to_be_visible()
    bar, gallery = visitor.by_id("selection-bar"), visitor.by_id("gallery-list")
    gallery.focus()
    gallery.press("ControlOrMeta+a")
    expect(bar).to_contain_text("30 selected")
    visitor.cells().nth(1).click(modifiers=["ControlOrMeta"])
    expect(bar).to_contain_text("29 selected")

    gallery.press("t")
    visitor.by_id("tag-name").fill("day 3")
    visitor.by_id("tag-add").click()
    expect(toast(visitor)).to_contain_text("29 images tagged")
    visitor.by_id("tag-filter").select_option("day 3")
    expect(visitor.by_id("gallery")).to_have_attribute("data-loaded", "29")

    visitor.cells().nth(0).click()
    visitor.cells().nth(4).click(modifiers=["Shift"])
    expect(bar).to_contain_text("5 selected")
    gallery.press("Delete")
    expect(toast(visitor)).to_contain_text("5 images moved to the trash")
    expect(visitor.by_id("filter-trash")).to_contain_text("5")
    visitor.by_id("toast-action").click()
    expect(visitor.by_id("filter-trash")).not_to_be_attached()
    expect(visitor.by_id("filter-all")).to_contain_text("30")


def test_a_picture_that_looks_empty_is_marked_found_and_left_out(visitor: Visitor) -> None:
    visitor.make_project("Poor pictures")
    empty = FilePayload(name="empty.png", mimeType="image/png", buffer=encoded(np.full((256, 256), 90, np.uint8), "png"))
    visitor.choose_files([empty, well(1, "png"), well(2, "png")])
    expect(visitor.cells("ready")).to_have_count(3)
    poor = visitor.cells().filter(has_text="empty.png")
    expect(poor.get_by_test_id("status-badge")).to_have_text("Looks empty")
    visitor.by_id("flaw-filter").select_option("any")
    expect(visitor.by_id("gallery")).to_have_attribute("data-loaded", "1")
    visitor.by_id("flaw-filter").select_option("")
    expect(visitor.cells()).to_have_count(3)
    visitor.by_id("segment-open").click()
    visitor.page.get_by_text("Leave out the image that looks empty or blurred").click()
    expect(visitor.by_id("segment-start")).to_have_text("Segment 2 images")
    visitor.by_id("segment-start").click()
    visitor.waits_for(2, "succeeded")
    expect(poor.get_by_test_id("status-badge")).to_have_text("Looks empty")


def test_what_was_deleted_waits_in_the_trash(visitor: Visitor, tmp_path: Path) -> None:
    visitor.make_project("Bin")
    visitor.by_id("file-input").set_input_files(speckles(tmp_path, 4))
    expect(visitor.cells()).to_have_count(4)
    visitor.cells().nth(0).click()
    visitor.by_id("selection-all").click()
    expect(visitor.by_id("selection-bar")).to_contain_text("4 selected")
    visitor.by_id("selection-delete").click()
    expect(visitor.by_id("gallery-empty")).to_be_visible()
    visitor.by_id("filter-trash").click()
    expect(visitor.cells()).to_have_count(4)
    visitor.page.reload()
    expect(visitor.cells().first).to_contain_text("30 days left")
    visitor.cells().nth(2).click()
    visitor.by_id("selection-restore").click()
    expect(visitor.cells()).to_have_count(3)
    visitor.by_id("filter-all").click()
    expect(visitor.cells()).to_have_count(1)


def toast(visitor: Visitor) -> Locator:
    """The newest message."""
    return visitor.by_id("toast").last


def heard(visitor: Visitor) -> list[str]:
    """What the page's websocket brings from the next load on."""
    frames: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(str(frame)) if "delta" in str(frame) else None)

    visitor.page.on("websocket", listen)
    return frames


def bytes_while(visitor: Visitor, frames: list[str], act: Callable[[], object], seen: Callable[[], object]) -> list[str]:
    """The state updates that an act brings until its effect is seen."""
    visitor.page.wait_for_load_state("networkidle")
    frames.clear()
    act()
    seen()
    return list(frames)


def test_one_change_moves_a_few_hundred_bytes_and_not_the_list(visitor: Visitor) -> None:
    project = visitor.make_project("Frames")
    visitor.choose_files(plate(6))
    visitor.waits_for(6, "ready")
    frames = heard(visitor)
    visitor.page.reload()
    expect(visitor.cells()).to_have_count(6)
    others = [str(cell.get_attribute("data-image-id")) for cell in visitor.cells().all()]
    image = others.pop(3)
    origin = {"Origin": visitor.base_url}
    address = f"{visitor.base_url}{API}"

    def rename() -> None:
        visitor.answered(visitor.context.request.patch(f"{address}/images/{image}", data={"name": "renamed.png"}, headers=origin))

    def segment() -> None:
        body = {"imageIds": [image], "model": MODEL}
        visitor.answered(visitor.context.request.post(f"{address}/projects/{project}/segmentations", data=body, headers=origin))

    renamed = bytes_while(visitor, frames, rename, lambda: expect(visitor.cells().nth(3)).to_contain_text("renamed.png"))
    assert len(renamed) == 1
    assert len(renamed[0]) < ROW_BYTES
    segmented = bytes_while(visitor, frames, segment, lambda: visitor.waits_for(1, "succeeded"))
    assert max(map(len, segmented)) < LARGEST_FRAME_BYTES
    everything = "".join(segmented)
    assert image in everything
    assert not any(other in everything for other in others)
