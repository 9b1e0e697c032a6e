"""Undo and redo as the log knows them: across a reload, fenced against what others did since, several edits at once."""

from uuid import UUID

import pytest

from cellhub_app.core.errors import Invalid, NotAllowed
from cellhub_app.core.ids import new_id
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.annotations import changes, measurements, service
from cellhub_app.domain.annotations.schemas import AddedObject, Edit, EditStep
from cellhub_app.domain.annotations.service import ImageNotFound, PolygonsConflict, RevisionNotFound
from cellhub_app.models.annotation import Revision
from tests.integration.annotations.scenes import Scene, found, ids_at, save, square


async def edit(runtime: Runtime, who: Principal, scene: Scene, change: Edit) -> list[int]:
    async with runtime.work() as session:
        return await service.edit(session, who, scene.image_id, change)


async def turn_round(runtime: Runtime, who: Principal, scene: Scene, number: int) -> list[int]:
    """Take an edit back as an editor does, from what the log says that it changed."""
    async with runtime.work() as session:
        was = await changes.of_revision(session, who, scene.image_id, number)
        head = (await service.revisions(session, who, scene.image_id))[0].number
    removed, added = [UUID(str(one["id"])) for one in was.added], [AddedObject(id=one["id"], feature=one) for one in was.removed]
    change = Edit(edit_id=new_id(), base_revision=head, removed=removed, added=added, undoes=was.edit_id, note="Undo")
    return await edit(runtime, who, scene, change)


async def stacks(runtime: Runtime, who: Principal, scene: Scene) -> tuple[list[int], list[int]]:
    async with runtime.work() as session:
        steps = await changes.steps(session, who, scene.image_id)
    return [step.revision for step in steps.undo], [step.revision for step in steps.redo]


async def test_undo_and_redo_go_on_where_they_were_after_a_reload(runtime: Runtime, scene: Scene) -> None:
    first, second = start = found(2)
    await save(runtime, scene, start)
    for base, gone in ((1, first), (2, second)):
        await edit(runtime, scene.anna, scene, Edit(edit_id=new_id(), base_revision=base, removed=[gone.id]))
    assert await stacks(runtime, scene.anna, scene) == ([2, 3], [])
    assert await turn_round(runtime, scene.anna, scene, 3) == [4]
    assert await stacks(runtime, scene.anna, scene) == ([2], [4])
    assert await turn_round(runtime, scene.anna, scene, 2) == [5]
    assert await stacks(runtime, scene.anna, scene) == ([], [4, 5])
    assert await ids_at(runtime, scene) == {first.id, second.id}
    assert await turn_round(runtime, scene.anna, scene, 5) == [6]
    assert await stacks(runtime, scene.anna, scene) == ([6], [4])
    assert await ids_at(runtime, scene) == {second.id}
    assert await stacks(runtime, scene.ada, scene) == ([], [])


async def test_an_edit_leaves_nothing_to_redo(runtime: Runtime, scene: Scene) -> None:
    await save(runtime, scene, start := found(2))
    await edit(runtime, scene.anna, scene, Edit(edit_id=new_id(), base_revision=1, removed=[start[0].id]))
    await turn_round(runtime, scene.anna, scene, 2)
    await edit(runtime, scene.anna, scene, Edit(edit_id=new_id(), base_revision=3, removed=[start[1].id]))
    assert await stacks(runtime, scene.anna, scene) == ([4], [])


def test_steps_that_are_not_next_change_nothing() -> None:
    def entry(number: int, undoes: int | None = None) -> Revision:
        return Revision(number=number, undoes=undoes, segmentation_id=new_id(), kind="edit")

    edits = [entry(1), entry(2), entry(3, undoes=1)]
    undo, redo = changes.stacks(edits)
    assert ([row.number for row in undo], redo) == ([1, 2], [])


async def test_what_comes_back_as_it_was_keeps_score_doubt_and_measures(runtime: Runtime, scene: Scene) -> None:
    (only,) = start = found(1)
    await save(runtime, scene, start)
    await edit(runtime, scene.anna, scene, Edit(edit_id=new_id(), base_revision=1, removed=[only.id]))
    await turn_round(runtime, scene.anna, scene, 2)
    async with runtime.work() as session:
        (back,) = (await measurements.of_image(session, scene.vera, scene.image_id, ids=[only.id, new_id()])).data
    assert (back.id, round(back.score or 0, 3), round(back.doubt or 0, 3)) == (only.id, 0.9, 0.1)
    assert back.px == {"area_px2": 25.0}


