"""Who may come in, and how soon they are out."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.pictures import plate
from tests.e2e.visitors import API, Visitor, at


def test_pages_ask_strangers_to_sign_in_and_lead_them_back(visitor: Visitor, arrive: Callable[..., Visitor]) -> None:
    project = visitor.make_project("Private")
    stranger = arrive()
    stranger.go(f"/projects/{project}")
    stranger.page.wait_for_url(at("/sign-in"))
    stranger.sign_in(visitor.email)
    stranger.page.wait_for_url(at(f"/projects/{project}"))
    expect(stranger.page.get_by_role("heading", name="Private")).to_be_visible()


def test_signing_out_in_one_tab_ends_the_other_at_once(visitor: Visitor) -> None:
    other = visitor.go("/", visitor.open_tab())
    expect(other.get_by_test_id("project-new").first).to_be_visible()
    visitor.by_id("user-menu").click()
    visitor.by_id("sign-out").click()
    visitor.page.wait_for_url(at("/sign-in"))
    other.wait_for_url(at("/sign-in"))
    assert visitor.context.request.get(f"{visitor.base_url}{API}/projects").status == 401


def test_a_project_that_is_not_shared_does_not_exist(visitor: Visitor, arrive: Callable[..., Visitor]) -> None:
    project = visitor.make_project("Private")
    eve = arrive()
    eve.register("Eve Adams")
    eve.go(f"/projects/{project}")
    expect(eve.page.get_by_text("There is no such project")).to_be_visible()
    assert eve.context.request.get(f"{eve.base_url}{API}/projects/{project}").status == 404


def test_a_new_member_watches_the_work_live_and_a_removed_one_is_out_at_once(visitor: Visitor, arrive: Callable[..., Visitor]) -> None:
    project = visitor.make_project("Together")
    vera = arrive()
    vera.register("Vera Rubin")
    visitor.go(f"/projects/{project}/members")
    visitor.by_id("member-email").fill(vera.email)
    visitor.by_id("member-role").select_option("viewer")
    visitor.by_id("member-add").click()
    expect(visitor.by_id("member")).to_have_count(2)

    vera.go(f"/projects/{project}")
    expect(vera.page.get_by_role("heading", name="Together")).to_be_visible()
    expect(vera.by_id("file-input")).not_to_be_attached()
    visitor.go(f"/projects/{project}")
    visitor.choose_files(plate(2))
    vera.waits_for(2, "ready")

    visitor.go(f"/projects/{project}/members")
    visitor.by_id("member").filter(has_text=vera.email).get_by_test_id("member-remove").click()
    expect(visitor.by_id("member")).to_have_count(1)
    expect(vera.cells()).to_have_count(0)
    assert vera.context.request.get(f"{vera.base_url}{API}/projects/{project}").status == 404
