"""Many files at once through the real page, with everything that goes wrong in the middle."""

import os
import re
import signal
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
import tifffile
from playwright.sync_api import Dialog, Page, Route, expect

from cellhub_app.cli.stack_home import Home
from cellhub_app.cli.stack_services import service_urls
from tests.e2e.conftest import BEHIND_PROXY
from tests.e2e.pictures import speckles
from tests.e2e.visitors import Visitor
from tests.fixtures.processes import command_of, descendants, until
from tests.fixtures.services import RunningStack

COUNT, BATCH = 300, 50
PIECE_BYTES = 8 * 1024 * 1024
WORK_MS = 60_000
OF_A_DEAD_SERVER = r"ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET|WebSocket|status of 50\d|Failed to fetch|Failed to load resource"
ACCEPTED = "select sum((detail->>'accepted')::int) from audit where action = 'upload' and resource_id = %s"


class Gate:
    """Stands before the requests that carry files: lets so many through and holds the others back."""

    def __init__(self, page: Page, open_for: int) -> None:
        self.open_for, self.held = open_for, list[Route]()
        page.route("**/api/v1/projects/*/images", self._come)

    def _come(self, route: Route) -> None:
        if route.request.method != "POST":
            route.fallback()
        elif self.open_for > 0:
            self.open_for -= 1
            route.continue_()
        else:
            self.held.append(route)

    def release(self, count: int) -> None:
        """Let some of those go that are held back."""
        for route in self.held[:count]:
            route.continue_()
        self.held = self.held[count:]


def web_process(stack: RunningStack) -> int:
    """The process that serves pages: the parent of its workers."""
    found = [pid for pid in descendants(stack.process.pid) if "cellhub_app.cellhub_app:app" in command_of(pid)]
    return min(found)


def accepted_in_all(stack: RunningStack, project: str) -> int:
    """How many files the requests of a project brought, as the server wrote down: a file that came twice counts twice."""
    home = Home(stack.home)
    address = service_urls(home.ports(), home.secrets()).database_owner.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address) as connection:
        row = connection.execute(ACCEPTED, [project]).fetchone()
    return int(row[0]) if row else 0


def session_of(visitor: Visitor, project: str) -> dict[str, Any]:
    """The only upload session of the project."""
    (session,) = visitor.api(f"/projects/{project}/upload-sessions")["data"]
    return dict(session)


@pytest.mark.skipif("CELLHUB_E2E_URL" in os.environ, reason="it ends a process of the CellHub under test")
def test_three_hundred_files_survive_a_killed_server_and_a_reload(visitor: Visitor, stack: RunningStack, tmp_path: Path) -> None:
    visitor.expected.append(OF_A_DEAD_SERVER)
    files = speckles(tmp_path, COUNT)
    project = visitor.make_project("Plate 7")
    gate = Gate(visitor.page, open_for=2)
    visitor.by_id("file-input").set_input_files(files)
    status = visitor.by_id("upload-status")
    expect(status).to_contain_text(f"{2 * BATCH} of {COUNT}", timeout=WORK_MS)
    expect(visitor.page.locator("[data-testid=upload-progress][data-mood=active]")).to_be_attached()

    gate.open_for = 1
    gate.release(2)
    os.kill(web_process(stack), signal.SIGKILL)
    gate.release(2)
    if not BEHIND_PROXY:  # there the other process goes on serving
        expect(visitor.by_id("upload-title")).to_have_text("Waiting for the server")
    expect(visitor.by_id("upload-title")).to_have_text(f"Uploading {COUNT} files", timeout=WORK_MS)
    expect(status).to_have_text(re.compile(rf"^(1[5-9]|2[0-9])\d of {COUNT}"), timeout=WORK_MS)

    visitor.page.on("dialog", Dialog.accept)
    visitor.page.reload()
    gate.open_for = COUNT
    before = session_of(visitor, project)["counts"]
    assert before["received"] + before["needed"] == COUNT
    assert 0 < before["needed"] < COUNT
    offer = visitor.by_id("upload-offer")
    expect(offer).to_contain_text(f"An upload of {COUNT} files stopped at {before['received']}.")
    visitor.by_id("file-input").set_input_files(files)
    expect(visitor.by_id("upload-title")).to_have_text(f"{COUNT} images added", timeout=WORK_MS)
    expect(offer).not_to_be_attached()

    after = session_of(visitor, project)
    assert after["counts"] == {"needed": 0, "received": COUNT, "duplicate": 0, "refused": 0}
    assert after["finishedAt"]
    images = [image["name"] for image in all_images(visitor, project)]
    assert sorted(images) == sorted(path.name for path in files)
    assert COUNT <= accepted_in_all(stack, project) <= COUNT + BATCH