async def test_only_ones_own_edits_can_be_undone(runtime: Runtime, scene: Scene) -> None:
    await save(runtime, scene, start := found(1))
    theirs = Edit(edit_id=new_id(), base_revision=1, removed=[start[0].id])
    await edit(runtime, scene.anna, scene, theirs)
    for undoes in (theirs.edit_id, new_id()):
        with pytest.raises(Invalid, match="not one of yours"):
            await edit(runtime, scene.ada, scene, Edit(edit_id=new_id(), base_revision=2, undoes=undoes))


async def test_an_undo_of_what_somebody_changed_since_is_a_conflict(runtime: Runtime, scene: Scene) -> None:
    (only,) = start = found(1)
    await save(runtime, scene, start)
    moved = [AddedObject(id=only.id, feature=square(50, 50))]
    await edit(runtime, scene.anna, scene, Edit(edit_id=new_id(), base_revision=1, removed=[only.id], added=moved))
    again = [AddedObject(id=only.id, feature=square(70, 50))]
    await edit(runtime, scene.ada, scene, Edit(edit_id=new_id(), base_revision=2, removed=[only.id], added=again))
    with pytest.raises(PolygonsConflict) as raised:
        await edit(runtime, scene.anna, scene, Edit(edit_id=new_id(), base_revision=2, removed=[only.id], added=moved))
    (conflict,) = raised.value.context["conflicts"]
    assert conflict == {"id": str(only.id), "removedBy": str(scene.ada.user_id), "replacedBy": [str(only.id)]}
    assert raised.value.context["revision"] == 3


async def test_several_edits_at_once_are_revisions_of_their_own_or_none(runtime: Runtime, scene: Scene) -> None:
    await save(runtime, scene, start := found(2))
    one, other = (item.id for item in start)
    drawn = new_id()
    steps = [
        EditStep(edit_id=new_id(), added=[AddedObject(id=drawn, feature=square(80, 60))]),
        EditStep(edit_id=new_id(), removed=[drawn], added=[AddedObject(id=drawn, feature=square(90, 60))]),
    ]
    change = Edit(edit_id=new_id(), base_revision=1, removed=[one], then=steps)
    assert await edit(runtime, scene.anna, scene, change) == [2, 3, 4]
    longer = change.model_copy(update={"then": [*steps, EditStep(edit_id=new_id(), removed=[drawn])]})
    assert await edit(runtime, scene.anna, scene, longer) == [2, 3, 4, 5]
    refused = Edit(edit_id=new_id(), base_revision=5, removed=[other], then=[EditStep(edit_id=new_id(), removed=[one])])
    with pytest.raises(PolygonsConflict):
        await edit(runtime, scene.anna, scene, refused)
    assert await ids_at(runtime, scene) == {other}


async def test_edits_of_another_account_are_never_stored(runtime: Runtime, scene: Scene) -> None:
    await save(runtime, scene, start := found(1))
    change = Edit(edit_id=new_id(), base_revision=1, removed=[start[0].id], author_id=scene.ada.user_id)
    with pytest.raises(NotAllowed, match="Somebody else was signed in"):
        await edit(runtime, scene.anna, scene, change)
    assert await edit(runtime, scene.ada, scene, change) == [2]


async def test_what_a_revision_changed_is_shown_to_who_may_see_the_image(runtime: Runtime, scene: Scene) -> None:
    (only,) = start = found(1)
    await save(runtime, scene, start)
    piece = new_id()
    added = [AddedObject(id=piece, parents=[only.id], feature=square(1, 1))]
    await edit(runtime, scene.anna, scene, Edit(edit_id=new_id(), base_revision=1, removed=[only.id], added=added, note="Slice"))
    async with runtime.work() as session:
        shown = await changes.of_revision(session, scene.vera, scene.image_id, 2)
        with pytest.raises(RevisionNotFound):
            await changes.of_revision(session, scene.vera, scene.image_id, 3)
        with pytest.raises(ImageNotFound):
            await changes.of_revision(session, scene.stan, scene.image_id, 2)
        with pytest.raises(ImageNotFound):
            await changes.steps(session, scene.stan, scene.image_id)
    assert (shown.kind, shown.author_id, shown.note) == ("edit", scene.anna.user_id, "Slice")
    assert [one["id"] for one in shown.removed] == [only.id]
    assert [(one["id"], one["properties"]["parents"]) for one in shown.added] == [(piece, [only.id])]
