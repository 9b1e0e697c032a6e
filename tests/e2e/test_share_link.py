"""What somebody without an account sees of a segmented image; how links begin and end is the matter of test_journey.py."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.pictures import plate
from tests.e2e.visitors import API, Visitor, at
from tests.fixtures.mail import MailServer


def test_a_visitor_sees_the_objects_of_an_image(arrive: Callable[..., Visitor], post: MailServer) -> None:
    ada, guest = arrive(), arrive()
    ada.register()
    ada.confirm_address(post)
    ada.go("/")
    project = ada.make_project("Plate 7")
    ada.choose_files(plate(1))
    ada.waits_for(1, "ready")
    body = {"imageIds": "all", "model": "classical"}
    started = ada.context.request.post(f"{ada.base_url}{API}/projects/{project}/segmentations", data=body, headers={"Origin": ada.base_url})
    ada.answered(started)
    ada.waits_for(1, "succeeded")

    ada.go(f"/projects/{project}/members")
    ada.by_id("share-make").click()
    link = ada.by_id("share-url").inner_text()
    guest.go(link.removeprefix(ada.base_url))
    guest.page.wait_for_url(lambda address: re.search(r"/s/[0-9a-f-]{36}$", address) is not None)
    expect(guest.page.get_by_role("heading", name="Plate 7")).to_be_visible()
    expect(guest.cells("succeeded")).to_have_count(1)
    expect(guest.page.get_by_test_id("cell-overlay").first).to_be_visible()
    guest.cells().first.click()
    guest.page.wait_for_url(at("/images/"))
    expect(guest.by_id("viewer")).to_have_attribute("data-state", "ready")
    for tool in ("tool-rail", "editor-status", "segment-again", "image-export", "undo"):
        expect(guest.by_id(tool)).to_have_count(0)
    expect(guest.by_id("objects")).to_have_attribute("data-state", "ready")
    expect(guest.by_id("object-row").first).to_be_visible()
    expect(guest.by_id("open-tuning")).to_have_count(0)
    guest.by_id("viewer-outlines").click()
    expect(guest.by_id("viewer-outlines")).to_have_attribute("data-state", "unchecked")
