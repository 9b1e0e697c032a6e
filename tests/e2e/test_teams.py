"""From making a team to being out of it: everybody's page follows without a reload."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.pictures import plate
from tests.e2e.promptness import click_is_followed
from tests.e2e.visitors import API, PASSWORD, Visitor, at, new_email
from tests.fixtures.mail import MailServer


def confirmed(arrive: Callable[..., Visitor], post: MailServer, name: str) -> Visitor:
    """Somebody whose address is known to be theirs, on their dashboard; how one gets there is the matter of test_journey.py."""
    visitor = arrive()
    visitor.email = new_email(name)

    def ask(path: str, **body: str) -> None:
        url, headers = f"{visitor.base_url}{API}/auth/{path}", {"Origin": visitor.base_url}
        visitor.answered(visitor.context.request.post(url, data=body, headers=headers))

    ask("register", email=visitor.email, password=PASSWORD, name=name)
    ask("verify-email", token=post.link_to(visitor.email, "verify-email").partition("#")[2])
    ask("session", email=visitor.email, password=PASSWORD)
    visitor.go("/")
    expect(visitor.by_id("project-new").first).to_be_visible()
    return visitor


@pytest.fixture
def ada(arrive: Callable[..., Visitor], post: MailServer) -> Visitor:
    return confirmed(arrive, post, "Ada Lovelace")


@pytest.fixture
def vera(arrive: Callable[..., Visitor], post: MailServer) -> Visitor:
    return confirmed(arrive, post, "Vera Rubin")


def make_team(visitor: Visitor, name: str) -> None:
    """A new team, from the page that says what teams are good for."""
    visitor.by_id("nav-teams").click()
    expect(visitor.by_id("teams-empty")).to_contain_text("Share a project with it")
    visitor.by_id("team-new").click()
    visitor.page.get_by_label("Name", exact=True).fill(name)
    visitor.by_id("team-create").click()
    expect(visitor.page.get_by_role("heading", name=name)).to_be_visible()


def share(visitor: Visitor, project: str, role: str) -> None:
    """Share a project with the one team there is."""
    visitor.go(f"/projects/{project}/members")
    visitor.by_id("share-role").select_option(role)
    visitor.by_id("share-add").click()
    expect(visitor.by_id("share")).to_have_count(1)


def test_a_project_comes_and_goes_with_the_team(ada: Visitor, vera: Visitor) -> None:
    project = ada.make_project("Shared")
    ada.choose_files(plate(2))
    ada.waits_for(2, "ready")
    make_team(ada, "Imaging")
    team = ada.page.url
    ada.by_id("member-email").fill(vera.email)
    ada.by_id("member-add").click()
    expect(ada.by_id("invitation")).to_contain_text(vera.email)
    ada.photograph("team")

    expect(vera.by_id("asked")).to_contain_text("Imaging")
    vera.by_id("asked-accept").click()
    expect(vera.page.get_by_role("heading", name="Imaging")).to_be_visible()
    expect(ada.by_id("member")).to_have_count(2)
    expect(ada.by_id("invitation")).to_have_count(0)
    vera.by_id("nav-projects").click()
    expect(vera.by_id("dashboard-empty")).to_be_visible()

    share(ada, project, "viewer")
    vera.by_id("project-card").get_by_role("link", name="Shared").click()
    vera.waits_for(2, "ready")
    expect(vera.by_id("segment-open")).to_have_count(0)
    expect(vera.by_id("file-input")).not_to_be_attached()
    ada.by_id("share").get_by_role("combobox").select_option("editor")
    expect(vera.by_id("segment-open")).to_be_visible()

    ada.page.goto(team)
    remove = ada.by_id("member").filter(has_text=vera.email).get_by_test_id("member-remove")
    click_is_followed(ada, remove, [vera.page], "document.body.innerText.includes('There is no such project')")
    expect(vera.cells()).to_have_count(0)
    assert vera.context.request.get(f"{vera.base_url}{API}/projects/{project}").status == 404


def test_the_last_owner_gives_the_project_away_before_leaving(ada: Visitor, vera: Visitor) -> None:
    project = ada.make_project("Legacy")
    ada.go(f"/projects/{project}/members")
    ada.by_id("member-email").fill(vera.email)
    ada.by_id("member-add").click()
    vera.by_id("asked-accept").click()
    vera.page.wait_for_url(at(f"/projects/{project}"))
    expect(ada.by_id("member")).to_have_count(2)
    ada.by_id("member-leave").click()
    ada.by_id("leave-confirm").click()
    expect(ada.by_id("toast").filter(has_text="give it to somebody first")).to_be_visible()
    ada.by_id("member-give").click()
    ada.by_id("transfer-confirm").click()
    expect(vera.by_id("toast").filter(has_text="is yours now")).to_be_visible()
    expect(vera.by_id("tab-members")).to_be_visible()
    expect(ada.by_id("member-give")).to_have_count(0)
    expect(ada.by_id("member-email")).to_have_count(0)
    ada.by_id("member-leave").click()
    ada.by_id("leave-confirm").click()
    expect(ada.by_id("dashboard-empty")).to_be_visible()
