"""A forgotten password, and who is out when it is set anew."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.visitors import PASSWORD, Visitor, at
from tests.fixtures.mail import MailServer
from tests.fixtures.services import RunningStack

OTHER_PASSWORD = "staple of quiet rivers"


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