def all_images(visitor: Visitor, project: str) -> list[dict[str, Any]]:
    """Every image of a project, page after page."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = visitor.api(f"/projects/{project}/images?limit=200{cursor}")
        found += page["data"]
        if not page["nextCursor"]:
            return found
        cursor = f"&cursor={page['nextCursor']}"


def test_what_is_here_already_is_named_and_a_pause_holds_everything(visitor: Visitor, tmp_path: Path) -> None:
    files = speckles(tmp_path, 60)
    project = visitor.make_project("Twice")
    gate = Gate(visitor.page, open_for=1)
    visitor.by_id("file-input").set_input_files(files[:12])
    expect(visitor.by_id("upload-title")).to_have_text("12 images added")
    visitor.by_id("file-input").set_input_files(files)
    visitor.by_id("upload-pause").click()
    expect(visitor.by_id("upload-title")).to_have_text("Upload paused")
    visitor.by_id("upload-resume").click()
    gate.open_for = COUNT
    gate.release(len(gate.held))
    expect(visitor.by_id("upload-title")).to_have_text("48 images added, 12 already here")
    expect(visitor.by_id("upload-group-duplicate")).to_have_text("12 are already here")
    expect(visitor.page.locator("[data-testid=upload-file][data-state=duplicate]").first).to_contain_text(files[0].name)
    assert len(all_images(visitor, project)) == 60


KEPT_FOLDER = """async files => {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle('plate 7', { create: true });
  for (const [name, bytes] of Object.entries(files)) {
    const stream = await (await folder.getFileHandle(name, { create: true })).createWritable();
    await stream.write(Uint8Array.from(bytes));
    await stream.close();
  }
  window.showDirectoryPicker = async () => folder;
}"""


def test_a_folder_that_the_browser_may_open_again_goes_on_with_one_click_or_is_discarded(visitor: Visitor, tmp_path: Path) -> None:
    """The dialog that chooses a folder is the system's; the folder is a real one, of the browser's own storage."""
    project = visitor.make_project("Folder")
    gate = Gate(visitor.page, open_for=0)
    visitor.page.on("dialog", Dialog.accept)
    visitor.page.evaluate(KEPT_FOLDER, {path.name: list(path.read_bytes()) for path in speckles(tmp_path, 3)})
    visitor.by_id("choose-folder").click()
    expect(visitor.page.locator("[data-testid=upload-file][data-state=sending]")).to_have_count(3)
    visitor.page.reload()
    expect(visitor.by_id("upload-offer")).to_contain_text("It goes on with plate 7")
    visitor.by_id("offer-go-on").click()
    expect(visitor.page.locator("[data-testid=upload-file][data-state=sending]")).to_have_count(3)
    visitor.page.reload()
    gate.open_for, gate.held = COUNT, []
    visitor.by_id("offer-go-on").click()
    expect(visitor.by_id("upload-title")).to_have_text("3 images added")
    assert session_of(visitor, project)["counts"]["received"] == 3


def test_an_upload_that_stopped_can_be_discarded(visitor: Visitor, tmp_path: Path) -> None:
    project = visitor.make_project("Not these")
    Gate(visitor.page, open_for=0)
    visitor.page.on("dialog", Dialog.accept)
    visitor.by_id("file-input").set_input_files(speckles(tmp_path, 3))
    expect(visitor.page.locator("[data-testid=upload-file][data-state=sending]")).to_have_count(3)
    visitor.page.reload()
    expect(visitor.by_id("upload-offer")).to_contain_text("stopped before the first arrived")
    visitor.by_id("offer-discard").click()
    expect(visitor.by_id("upload-tray")).not_to_be_attached()
    assert session_of(visitor, project)["cancelledAt"]


def test_a_large_file_goes_on_after_a_reload_and_an_archive_becomes_its_images(visitor: Visitor, tmp_path: Path) -> None:
    wells = speckles(tmp_path, 3)
    with zipfile.ZipFile(tmp_path / "plate.zip", "w") as archive:
        for path in wells:
            archive.write(path, f"plate/{path.name}")
    tifffile.imwrite(tmp_path / "large.tif", np.random.default_rng(3).integers(0, 256, (3000, 3000), dtype=np.uint8))
    visitor.make_project("Large")
    offsets: list[str] = []
    held: list[Route] = []

    def come(route: Route) -> None:
        if route.request.method == "PATCH":
            offsets.append(route.request.headers["upload-offset"])
            if len(offsets) == 2:
                held.append(route)
                return
        route.continue_()

    visitor.page.route("**/api/v1/uploads/*", come)
    visitor.page.on("dialog", Dialog.accept)
    visitor.by_id("file-input").set_input_files([tmp_path / "large.tif", tmp_path / "plate.zip"])
    expect(visitor.by_id("upload-status")).to_contain_text("1 of 2")
    until(lambda: visitor.page.evaluate("() => 1") and held)
    visitor.page.reload()
    expect(visitor.by_id("upload-offer")).to_contain_text("An upload of 2 files stopped at 1.")
    visitor.by_id("file-input").set_input_files(tmp_path / "large.tif")
    expect(visitor.by_id("upload-title")).to_have_text("1 image added")
    assert offsets == ["0", str(PIECE_BYTES), str(PIECE_BYTES)]
    visitor.waits_for(4, "ready")
    expect(visitor.cells()).to_have_count(4)
