"""From registering to being gone: somebody opens an account, shares a project with a colleague and with a link, and takes both back."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import APIResponse, expect

from tests.e2e.pictures import plate, well
from tests.e2e.promptness import click_is_followed
from tests.e2e.visitors import API, WORK_TIMEOUT_MS, Visitor, at, new_email
from tests.fixtures.mail import MailServer

LINK_PASSWORD = "blue plates only"
SIGNED_OUT = r"status of 401"
PROJECT = "Plate 7"
NO_PROJECT = "There is no such project"
# What a program hears that came in with this browser's cookie.
LISTEN = """
() => new Promise((ready) => {
  const source = new EventSource("/api/v1/events");
  window.heard = [];
  const kinds = ["imageStatus", "segmentationStatus", "queueUpdate", "batchFinished", "projectChanged", "exportProgress", "signedOut"];
  for (const kind of kinds) source.addEventListener(kind, ({ data }) => window.heard.push(data));
  source.addEventListener("ready", () => ready(true), { once: true });
})
"""


def test_from_registering_to_being_gone(arrive: Callable[..., Visitor], post: MailServer) -> None:
    ada, vera, guest = arrive(), arrive(), arrive()
    told = frames_of(vera)
    project = opens_an_account(ada, post)
    is_invited_and_accepts(ada, vera, post, project)
    link = works_while_another_looks(ada, vera, project)
    opens_the_link(guest, link, project)
    loses_the_link(ada, guest, link)
    is_removed_and_hears_nothing_more(ada, vera, project, told)
    signs_out_everywhere_at_once_and_comes_back(ada, project)


def opens_an_account(ada: Visitor, post: MailServer) -> str:
    """Register, confirm the address, sign in, and start a project; its id."""
    ada.register()
    expect(ada.by_id("unconfirmed")).to_contain_text(ada.email)
    ada.confirm_address(post)
    ada.go("/")
    expect(ada.by_id("project-new").first).to_be_visible()
    expect(ada.by_id("unconfirmed")).to_have_count(0)
    return ada.make_project(PROJECT)


def is_invited_and_accepts(ada: Visitor, vera: Visitor, post: MailServer, project: str) -> None:
    """An invitation to somebody without an account; until it is accepted, the project does not exist for them."""
    vera.email = new_email("Vera Rubin")
    ada.go(f"/projects/{project}/members")
    ada.by_id("member-email").fill(vera.email)
    ada.by_id("member-role").select_option("viewer")
    ada.by_id("member-add").click()
    expect(ada.by_id("invitation")).to_contain_text(vera.email)
    invitation = post.link_to(vera.email, "invitation")

    vera.go(invitation)
    vera.by_id("invitation-accept").click()
    vera.by_id("invitation-register").click()
    vera.page.wait_for_url(at("/register"))
    vera.register("Vera Rubin")
    vera.page.wait_for_url(at("/invitation"))
    vera.go(f"/projects/{project}")
    expect(vera.page.get_by_text(NO_PROJECT)).to_be_visible()
    assert asks(vera, f"/projects/{project}") == 404
    vera.go(invitation)
    vera.by_id("invitation-accept").click()
    vera.page.wait_for_url(at(f"/projects/{project}"))
    expect(vera.page.get_by_role("heading", name=PROJECT)).to_be_visible()
    assert vera.page.evaluate(LISTEN)


def works_while_another_looks(ada: Visitor, vera: Visitor, project: str) -> str:
    """Upload; a viewer sees it come, and may not do the same. Then make a link."""
    ada.go(f"/projects/{project}")
    ada.choose_files(plate(1))
    ada.waits_for(1, "ready")
    vera.waits_for(1, "ready")
    assert sends(vera, "PATCH", f"/projects/{project}", {"name": "Mine"}).status == 403
    for control in ("file-input", "segment-open"):
        expect(vera.by_id(control)).to_have_count(0)

    ada.go(f"/projects/{project}/members")
    expect(ada.by_id("invitation")).to_have_count(0)
    expect(ada.by_id("share-none")).to_be_visible()
    ada.by_id("share-set-password").fill(LINK_PASSWORD)
    ada.by_id("share-make").click()
    link = ada.by_id("share-url").inner_text().removeprefix(ada.base_url)
    expect(ada.by_id("share-link")).to_contain_text("never opened")
    ada.page.reload()
    expect(ada.by_id("share-link")).to_have_count(1)
    expect(ada.by_id("share-url")).to_have_count(0)
    return link


def opens_the_link(guest: Visitor, link: str, project: str) -> None:
    """Gallery and viewer in a clean browser, in two tabs, and nothing else."""
    guest.go(link)
    guest.by_id("share-password").fill("red plates only")
    guest.by_id("share-open").click()
    expect(guest.page.get_by_role("alert")).to_contain_text("The password is not right")
    guest.by_id("share-password").fill(LINK_PASSWORD)
    guest.by_id("share-open").click()
    guest.page.wait_for_url(lambda address: re.search(r"/s/[0-9a-f-]{36}$", address) is not None)
    expect(guest.page.get_by_role("heading", name=PROJECT)).to_be_visible()
    expect(guest.cells()).to_have_count(1)
    gallery = guest.page.url.removeprefix(guest.base_url)
    assert asks(guest, f"/projects/{project}") == 401

    guest.cells().first.click()
    guest.page.wait_for_url(at("/images/"))
    expect(guest.by_id("viewer")).to_have_attribute("data-state", "ready")
    expect(guest.by_id("open-tuning")).to_have_count(0)
    guest.page.reload()
    expect(guest.by_id("viewer")).to_have_attribute("data-state", "ready")
    expect(guest.cells(page=guest.go(gallery, guest.open_tab()))).to_have_count(1, timeout=WORK_TIMEOUT_MS)


def loses_the_link(ada: Visitor, guest: Visitor, link: str) -> None:
    """Revoked: both tabs are empty at once, and so they stay."""
    ada.page.reload()
    expect(ada.by_id("share-link")).to_contain_text("opened 1 time")
    guest.expected.append(SIGNED_OUT)
    ada.by_id("share-revoke").click()
    click_is_followed(ada, ada.by_id("share-revoke-sure"), guest.pages, "document.querySelector('[data-testid=share-closed]')")
    for page in guest.pages:
        expect(page.get_by_text(PROJECT)).to_have_count(0)
        expect(page.locator("img[src*='/images/']")).to_have_count(0)
    guest.pages[1].reload()
    expect(guest.pages[1].get_by_test_id("share-closed")).to_be_visible()
    guest.go(link)
    expect(guest.page.get_by_role("heading", name="This link is not open")).to_be_visible()
    expect(ada.by_id("share-link")).to_have_count(0)


def is_removed_and_hears_nothing_more(ada: Visitor, vera: Visitor, project: str, told: list[str]) -> None:
    """The open page is empty within a second; of what happens afterwards neither its websocket nor its stream of events tells."""
    remove = ada.by_id("member").filter(has_text=vera.email).get_by_test_id("member-remove")
    click_is_followed(ada, remove, [vera.page], f"document.body.innerText.includes('{NO_PROJECT}')")
    expect(vera.cells()).to_have_count(0)
    assert asks(vera, f"/projects/{project}") == 404
    ada.go(f"/projects/{project}")
    ada.choose_files([well(9, "png")])
    ada.waits_for(2, "ready")
    late, early = (image["id"] for image in ada.api(f"/projects/{project}/images")["data"])

    # That both still listen is known from what they are told later, and that they would tell from the first image.
    vera.by_id("nav-projects").click()
    expect(vera.by_id("dashboard-empty")).to_be_visible()
    own = vera.answered(sends(vera, "POST", "/projects", {"name": "Own"})).json()["id"]
    expect(vera.by_id("project-card")).to_contain_text("Own")
    vera.page.wait_for_function("own => window.heard.some((data) => data.includes(own))", arg=own)
    for said in ("\n".join(told), "\n".join(vera.page.evaluate("window.heard"))):
        assert (early in said, own in said, late in said) == (True, True, False)


def signs_out_everywhere_at_once_and_comes_back(ada: Visitor, project: str) -> None:
    """Signing out in one tab ends the other, which leads back once somebody has signed in."""
    other = ada.go(f"/projects/{project}", ada.open_tab())
    expect(other.get_by_role("heading", name=PROJECT)).to_be_visible()
    ada.by_id("user-menu").click()
    click_is_followed(ada, ada.by_id("sign-out"), [other], "location.pathname === '/sign-in'")
    ada.page.wait_for_url(at("/sign-in"))
    assert asks(ada, "/projects") == 401
    ada.pages.reverse()
    ada.sign_in(ada.email)
    expect(ada.page.get_by_role("heading", name=PROJECT)).to_be_visible()


def asks(visitor: Visitor, path: str) -> int:
    """The status with which the API answers this browser."""
    return visitor.context.request.get(f"{visitor.base_url}{API}{path}").status


def sends(visitor: Visitor, method: str, path: str, body: dict[str, Any]) -> APIResponse:
    """What the API answers to a request of the page, in this browser."""
    url, headers = f"{visitor.base_url}{API}{path}", {"Origin": visitor.base_url}
    return visitor.context.request.fetch(url, method=method, data=body, headers=headers)


def frames_of(visitor: Visitor) -> list[str]:
    """What the server says to the page's websocket from its next opening on."""
    told: list[str] = []

    def note(payload: Any) -> None:
        told.append(payload if isinstance(payload, str) else payload.decode(errors="replace"))

    visitor.page.on("websocket", lambda socket: socket.on("framereceived", note))
    return told
