"""What the handlers of a project's pages do, on real services; no worker runs, so what is queued stays queued."""

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from cellhub_app.models.image import Image
from cellhub_app.models.project import Membership, ProjectRole
from cellhub_app.models.user import User
from cellhub_app.web import live
from cellhub_app.web.pages.dashboard.state import DashboardState
from cellhub_app.web.pages.image.state import ImageState
from cellhub_app.web.pages.project.exports_state import ExportsState
from cellhub_app.web.pages.project.images_state import ImagesState
from cellhub_app.web.pages.project.members_state import MembersState
from cellhub_app.web.pages.project.segment_state import QueueActions, SegmentState
from cellhub_app.web.pages.project.selection_state import SelectionState
from cellhub_app.web.pages.project.settings_state import SettingsState
from cellhub_app.web.pages.project.state import ProjectState
from cellhub_app.web.pages.queue.state import QueueState
from cellhub_app.web.session import SessionState
from tests.integration.web.conftest import Page
from tests.integration.web.states import Tab, account, browser_token


async def test_the_frame_says_what_is_there_and_what_failed(page: Page) -> None:
    state = page.tab.state(ProjectState)
    assert state.meta == "5 images · 0.325 µm per px"
    assert (state.total, state.segmentable, state.failed, state.can_edit, state.can_manage) == (5, 4, 1, True, True)
    assert [(failure.name, failure.reason) for failure in state.failures] == [("broken.tif", "It ends early.")]
    assert page.tab.state(ImagesState).sort == "name"


@pytest.mark.parametrize(
    ("asked", "shown", "matching"), [("unsuccessful", "unsuccessful", 1), ("failed", "unsuccessful", 1), ("ready", "unsegmented", 4)]
)
async def test_an_address_names_the_images_in_one_state_also_an_old_one(page: Page, asked: str, shown: str, matching: int) -> None:
    tab = Tab("tab-2", page.tab.cookie, page.tab.path, page.tab.route, page.tab.query | {"status": asked})
    await tab.call(ProjectState, "load")
    await tab.call(ImagesState, "load_images")
    state = tab.state(ImagesState)
    assert (state.status, state.query["status"], state.matching) == (shown, shown, matching)
    await page.call(ImagesState, "show", shown)
    assert page.tab.state(ImagesState).matching == matching


async def test_a_project_that_is_not_there_is_said_to_be_missing(page: Page) -> None:
    nowhere = Tab("tab-2", page.tab.cookie, "/projects/nonsense", "/projects/[project]", {"project": "nonsense"})
    await nowhere.call(ProjectState, "load")
    await nowhere.call(ImagesState, "load_images")
    assert nowhere.state(ProjectState).is_missing


async def test_selected_images_are_deleted_and_taken_back(page: Page) -> None:
    chosen = [str(image) for image in page.images[:2]]
    await page.call(ImagesState, "select", {"ids": chosen, "all": False, "count": 2})
    await page.call(SelectionState, "delete")
    (message,) = page.tab.state(SessionState).messages
    assert (message["title"], message["action_label"]) == ("2 images moved to the trash", "Undo")
    await page.call(ProjectState, "load")
    assert page.tab.state(ProjectState).total == 3
    await page.call(SessionState, "undo", message["id"])
    await page.call(ProjectState, "load")
    assert page.tab.state(ProjectState).total == 5


async def test_everything_that_matches_except_some_is_what_the_filter_says(page: Page) -> None:
    await page.call(ImagesState, "search", "A0")
    state = page.tab.state(ImagesState)
    assert state.matching == 3
    await page.call(ImagesState, "select", {"ids": [str(page.images[1])], "all": True, "count": 9999})
    assert state.selected_count == 2
    await page.call(SelectionState, "delete")
    async with page.runtime.work() as session:
        left = (await session.execute(select(Image.name).where(Image.deleted_at.is_(None)).order_by(Image.name))).scalars().all()
    assert left == ["A02.tif", "B01.tif", "broken.tif"]
    assert state.matching == 3
    await page.call(ImagesState, "search", "A0")
    assert (state.matching, state.selected_count) == (1, 0)


