"""An empty dashboard, the dark, the keyboard."""

from playwright.sync_api import expect

from tests.e2e.pictures import plate
from tests.e2e.visitors import WORK_TIMEOUT_MS, Visitor

LUMINANCE = """() => {
  const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).map(Number);
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}"""


def test_an_empty_dashboard_offers_samples_that_can_be_segmented_at_once(visitor: Visitor) -> None:
    expect(visitor.by_id("dashboard-empty")).to_be_visible()
    visitor.by_id("try-samples").click()
    visitor.page.wait_for_url("**/projects/*")
    expect(visitor.cells("ready").first).to_be_visible(timeout=WORK_TIMEOUT_MS)
    expect(visitor.cells().first).to_contain_text("Simulated")
    visitor.page.get_by_test_id("nav-projects").click()
    expect(visitor.by_id("project-card").first).to_be_visible()


def test_the_dark_theme_is_dark_and_stays(visitor: Visitor) -> None:
    visitor.go("/")
    expect(visitor.by_id("theme-toggle")).to_be_visible()
    assert visitor.page.evaluate(LUMINANCE) > 0.8
    visitor.by_id("theme-toggle").click()
    expect(visitor.page.locator("html.dark, html[data-theme=dark], .dark").first).to_be_attached()
    assert visitor.page.evaluate(LUMINANCE) < 0.2
    visitor.page.reload()
    expect(visitor.by_id("theme-toggle")).to_be_visible()
    assert visitor.page.evaluate(LUMINANCE) < 0.2


def test_the_gallery_works_by_keyboard_alone(visitor: Visitor) -> None:
    visitor.make_project("Keys")
    visitor.choose_files(plate(6))
    expect(visitor.cells("ready")).to_have_count(6, timeout=WORK_TIMEOUT_MS)
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
    visitor.page.wait_for_url(f"**/images/{focused}*")
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
