"""Files that are not what they say, among good ones."""

from playwright.sync_api import FilePayload, expect

from tests.e2e.pictures import well
from tests.e2e.visitors import Visitor


def test_bad_files_say_why_and_the_good_ones_are_read(visitor: Visitor) -> None:
    visitor.make_project("Mixed")
    cut: FilePayload = {**well(1, "png"), "name": "cut.png"}
    cut["buffer"] = cut["buffer"][:2000]
    files: list[FilePayload] = [
        well(0, "png"),
        cut,
        {"name": "notes.png", "mimeType": "image/png", "buffer": b"Meeting at noon, bring the plates.\n" * 20},
        {"name": "nothing.png", "mimeType": "image/png", "buffer": b""},
    ]
    visitor.choose_files(files)
    empty = visitor.page.locator("[data-testid=upload-file][data-name='nothing.png']")
    expect(empty.get_by_test_id("upload-reason")).to_contain_text("empty")
    visitor.waits_for(1, "ready")
    visitor.waits_for(2, "failed")
    for name in ("cut.png", "notes.png"):
        reason = visitor.cells("failed").filter(has_text=name).get_by_test_id("failure-reason")
        expect(reason).to_contain_text(name)
        expect(reason).not_to_contain_text("Traceback")


def test_files_that_come_later_join_those_that_are_there(visitor: Visitor) -> None:
    visitor.make_project("Later")
    visitor.choose_files([well(0, "png")])
    visitor.waits_for(1, "ready")
    visitor.choose_files([well(2, "png")])
    visitor.waits_for(2, "ready")
