"""Editing outlines with real mouse and keys: every tool, undo and redo, and what reaches the server."""

import math
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.accessibility import serious
from tests.e2e.editing import Desk, blank, square
from tests.e2e.visitors import Visitor, project_at


@pytest.fixture
def desk(visitor: Visitor) -> Desk:
    """The editor of an image that nobody has segmented, in a project of its own."""
    project = visitor.make_project("Outlines by hand")
    visitor.choose_files([blank()])
    visitor.waits_for(1, "ready")
    image = visitor.cells().get_attribute("data-image-id")
    assert image
    return Desk.open(visitor, project, image)


def circle(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    return [(x + radius * math.cos(step / 8 * math.pi), y + radius * math.sin(step / 8 * math.pi)) for step in range(17)]


def test_every_tool_with_mouse_and_keys_and_nothing_is_lost(desk: Desk, arrive: Callable[..., Visitor]) -> None:
    draws_and_selects(desk)
    changes_outlines(desk)
    cuts_and_joins(desk)
    reshapes(desk)
    selects_by_measure(desk)
    deletes_and_takes_back(desk)
    takes_back_across_a_reload(desk)
    keeps_edits_while_offline(desk)
    other = arrive()
    other.sign_in(desk.visitor.email)
    lets_two_browsers_choose(desk, Desk.open(other, project_at(desk.page.url), desk.image))
    assert serious(desk.page, "the editor") == []


def draws_and_selects(desk: Desk) -> None:
    """New polygons by clicks, by freehand and from the keyboard; selection by click, box and lasso."""
    desk.draw(square(20, 20, 40))
    desk.has(1)
    desk.area_is(1560, 1640)
    desk.take("f", "freehand")
    desk.drag(circle(120, 40, 20))
    desk.has(2)
    desk.area_is(1100, 1300)
    desk.take("n", "draw")
    desk.press("Space", "Space", *["Shift+ArrowRight"] * 3, "Space", *["Shift+ArrowDown"] * 3, "Space", "Enter")
    desk.has(3)
    desk.area_is(440, 460)
    desk.press("v")
    desk.drag([(5, 5), (200, 200)], hold="Shift")
    expect(desk.by_id("viewer-selection")).to_have_text("3 objects selected")
    desk.take("b", "box")
    desk.drag([(80, 5), (170, 70)])
    desk.area_is(1100, 1300)
    desk.take("l", "lasso")
    desk.drag([(10, 10), (70, 10), (70, 70), (10, 70)])
    desk.area_is(1560, 1640)
    desk.press("v")
    desk.click((120, 40))
    desk.click((40, 40), hold="Shift")
    expect(desk.by_id("viewer-selection")).to_have_text("2 objects selected")
    desk.press("Escape")
    expect(desk.by_id("viewer-selection")).to_have_text("")


def changes_outlines(desk: Desk) -> None:
    """Vertices dragged, inserted, removed and nudged; points added; a result that crosses itself refused."""
    desk.click((40, 40))
    desk.take("e", "vertices")
    desk.drag([(60, 60), (70, 70)])
    desk.says("Moved a vertex.")
    desk.area_is(1950, 2050)
    desk.drag([(40, 20), (40, 10)])
    desk.says("Added a vertex.")
    desk.area_is(2150, 2250)
    desk.click((40, 10), hold="Alt")
    desk.says("Removed a vertex.")
    desk.area_is(1950, 2050)
    desk.drag([(70, 70), (30, 10)])
    desk.says("The outline stays as it was.")
    desk.area_is(1950, 2050)
    desk.press("Tab", "Shift+ArrowLeft", "ArrowRight")
    desk.says("Vertex at x")
    desk.press("Control+z", "Control+z")
    desk.area_is(1950, 2050)
    desk.take("a", "points")
    desk.click((25, 30), (10, 30), (10, 45), (25, 45))
    desk.press("Enter")
    desk.says("Changed the outline")
    desk.area_is(2080, 2220)


def cuts_and_joins(desk: Desk) -> None:
    """Slices and merges, with and without what may be merged; holes made and filled; moved by mouse and keys."""
    desk.take("s", "slice")
    desk.drag([(40, 5), (40, 40), (40, 80)])
    desk.has(4)
    expect(desk.by_id("viewer-selection")).to_have_text("2 objects selected")
    desk.press("m")
    desk.has(3)
    desk.area_is(2080, 2220)
    desk.take("m", "merge")
    desk.click((120, 40))
    desk.says("do not touch")
    desk.has(3)
    desk.press("v")
    desk.click((40, 40))
    desk.take("h", "hole")
    desk.click(*square(40, 40, 10))
    desk.press("Enter")
    desk.area_is(1980, 2120)
    desk.press("Shift+H")
    desk.area_is(2080, 2220)
    desk.take("g", "move")
    desk.drag([(40, 40), (60, 120)])
    desk.says("Moved 1 object.")
    desk.press("Shift+ArrowDown")
    desk.area_is(2080, 2220)


def reshapes(desk: Desk) -> None:
    """Smooth, simplify, grow and shrink, and the class, on the object that is selected."""
    desk.press("o")
    desk.says("Smoothed 1 object.")
    desk.press("i")
    desk.by_id("panel-simplify").get_by_role("spinbutton").fill("2")
    desk.press("Enter")
    desk.says("Simplified 1 object.")
    desk.press("Escape")
    desk.press("r")
    desk.by_id("panel-resize").get_by_role("spinbutton").fill("3")
    desk.by_id("panel-resize").get_by_role("button", name="Grow").click()
    desk.says("Grew 1 object.")
    desk.area_is(2500, 2900)
    desk.by_id("panel-resize").get_by_role("button", name="Shrink").click()
    desk.says("Shrank 1 object.")
    desk.press("Escape")
    desk.press("c")
    desk.by_id("panel-class").get_by_role("spinbutton").fill("2")
    desk.press("Enter")
    desk.says("Class 2 for 1 object.")
    desk.press("Escape", "Escape")
    assert sorted(feature["properties"]["classId"] for feature in desk.stored()) == [0, 0, 2]


def selects_by_measure(desk: Desk) -> None:
    """All objects of a size at once."""
    desk.press("q")
    desk.by_id("filter-area-low").fill("1000")
    desk.by_id("filter-select").click()
    desk.says("2 objects selected.")
    desk.press("Escape", "Escape")


def deletes_and_takes_back(desk: Desk) -> None:
    """D and the Delete key; undo and redo by keys and buttons; the server has what the page shows."""
    desk.take("d", "delete")
    desk.click((120, 40))
    desk.has(2)
    desk.press("Escape", "Tab", "Delete")
    desk.has(1)
    desk.press("Control+z")
    desk.has(2)
    desk.by_id("undo").click()
    desk.has(3)
    desk.by_id("redo").click()
    desk.has(2)
    desk.press("Control+Shift+z")
    desk.has(1)
    desk.press("Control+z", "Control+y")
    desk.has(1)
    assert len(desk.stored()) == 1


def takes_back_across_a_reload(desk: Desk) -> None:
    """Undo and redo go on where they were before the page was loaded anew."""
    desk.page.reload()
    desk.is_ready()
    desk.has(1)
    expect(desk.by_id("undo")).to_have_attribute("aria-disabled", "false")
    desk.press("Control+z")
    desk.has(2)
    desk.press("Control+Shift+z")
    desk.has(1)
    desk.press("Control+z")
    desk.has(2)
    assert len(desk.stored()) == 2


def keeps_edits_while_offline(desk: Desk) -> None:
    """Without a connection edits stay in the browser, also over a reload, and go out by themselves when it is back."""
    desk.visitor.expected += ["ERR_INTERNET_DISCONNECTED", "WebSocket", "ERR_FAILED"]
    desk.visitor.context.set_offline(True)
    desk.draw(square(180, 20, 30))
    desk.draw(square(180, 70, 30))
    desk.has(4)
    expect(desk.by_id("save-state")).to_have_text("Offline: 2 edits kept")
    desk.visitor.context.set_offline(False)
    assert len(desk.stored()) == 4


def lets_two_browsers_choose(mine: Desk, theirs: Desk) -> None:
    """An edit shows in the other browser; where both changed one object without knowing of each other, one version is chosen."""
    mine.visitor.expected += ["409"]
    mine.press("Escape", "Escape")
    theirs.has(4)
    theirs.draw(square(180, 130, 30))
    mine.has(5)
    mine.visitor.context.set_offline(True)
    mine.click((195, 35))
    mine.take("g", "move")
    mine.press("Shift+ArrowLeft")
    expect(mine.by_id("save-state")).to_have_text("Offline: 1 edit kept")
    theirs.press("Escape", "Escape")
    theirs.click((195, 35))
    theirs.press("Delete")
    theirs.has(4)
    theirs.is_saved()
    mine.visitor.context.set_offline(False)
    expect(mine.by_id("conflicts")).to_contain_text("Theirs: deleted")
    expect(mine.by_id("save-state")).to_have_text("Somebody changed the same objects")
    mine.by_id("conflict-mine").check()
    mine.by_id("conflict-settle").click()
    assert len(mine.stored()) == 5
    theirs.has(5)
