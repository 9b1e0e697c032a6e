"""An image that is segmented again while two browsers look: hand work stays, both see the result, a restore brings back what was."""

from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import expect

from tests.e2e.pictures import plate
from tests.e2e.test_history import edit, sent, square
from tests.e2e.visitors import Visitor, at


def test_an_image_is_segmented_again_beside_what_was_drawn_and_exported(arrive: Callable[..., Visitor]) -> None:
    ada, vera = arrive(), arrive()
    ada.open_account()
    vera.open_account("Vera Rubin")
    project = ada.make_project("Again")
    sent(ada, "POST", f"/projects/{project}/members", {"email": vera.email, "role": "viewer"})
    ada.choose_files(plate(1))
    ada.waits_for(1, "ready")
    image = ada.api(f"/projects/{project}/images")["data"][0]["id"]
    drawn = str(uuid4())
    edit(ada, image, 0, [], [{"id": drawn, "feature": square(2, 2, 12)}])

    for visitor in (ada, vera):
        visitor.go(f"/projects/{project}/images/{image}")
        visitor.page.wait_for_url(at(f"/images/{image}"))
        expect(visitor.by_id("viewer")).to_have_attribute("data-objects", "1")
    expect(vera.by_id("view-only")).to_be_visible()
    for tool in ("tool-rail", "editor-status", "segment-again", "undo"):
        expect(vera.by_id(tool)).to_have_count(0)

    expect(ada.by_id("viewer")).to_have_attribute("data-editor", "select")
    ada.by_id("segment-again").click()
    ada.page.get_by_text("Otsu and watershed").click()
    expect(ada.by_id("model-classical")).to_be_checked()
    expect(ada.by_id("again-keep")).to_be_checked()
    ada.by_id("again-start").click()
    expect(ada.by_id("again-start")).to_have_count(0)
    expect(ada.by_id("segment-again")).to_be_visible()
    expect(ada.by_id("viewer-caption")).to_contain_text("revision 2")
    features = ada.api(f"/images/{image}/polygons?frame=0&format=geojson")["features"]
    assert drawn in [feature["id"] for feature in features]
    assert len(features) > 1
    for visitor in (ada, vera):
        expect(visitor.by_id("viewer")).to_have_attribute("data-objects", str(len(features)))

    ada.by_id("side-history").click()
    ada.by_id("diff-switch").check()
    expect(ada.by_id("diff-added")).to_have_attribute("data-count", str(len(features) - 1))
    ada.by_id("side-objects").click()
    expect(ada.by_id("comparison-chip")).to_contain_text(f"{len(features) - 1} added")
    ada.by_id("comparison-close").click()
    expect(ada.by_id("comparison-chip")).to_have_count(0)

    sent(ada, "POST", f"/images/{image}/revisions/1/restore", None)
    for visitor in (ada, vera):
        expect(visitor.by_id("viewer")).to_have_attribute("data-objects", "1")
    expect(ada.by_id("save-state")).to_contain_text("Saved")

    ada.by_id("image-export").click()
    ada.by_id("image-export-csv").click()
    ready = ada.by_id("toast").filter(has_text="The export of this image is ready")
    with ada.page.expect_download() as download:
        ready.get_by_test_id("toast-link").click()
    assert download.value.suggested_filename.endswith(".zip")
