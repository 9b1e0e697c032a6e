"""A share link: an owner makes it, somebody without an account opens it, and it ends while they look."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.pictures import plate
from tests.e2e.visitors import API, WORK_TIMEOUT_MS, Visitor, at
from tests.fixtures.mail import MailServer

LINK_PASSWORD = "blue plates only"
SIGNED_OUT = r"status of 401"


def test_a_share_link_from_its_making_to_its_end(arrive: Callable[..., Visitor], post: MailServer) -> None:
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
    expect(ada.by_id("share-none")).to_be_visible()
    ada.by_id("share-set-password").fill(LINK_PASSWORD)
    ada.by_id("share-make").click()
    link = ada.by_id("share-url").inner_text()
    expect(ada.by_id("share-link")).to_contain_text("never opened")
    ada.page.reload()
    expect(ada.by_id("share-link")).to_have_count(1)
    expect(ada.by_id("share-url")).to_have_count(0)

    path = link.removeprefix(ada.base_url)
    guest.go(path)
    guest.by_id("share-password").fill("red plates only")
    guest.by_id("share-open").click()
    expect(guest.page.get_by_role("alert")).to_contain_text("The password is not right")
    guest.by_id("share-password").fill(LINK_PASSWORD)
    guest.by_id("share-open").click()
    guest.page.wait_for_url(lambda address: re.search(r"/s/[0-9a-f-]{36}$", address) is not None)
    expect(guest.page.get_by_role("heading", name="Plate 7")).to_be_visible()
    expect(guest.cells("succeeded")).to_have_count(1)
    expect(guest.page.get_by_test_id("cell-overlay").first).to_be_visible()
    gallery = guest.page.url
    assert guest.context.request.get(f"{guest.base_url}{API}/projects/{project}").status == 401

    guest.cells().first.click()
    guest.page.wait_for_url(at("/images/"))
    expect(guest.by_id("viewer")).to_have_attribute("data-state", "ready")
    expect(guest.by_id("objects")).to_have_attribute("data-state", "ready")
    expect(guest.by_id("object-row").first).to_be_visible()
    expect(guest.by_id("open-tuning")).to_have_count(0)
    guest.by_id("viewer-outlines").click()
    expect(guest.by_id("viewer-outlines")).to_have_attribute("data-state", "unchecked")
    guest.page.reload()
    expect(guest.by_id("viewer")).to_have_attribute("data-state", "ready")

    other = guest.go(gallery.removeprefix(guest.base_url), guest.open_tab())
    expect(guest.cells(page=other)).to_have_count(1, timeout=WORK_TIMEOUT_MS)
    ada.page.reload()
    expect(ada.by_id("share-link")).to_contain_text("opened 1 time")
    guest.expected.append(SIGNED_OUT)
    ada.by_id("share-revoke").click()
    ada.by_id("share-revoke-sure").click()
    for page in (guest.page, other):
        expect(page.get_by_test_id("share-closed")).to_be_visible(timeout=1500)
        expect(page.get_by_text("Plate 7")).to_have_count(0)
        expect(page.locator("img[src*='/images/']")).to_have_count(0)
    other.reload()
    expect(other.get_by_test_id("share-closed")).to_be_visible()
    guest.go(path)
    expect(guest.page.get_by_role("heading", name="This link is not open")).to_be_visible()
    expect(ada.by_id("share-link")).to_have_count(0)
