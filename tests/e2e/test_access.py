"""Who may come in, and how soon they are out."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.pictures import plate
from tests.e2e.visitors import API, PASSWORD, Visitor, at, new_email
from tests.fixtures.mail import MailServer
from tests.fixtures.services import RunningStack

OTHER_PASSWORD = "staple of quiet rivers"


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


def test_from_registering_to_being_removed(arrive: Callable[..., Visitor], post: MailServer) -> None:
    ada, vera = arrive(), arrive()
    ada.register()
    expect(ada.by_id("unconfirmed")).to_contain_text(ada.email)
    ada.confirm_address(post)
    ada.go("/")
    expect(ada.by_id("project-new").first).to_be_visible()
    expect(ada.by_id("unconfirmed")).to_have_count(0)

    project = ada.make_project("Together")
    vera.email = new_email("Vera Rubin")
    ada.go(f"/projects/{project}/members")
    ada.by_id("member-email").fill(vera.email)
    ada.by_id("member-role").select_option("viewer")
    ada.by_id("member-add").click()
    expect(ada.by_id("invitation")).to_contain_text(vera.email)

    vera.go(post.link_to(vera.email, "invitation"))
    vera.by_id("invitation-accept").click()
    vera.by_id("invitation-register").click()
    vera.page.wait_for_url(at("/register"))
    vera.register("Vera Rubin")
    vera.page.wait_for_url(at("/invitation"))
    vera.by_id("invitation-accept").click()
    vera.page.wait_for_url(at(f"/projects/{project}"))
    expect(vera.page.get_by_role("heading", name="Together")).to_be_visible()
    expect(vera.by_id("file-input")).not_to_be_attached()

    ada.go(f"/projects/{project}")
    ada.choose_files(plate(2))
    vera.waits_for(2, "ready")
    ada.go(f"/projects/{project}/members")
    expect(ada.by_id("invitation")).to_have_count(0)
    ada.by_id("member").filter(has_text=vera.email).get_by_test_id("member-remove").click()
    expect(ada.by_id("member")).to_have_count(1)
    expect(vera.cells()).to_have_count(0)
    assert vera.context.request.get(f"{vera.base_url}{API}/projects/{project}").status == 404


def test_a_forgotten_password_is_set_anew_and_every_browser_is_out_at_once(
    visitor: Visitor, arrive: Callable[..., Visitor], post: MailServer, stack: RunningStack
) -> None:
    expect(visitor.by_id("project-new").first).to_be_visible()
    elsewhere = arrive()
    elsewhere.go("/sign-in")
    elsewhere.page.get_by_role("link", name="Forgot the password?").click()
    elsewhere.page.wait_for_url(at("/forgot-password"))
    elsewhere.page.get_by_label("E-mail").fill(visitor.email)
    elsewhere.by_id("forgot-submit").click()
    expect(elsewhere.page.get_by_role("status")).to_contain_text("If this address has an account")
    link = post.link_to(visitor.email, "reset-password")
    elsewhere.go(link)
    elsewhere.page.get_by_label("New password").fill("1234567890")
    elsewhere.by_id("reset-submit").click()
    expect(elsewhere.page.get_by_role("alert")).to_contain_text("too easy to guess")
    elsewhere.page.get_by_label("New password").fill(OTHER_PASSWORD)
    elsewhere.by_id("reset-submit").click()
    elsewhere.page.wait_for_url(at("/sign-in"))
    visitor.page.wait_for_url(at("/sign-in"))
    elsewhere.sign_in(visitor.email, OTHER_PASSWORD)
    expect(elsewhere.by_id("project-new").first).to_be_visible()
    elsewhere.go("/account")
    expect(elsewhere.by_id("place")).to_have_count(1)
    expect(elsewhere.by_id("place")).to_contain_text("this browser")
    session = next(cookie["value"] for cookie in elsewhere.context.cookies() if cookie["name"] == "cellhub_session")
    log = stack.log_of("web")
    assert "reset-password" in log
    assert not [secret for secret in (PASSWORD, OTHER_PASSWORD, link.partition("#")[2], session) if secret in log]
