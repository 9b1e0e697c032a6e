"""Looking before segmenting: a threshold that is moved on one image, and models that are compared on a few."""

import re

from playwright.sync_api import expect

from tests.e2e.pictures import plate
from tests.e2e.visitors import WORK_TIMEOUT_MS, Visitor, at
from tests.fixtures.stacks import stack_file

NUMBER = re.compile(r"\d+")


def test_a_threshold_is_tried_by_eye_and_applied(visitor: Visitor) -> None:
    visitor.make_project("Thresholds")
    visitor.choose_files(plate(2))
    visitor.waits_for(2, "ready")
    visitor.by_id("segment-open").click()
    visitor.by_id("segment-try").click()
    visitor.page.wait_for_url(at("/try"))
    expect(visitor.by_id("tuning-count")).to_contain_text(NUMBER, timeout=WORK_TIMEOUT_MS)
    viewer = visitor.by_id("viewer")
    expect(viewer).to_have_attribute("data-outlines", "ready")

    slider = visitor.by_id("tuning-threshold")
    with visitor.page.expect_response(lambda response: "threshold=0.95" in response.url) as answered:
        slider.press("End")
    assert answered.value.ok
    expect(viewer).to_have_attribute("data-outlines", "ready")
    visitor.page.reload()
    expect(visitor.by_id("tuning-threshold")).to_have_value("0.95")
    expect(visitor.by_id("tuning-count")).to_contain_text(NUMBER)

    visitor.by_id("tuning-scope-all").click()
    expect(visitor.by_id("tuning-apply")).to_have_text(re.compile(r"Segment\s+2\s+images"))
    visitor.by_id("tuning-apply").click()
    visitor.waits_for(2, "succeeded")


def test_models_are_compared_and_one_is_chosen_for_all(visitor: Visitor) -> None:
    visitor.make_project("Rivals")
    visitor.choose_files(plate(3))
    visitor.waits_for(3, "ready")
    visitor.by_id("gallery-list").focus()
    visitor.page.keyboard.press("ControlOrMeta+a")
    visitor.by_id("selection-compare").click()
    visitor.by_id("face-off-begin").click()
    visitor.page.wait_for_url(at("/face-off/"))
    expect(visitor.by_id("face-off-frame")).to_have_count(3)
    expect(visitor.by_id("face-off-progress")).to_have_count(0, timeout=WORK_TIMEOUT_MS)
    for side in ("left", "right"):
        expect(visitor.by_id(f"duel-{side}").get_by_test_id("viewer")).to_have_attribute("data-objects", NUMBER)
        expect(visitor.by_id(f"duel-{side}")).to_contain_text("contested")

    visitor.photograph("face-off")

    page = visitor.page
    page.keyboard.press("w")
    expect(visitor.by_id("duel")).to_have_attribute("data-mode", "swipe")
    divider = visitor.by_id("duel-divider")
    divider.press("End")
    expect(divider).to_have_attribute("aria-valuenow", "100")
    with page.expect_response(at_disagreement) as veil:
        page.keyboard.press("d")
    assert veil.value.ok
    page.keyboard.press("]")
    expect(page).to_have_url(re.compile(r"mode=swipe.*disagreement=1"))
    page.reload()
    expect(visitor.by_id("duel")).to_have_attribute("data-mode", "swipe")

    visitor.by_id("use-unet").click()
    page.wait_for_url(lambda address: "/face-off/" not in address)
    visitor.waits_for(3, "succeeded")
    page.go_back()
    expect(visitor.by_id("face-off-chosen")).to_contain_text("U-Net")
    visitor.go("/projects/0192d1f0-0000-7000-8000-000000000000/face-off/0192d1f0-0000-7000-8000-000000000000")
    expect(page.get_by_role("heading", name="There is no such face-off")).to_be_visible()


def test_models_are_compared_on_the_middle_slice_of_a_stack(visitor: Visitor) -> None:
    file = stack_file(slices=3)
    visitor.make_project("Stacks")
    visitor.choose_files([{"name": file.name, "mimeType": "image/tiff", "buffer": file.data}])
    visitor.waits_for(1, "ready")
    visitor.by_id("gallery-list").focus()
    visitor.page.keyboard.press("ControlOrMeta+a")
    visitor.by_id("selection-compare").click()
    visitor.by_id("face-off-begin").click()
    visitor.page.wait_for_url(at("/face-off/"))
    expect(visitor.by_id("face-off-frame")).to_have_count(1)
    expect(visitor.by_id("face-off-progress")).to_have_count(0, timeout=WORK_TIMEOUT_MS)
    for side in ("left", "right"):
        expect(visitor.by_id(f"duel-{side}")).to_contain_text("slice 2 of 3")
        expect(visitor.by_id(f"duel-{side}").get_by_test_id("viewer")).to_have_attribute("data-state", "ready")
    expect(visitor.by_id("face-off-frame").locator("img")).to_have_attribute("src", re.compile(r"/face-offs/.+/thumbnail"))


def at_disagreement(response: object) -> bool:
    """Whether this answers the picture of what the models disagree about."""
    return "/disagreement" in str(getattr(response, "url", ""))
