"""The end of a batch: told on whatever page its person is, kept in the history with its causes, and tried again from there."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.pictures import plate
from tests.e2e.visitors import WORK_TIMEOUT_MS, Visitor, at

COUNT = 4


def test_a_batch_that_ended_is_told_and_its_history_says_why_images_failed_and_tries_again(visitor: Visitor, stored_images: Path) -> None:
    project = visitor.make_project("Hela dose")
    visitor.choose_files(plate(COUNT))
    visitor.waits_for(COUNT, "ready")
    damaged = visitor.api(f"/projects/{project}/images")["data"][0]
    file = stored_images / damaged["id"] / "original"
    kept = file.read_bytes()
    file.write_bytes(b"scratched")
    visitor.by_id("segment-open").click()
    visitor.by_id("segment-start").click()
    visitor.by_id("nav-projects").click()

    told = visitor.by_id("toast").filter(has_text=f"{COUNT - 1} of {COUNT} images of Hela dose are segmented, 1 failed")
    expect(told).to_be_visible(timeout=WORK_TIMEOUT_MS)
    told.get_by_test_id("toast-link").click()
    visitor.page.wait_for_url(at("/queue"))
    row = visitor.by_id("history-batch")
    expect(row).to_contain_text("started by you")
    expect(row).to_contain_text(re.compile(rf"{COUNT - 1}\s+done"))
    expect(row.get_by_test_id("cause")).to_contain_text("1 image")
    expect(row.get_by_role("link", name=damaged["name"])).to_have_attribute("href", f"/projects/{project}/images/{damaged['id']}")
    expect(visitor.by_id("sparkline")).to_contain_text(re.compile(r"\d images segmented in the last hour"))
    visitor.photograph("queue")

    file.write_bytes(kept)
    row.get_by_test_id("history-retry").click()
    expect(visitor.by_id("toast").filter(has_text=f"{COUNT} of {COUNT} images of Hela dose")).to_be_visible(timeout=WORK_TIMEOUT_MS)
    expect(row).to_contain_text(re.compile(rf"{COUNT}\s+done"))
    expect(row.get_by_test_id("cause")).to_have_count(0)
    visitor.by_id("history-all").click()
    expect(visitor.by_id("history-all")).to_have_count(0)
    expect(row).to_have_count(1)


def test_the_page_of_a_run_explains_failures_and_its_open_log_grows_by_itself(visitor: Visitor, stored_images: Path) -> None:
    project = visitor.make_project("Hela run")
    visitor.choose_files(plate(2))
    visitor.waits_for(2, "ready")
    damaged = visitor.api(f"/projects/{project}/images")["data"][0]
    file = stored_images / damaged["id"] / "original"
    kept = file.read_bytes()
    file.write_bytes(b"scratched")
    visitor.by_id("segment-open").click()
    visitor.by_id("segment-start").click()
    visitor.waits_for(1, "failed")
    visitor.go("/queue")
    visitor.by_id("history-run").click()
    visitor.page.wait_for_url(at("/jobs/"))
    expect(visitor.by_id("run-cause")).to_contain_text("1 image Couldn't read this image")
    first = visitor.by_id("run-image").first
    expect(first.get_by_test_id("run-problem")).to_contain_text(damaged["name"])
    first.get_by_test_id("run-log").click()
    expect(visitor.by_id("log-line").last).to_contain_text("Attempt 1 failed")

    file.write_bytes(kept)
    visitor.by_id("run-retry").click()
    expect(visitor.by_id("log-line").last).to_contain_text("Done.", timeout=WORK_TIMEOUT_MS)
    expect(visitor.by_id("run-cause")).to_have_count(0)
    expect(visitor.by_id("run-image").and_(visitor.page.locator("[data-status=succeeded]"))).to_have_count(2)
    expect(visitor.by_id("run-outlook")).to_contain_text("Took")