async def test_the_trash_is_shown_counted_and_emptied_by_restoring(page: Page) -> None:
    await page.call(ImagesState, "select", {"ids": [str(image) for image in page.images[:3]], "all": False, "count": 3})
    await page.call(SelectionState, "delete")
    await page.call(ImagesState, "load_images")
    await page.call(ImagesState, "show", "trash")
    state = page.tab.state(ImagesState)
    assert (state.in_trash, state.matching, state.query["trashed"]) == (3, 3, "true")
    await page.call(ImagesState, "select", {"ids": [], "all": True, "count": 3})
    await page.call(SelectionState, "restore")
    assert page.tab.state(SessionState).messages[-1]["title"] == "3 images restored"
    await page.call(ProjectState, "load")
    assert page.tab.state(ProjectState).total == 5


async def test_a_tag_is_put_on_the_selection_found_and_taken_off(page: Page) -> None:
    await page.call(ImagesState, "select", {"ids": [str(image) for image in page.images[:2]], "all": False, "count": 2})
    await page.call(SelectionState, "open_tags")
    await page.call(SelectionState, "write_tag", "day 3")
    await page.call(SelectionState, "add_tag")
    state = page.tab.state(ImagesState)
    await page.read_again()
    assert [(tag.name, tag.count) for tag in state.tags] == [("day 3", 2)]
    await page.call(ImagesState, "show_tag", "day 3")
    assert state.matching == 2
    await page.call(SelectionState, "remove_tag")
    await page.call(ImagesState, "show_tag", "day 3")
    assert state.matching == 0


async def test_poor_pictures_are_counted_and_shown_alone(page: Page) -> None:
    state = page.tab.state(ImagesState)
    assert state.flaws == []
    async with page.runtime.work() as session:
        await session.execute(update(Image).where(col(Image.id) == page.images[0]).values(flaws=["blurred"]))
    await page.read_again()
    assert [(flaw.name, flaw.words, flaw.count) for flaw in state.flaws] == [("blurred", "looks blurred", 1)]
    await page.call(ImagesState, "show_flaw", "any")
    assert (state.matching, state.query) == (1, {"flaw": "any", "sort": "name"})
    await page.call(ImagesState, "show_flaw", "none")
    assert state.matching == 3, "neither the blurred one nor the one that could not be read"
    await page.tab.call(ImagesState, "show_flaw", "ugly")
    assert state.flaw == "none"


@pytest.mark.parametrize("bad", [{"ids": ["x"], "all": False, "count": 1}, {"ids": []}, "all", None])
async def test_a_selection_of_another_shape_is_refused(page: Page, bad: object) -> None:
    await page.tab.call(ImagesState, "select", bad)
    assert page.tab.state(SessionState).messages[0]["kind"] == "error"
    assert page.tab.state(ImagesState).selected_count == 0


async def test_the_dialog_offers_models_with_their_figures_and_queues(page: Page) -> None:
    await page.call(SegmentState, "open_for_all")
    state = page.tab.state(SegmentState)
    assert state.dialog == "segment"
    assert (state.image_count, state.new_count, state.only_new) == (4, 4, False)
    best = state.cards[0]
    assert best.fits
    assert float(best.score) > 0.5
    assert state.chosen == best.name
    await page.call(SegmentState, "set_threshold", 0.55)
    await page.call(SegmentState, "set_min_area", "30")
    assert (await page.call(SegmentState, "prepare")).fn is SegmentState.event_handlers["start"].fn
    await page.call(SegmentState, "start")
    batch = await page.batch()
    assert batch.parameters["threshold"] == 0.55
    assert batch.parameters["min_area_px"] == 30
    assert (state.dialog, page.tab.state(SessionState).messages[0]["title"]) == ("", "4 images queued")


