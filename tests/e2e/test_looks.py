"""An empty dashboard, the dark, the keyboard."""

import re

from playwright.sync_api import expect

from tests.e2e.pictures import plate
from tests.e2e.visitors import WORK_TIMEOUT_MS, Visitor, at

LIGHT = re.compile(r"^rgb\((2[0-5]\d(, )?){3}\)$")
DARK = re.compile(r"^rgb\(([1-4]?\d(, )?){3}\)$")


def test_an_empty_dashboard_offers_samples_that_can_be_segmented_at_once(visitor: Visitor) -> None:
    expect(visitor.by_id("dashboard-empty")).to_be_visible()
    visitor.by_id("try-samples").click()
    visitor.page.wait_for_url(at("/projects/"))
    expect(visitor.cells("ready").first).to_be_visible(timeout=WORK_TIMEOUT_MS)
    expect(visitor.cells().first).to_contain_text("Simulated")
    visitor.page.get_by_test_id("nav-projects").click()
    expect(visitor.by_id("project-card").first).to_be_visible()


def test_the_dark_theme_is_dark_and_stays(visitor: Visitor) -> None:
    ground = visitor.page.locator(".radix-themes").first
    expect(ground).to_have_css("background-color", LIGHT)
    visitor.by_id("theme-toggle").click()
    expect(ground).to_have_css("background-color", DARK)
    visitor.page.reload()
    expect(visitor.by_id("project-new").first).to_be_visible()
    expect(ground).to_have_css("background-color", DARK)


def test_the_gallery_works_by_keyboard_alone(visitor: Visitor) -> None:
    visitor.make_project("Keys")
    visitor.choose_files(plate(6))
    visitor.waits_for(6, "ready")
    gallery = visitor.by_id("gallery-list")
    gallery.focus()
    gallery.press("Home")
    gallery.press("ArrowRight")
    expect(visitor.page.locator("[data-testid=gallery-cell][data-focused]")).to_have_attribute("data-index", "1")
    gallery.press("Space")
    expect(visitor.by_id("selection-bar")).to_contain_text("1 selected")
    gallery.press("ControlOrMeta+a")
    expect(visitor.by_id("selection-bar")).to_contain_text("6 selected")
    gallery.press("Escape")
    expect(visitor.by_id("selection-bar")).not_to_be_visible()
    focused = visitor.page.locator("[data-testid=gallery-cell][data-focused]").get_attribute("data-image-id")
    gallery.press("Enter")
    visitor.page.wait_for_url(at(f"/images/{focused}"))
    expect(visitor.by_id("viewer")).to_have_attribute("data-state", "ready")


def test_projects_are_renamed_deleted_and_taken_back(visitor: Visitor) -> None:
    visitor.make_project("Draft")
    visitor.go("/")
    card = visitor.by_id("project-card")
    card.get_by_role("button").click()
    visitor.page.get_by_role("menuitem", name="Rename").click()
    visitor.page.get_by_label("Name", exact=True).fill("Final")
    visitor.by_id("project-rename").click()
    expect(card).to_contain_text("Final")
    card.get_by_role("button").click()
    visitor.page.get_by_role("menuitem", name="Delete").click()
    expect(card).to_have_count(0)
    visitor.by_id("toast-action").click()
    expect(card).to_contain_text("Final")
