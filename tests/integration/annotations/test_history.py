"""History: who made what, where an object comes from, and what differs between two revisions."""

from uuid import UUID

import pytest
import pytest_asyncio

from cellhub_app.core.errors import Invalid
from cellhub_app.core.ids import new_id
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.annotations import differences, history, service
from cellhub_app.domain.annotations.differences import Difference
from cellhub_app.domain.annotations.history import ObjectNotFound
from cellhub_app.domain.annotations.schemas import AddedObject, Edit, ObjectHistory, RevisionView
from cellhub_app.domain.annotations.service import ImageNotFound, RevisionNotFound
from tests.integration.annotations.scenes import Scene, change, found, save, square


@pytest_asyncio.fixture(loop_scope="session")
async def objects(runtime: Runtime, scene: Scene) -> list[UUID]:
    """Three objects that a model found in revision 1."""
    made = found(3)
    await save(runtime, scene, made)
    return [one.id for one in made]


async def differs(runtime: Runtime, scene: Scene, start: int, end: int) -> Difference:
    async with runtime.work() as session:
        return await differences.between(session, scene.vera, scene.image_id, start, end)


async def told(runtime: Runtime, scene: Scene, **asked: int) -> list[RevisionView]:
    async with runtime.work() as session:
        return await history.revisions(session, scene.vera, scene.image_id, **asked)


async def line(runtime: Runtime, scene: Scene, object_id: UUID) -> ObjectHistory:
    async with runtime.work() as session:
        return await history.of_object(session, scene.vera, scene.image_id, object_id)


async def restored(runtime: Runtime, scene: Scene, revision: int) -> int:
    async with runtime.work() as session:
        return await service.restore(session, scene.anna, scene.image_id, revision)


def ids(part: list[object]) -> set[UUID]:
    return {outline.id for outline in part}


async def test_an_edit_is_told_with_its_author_and_what_it_changed(runtime: Runtime, scene: Scene, objects: list[UUID]) -> None:
    heir, fresh = AddedObject(id=new_id(), parents=objects[:2], feature=square(2, 2)), AddedObject(id=new_id(), feature=square(40, 40))
    await change(runtime, scene.anna, scene, 1, objects, [heir, fresh])
    newest, first = await told(runtime, scene)
    assert (newest.author_name, newest.kind) == (scene.anna.name, "edit")
    assert (newest.added, newest.removed, newest.changed, newest.replaced) == (2, 3, 1, 2)
    assert (first.kind, first.model, first.weights_sha256, first.author_name) == ("model", "unet", "ab" * 32, None)


async def test_nothing_is_drawn_in_a_plane_that_the_image_has_not(runtime: Runtime, scene: Scene) -> None:
    drawn = Edit(edit_id=new_id(), base_revision=0, added=[AddedObject(id=new_id(), feature=square(2, 2))])
    with pytest.raises(Invalid, match=r"a\.tif has 2 planes, counted from 0, so there is no plane 2 to draw in"):
        async with runtime.work() as session:
            await service.edit(session, scene.anna, scene.image_id, drawn, frame=2)


async def test_a_long_history_comes_in_parts(runtime: Runtime, scene: Scene) -> None:
    for base in range(5):
        await change(runtime, scene.anna, scene, base, [], [AddedObject(id=new_id(), feature=square(9 * base, 1))])
    assert [entry.number for entry in await told(runtime, scene, limit=2)] == [5, 4]
    assert [entry.number for entry in await told(runtime, scene, limit=2, before=4)] == [3, 2]


async def test_what_changed_on_the_way_is_one_change(runtime: Runtime, scene: Scene, objects: list[UUID]) -> None:
    between, last = AddedObject(id=new_id(), parents=[objects[0]], feature=square(2, 2)), new_id()
    await change(runtime, scene.anna, scene, 1, [objects[0]], [between])
    await change(runtime, scene.ada, scene, 2, [between.id, objects[1]], [AddedObject(id=last, parents=[between.id], feature=square(3, 3))])
    difference = await differs(runtime, scene, 1, 3)
    assert (ids(difference.before), ids(difference.after)) == ({objects[0]}, {last})
    assert (ids(difference.removed), ids(difference.added)) == ({objects[1]}, set())


async def test_the_way_back_is_the_same_the_other_way_round(runtime: Runtime, scene: Scene, objects: list[UUID]) -> None:
    fresh = AddedObject(id=new_id(), feature=square(40, 40))
    moved = AddedObject(id=objects[1], feature=square(9, 9))
    await change(runtime, scene.anna, scene, 1, objects[:2], [fresh, moved])
    there, back = await differs(runtime, scene, 1, 2), await differs(runtime, scene, 2, 1)
    assert (ids(there.added), ids(there.removed)) == (ids(back.removed), ids(back.added)) == ({fresh.id}, {objects[0]})
    assert there.before == back.after
    assert there.after == back.before
    assert there.before[0].geometry != there.after[0].geometry


async def test_a_restored_revision_differs_in_nothing_from_the_old_one(runtime: Runtime, scene: Scene, objects: list[UUID]) -> None:
    await change(runtime, scene.anna, scene, 1, objects[:2], [AddedObject(id=objects[0], feature=square(50, 50))])
    assert await restored(runtime, scene, 1) == 3
    difference = await differs(runtime, scene, 1, 3)
    assert not any((difference.added, difference.removed, difference.before, difference.after))
    assert ids((await differs(runtime, scene, 0, 3)).added) == set(objects)
    assert (await told(runtime, scene))[0].restored_from == 1


async def test_an_object_knows_where_it_comes_from(runtime: Runtime, scene: Scene, objects: list[UUID]) -> None:
    drawn, heir = AddedObject(id=new_id(), feature=square(40, 40)), AddedObject(id=new_id(), feature=square(2, 2))
    await change(runtime, scene.ada, scene, 1, [], [drawn])
    merged = heir.model_copy(update={"parents": [objects[0], drawn.id]})
    await change(runtime, scene.anna, scene, 2, [objects[0], drawn.id], [merged])
    await change(runtime, scene.ada, scene, 3, [heir.id], [AddedObject(id=heir.id, feature=square(3, 3))])
    steps = (await line(runtime, scene, heir.id)).steps
    assert [(step.how, step.revision.author_name or step.revision.model) for step in steps] == [
        ("changed", scene.ada.name), ("merged", scene.anna.name), ("drawn", scene.ada.name), ("found", "unet"),
    ]  # fmt: skip
    gone = await line(runtime, scene, drawn.id)
    assert (gone.removed.author_name, gone.is_complete) == (scene.anna.name, True)


async def test_objects_that_descend_from_each_other_end_the_walk(runtime: Runtime, scene: Scene, objects: list[UUID]) -> None:
    one, other = objects[:2]
    circle = [AddedObject(id=one, parents=[other], feature=square(1, 1)), AddedObject(id=other, parents=[one], feature=square(9, 1))]
    await change(runtime, scene.anna, scene, 1, [one, other], circle)
    assert {step.object_id for step in (await line(runtime, scene, one)).steps} == {one, other}


async def test_strangers_learn_nothing_of_history(runtime: Runtime, scene: Scene, objects: list[UUID]) -> None:
    async with runtime.work() as session:
        with pytest.raises(ImageNotFound):
            await differences.between(session, scene.stan, scene.image_id, 0, 1)
        with pytest.raises(ImageNotFound):
            await history.of_object(session, scene.stan, scene.image_id, objects[0])
    with pytest.raises(ObjectNotFound):
        await line(runtime, scene, new_id())
    with pytest.raises(RevisionNotFound):
        await differs(runtime, scene, 0, 2)