async def test_a_queued_batch_is_paused_resumed_and_cancelled(page: Page) -> None:
    await page.call(SegmentState, "open_for_all")
    await page.call(SegmentState, "start")
    batch = await page.batch()
    for handler, status, position in (("pause", "paused", "paused"), ("resume", "queued", "1"), ("cancel", "cancelled", "now")):
        await page.call(QueueActions, handler, str(batch.id))
        await page.call(ProjectState, "load")
        (box,) = page.tab.state(ProjectState).batches
        assert (box.status, box.position) == (status, position)
    assert page.tab.state(SessionState).queue_chip == ""


async def test_the_queue_shows_the_batch_with_its_project(page: Page) -> None:
    await page.call(SegmentState, "open_for_all")
    await page.call(SegmentState, "start")
    queue = Tab("tab-queue", page.tab.cookie, "/queue", "/queue")
    await queue.call(QueueState, "load")
    state = queue.state(QueueState)
    assert [(line.project, line.batch.summary, line.can_edit) for line in state.lines] == [("HeLa", "4 queued", True)]
    assert (state.queued_in_all, state.queue_chip) == (4, "0 of 4")
    live.leave(queue.token)


async def test_pictures_that_look_empty_or_blurred_are_left_out_when_asked_so(page: Page) -> None:
    async with page.runtime.work() as session:
        for image, flaw in zip(page.images, ("empty", "blurred", "saturated"), strict=False):
            await session.execute(update(Image).where(col(Image.id) == image).values(flaws=[flaw]))
    await page.call(ImagesState, "select", {"ids": [str(image) for image in page.images[:3]], "all": False, "count": 3})
    await page.call(SegmentState, "open_for_selected")
    state = page.tab.state(SegmentState)
    assert (state.image_count, state.poor_count, state.leaves_out) == (3, 2, False)
    await page.call(SegmentState, "open_for_all")
    await page.call(SegmentState, "leave_out", True)
    await page.call(SegmentState, "set_only_new", True)
    assert (state.poor_count, state.leaves_out) == (2, True)
    await page.call(SegmentState, "start")
    assert page.tab.state(SessionState).messages[0]["title"] == "2 images queued"
    async with page.runtime.work() as session:
        query = select(Image.name).where(col(Image.segmentation_status) == "queued").order_by(Image.name)
        assert (await session.execute(query)).scalars().all() == ["A03.tif", "B01.tif"]


async def test_only_new_images_are_segmented_when_asked_so(page: Page) -> None:
    async with page.runtime.work() as session:
        done = await session.get_one(Image, page.images[0])
        done.segmentation_status = "succeeded"
    await page.call(SegmentState, "open_for_all")
    state = page.tab.state(SegmentState)
    assert (state.only_new, state.new_count, state.image_count) == (True, 3, 4)
    await page.call(SegmentState, "start")
    assert page.tab.state(SessionState).messages[-1]["title"] == "3 images queued"
    await page.call(QueueActions, "cancel", str((await page.batch()).id))
    await page.call(SegmentState, "open_for_all")
    assert (state.only_new, state.new_count) == (True, 3)
    await page.call(SegmentState, "start")
    assert page.tab.state(SessionState).messages[-1]["title"] == "3 images queued"


async def test_an_export_of_the_selection_is_asked_for(page: Page) -> None:
    await page.call(ImagesState, "select", {"ids": [str(page.images[0])], "all": False, "count": 1})
    await page.call(ExportsState, "open_for_selected")
    state = page.tab.state(ExportsState)
    assert {choice.name for choice in state.choices if choice.is_chosen} == {"coco", "excel"}
    await page.call(ExportsState, "toggle", "excel")
    await page.call(ExportsState, "start")
    await page.call(ExportsState, "load_exports")
    (row,) = state.rows
    assert (row.formats, row.status, row.is_running) == (["COCO"], "queued", True)
    await page.call(ExportsState, "cancel", row.id)
    await page.call(ExportsState, "load_exports")
    assert state.rows[0].status == "cancelled"


async def show_members(page: Page) -> None:
    """Ada goes to the tab of members."""
    address = f"/projects/{page.project_id}/members"
    page.tab = Tab(page.tab.token, page.tab.cookie, address, "/projects/[project]/members", {"project": str(page.project_id)})
    await page.call(ProjectState, "load")
    await page.call(MembersState, "load_members")


async def test_members_are_invited_come_change_and_go(page: Page) -> None:
    bob = Tab("tab-bob", await browser_token(page.runtime, await account(page.runtime, "bob")))
    await show_members(page)
    for email in ("bob@example.org", "nobody@example.org"):
        await page.call(MembersState, "invite", {"email": email, "role": "viewer"})
    state = page.tab.state(MembersState)
    assert {row.email for row in state.invitations} == {"bob@example.org", "nobody@example.org"}
    for invitation in list(state.invitations):
        await page.call(MembersState, "take_back" if "nobody" in invitation.email else "resend", invitation.id)
    await bob.call(DashboardState, "load")
    [asked] = bob.state(DashboardState).asked
    assert (asked.name, asked.who, asked.role) == ("HeLa", "Ada", "viewer")
    await bob.call(DashboardState, "accept", asked.id)
    live.leave(bob.token)
    await page.call(MembersState, "load_members")
    assert state.invitations == []
    assert [(row.name, row.role, row.is_me) for row in state.members] == [("Ada", "owner", True), ("Bob", "viewer", False)]
    await page.call(MembersState, "change_role", state.members[1].id, "editor")
    assert state.members[1].role == "editor"
    await page.call(MembersState, "remove", state.members[1].id)
    assert len(state.members) == 1


async def test_the_last_owner_cannot_leave(page: Page) -> None:
    await show_members(page)
    await page.tab.call(MembersState, "ask_leave", True)
    await page.tab.call(MembersState, "leave")
    assert not page.tab.state(MembersState).asks_leave
    assert "owner" in page.tab.state(SessionState).messages[0]["detail"]


async def test_settings_are_kept(page: Page) -> None:
    form = {"name": " HeLa, dose series 7 ", "description": "", "sample_kind": "cells", "pixel_size_um": ""}
    await page.call(SettingsState, "save", form)
    await page.call(ProjectState, "load")
    await page.call(SettingsState, "load_settings")
    assert page.tab.state(ProjectState).name == "HeLa, dose series 7"
    assert (page.tab.state(SettingsState).pixel_size, page.tab.state(SettingsState).loaded_kind) == ("", "cells")


async def test_the_viewer_knows_its_image_and_the_way_back(page: Page) -> None:
    address = {"project": str(page.project_id), "image": str(page.images[0]), "sort": "-doubt", "object": "o-1"}
    viewer = Tab(
        "tab-image", page.tab.cookie, f"/projects/{page.project_id}/images/{page.images[0]}", "/projects/[project]/images/[image]", address
    )
    await viewer.call(ImageState, "load")
    state = viewer.state(ImageState)
    assert (state.name, state.width, state.height, state.is_segmented, state.caption) == ("A01.tif", 100, 80, False, "Not segmented yet")
    assert state.query == {"sort": "-doubt", "object": "o-1"}
    assert state.back == f"/projects/{page.project_id}?sort=-doubt"
    await viewer.call(ImageState, "select", None)
    assert state.query == {"sort": "-doubt"}
    assert state.may_annotate
    live.leave(viewer.token)


@pytest.mark.parametrize(("role", "may"), [(ProjectRole.VIEWER, False), (ProjectRole.ANNOTATOR, True)])
async def test_only_who_may_annotate_gets_an_editor(page: Page, role: ProjectRole, may: bool) -> None:
    bob = await account(page.runtime, "bob")
    async with page.runtime.work() as session:
        who = (await session.execute(select(User).where(col(User.email) == bob))).scalar_one()
        session.add(Membership(project_id=page.project_id, user_id=who.id, role=role))
    address = {"project": str(page.project_id), "image": str(page.images[0])}
    where = f"/projects/{page.project_id}/images/{page.images[0]}"
    viewer = Tab("tab-bob", await browser_token(page.runtime, bob), where, "/projects/[project]/images/[image]", address)
    await viewer.call(ImageState, "load")
    assert viewer.state(ImageState).name == "A01.tif"
    assert viewer.state(ImageState).may_annotate is may
    live.leave(viewer.token)
