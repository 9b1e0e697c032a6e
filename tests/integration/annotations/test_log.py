"""Polygons as a log: every old state can be read, conflicts lose nothing, restoring is a revision of its own."""

import random
from collections.abc import Callable
from uuid import UUID

import pytest

from cellhub_app.core.errors import Invalid, NotAllowed
from cellhub_app.core.geometry import codec
from cellhub_app.core.ids import new_id
from cellhub_app.core.reading import read
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.annotations import history, measurements, outlines, service
from cellhub_app.domain.annotations.appending import IN_ONE_STATEMENT
from cellhub_app.domain.annotations.schemas import AddedObject, Edit, NewResult
from cellhub_app.domain.annotations.service import ImageNotFound, PolygonsConflict, RevisionNotFound
from cellhub_app.models.image import Image
from tests.fixtures import rows
from tests.integration.annotations.scenes import Scene, change, found, ids_at, save, square


async def test_a_model_replaces_what_was_there_and_history_keeps_it(runtime: Runtime, scene: Scene) -> None:
    first, second = found(3), found(2)
    assert await save(runtime, scene, first) == 1
    assert await save(runtime, scene, second) == 2
    assert await ids_at(runtime, scene) == {new.id for new in second}
    assert await ids_at(runtime, scene, 1) == {new.id for new in first}


async def test_the_same_job_is_never_stored_twice(runtime: Runtime, scene: Scene) -> None:
    result = NewResult(scene.image_id, new_id(), "unet", None, found(1))
    async with runtime.work() as session:
        await service.save_results(session, [result])
    with pytest.raises(Exception, match="uq_revision_job_id"):
        async with runtime.work() as session:
            await service.save_results(session, [result])


async def test_many_images_are_stored_in_one_go(runtime: Runtime, scene: Scene) -> None:
    async with runtime.work() as session:
        project_id = (await session.get(Image, scene.image_id)).project_id
        others = await rows.images(session, project_id, [f"{index}.tif" for index in range(5)])
        numbers = await service.save_results(session, [NewResult(image, new_id(), "unet", None, found(4)) for image in others])
    assert sorted(numbers.values()) == [1] * 5


async def test_every_revision_of_a_random_history_reads_as_it_was(runtime: Runtime, scene: Scene) -> None:
    dice = random.Random(7)
    await save(runtime, scene, start := found(6))
    states = {0: set(), 1: {new.id for new in start}}
    for base in range(1, 12):
        present = states[base]
        removed = [key for key in sorted(present) if dice.random() < 0.3]
        added = [AddedObject(id=new_id(), parents=removed[:1], feature=square(dice.randint(0, 90), dice.randint(0, 70)))]
        if removed and dice.random() < 0.5:
            added.append(AddedObject(id=removed[0], feature=square(1, 1)))
        number = await change(runtime, scene.anna, scene, base, removed, added)
        states[number] = (present - set(removed)) | {item.id for item in added}
    for number, expected in states.items():
        if number:
            assert await ids_at(runtime, scene, number) == expected
    async with runtime.work() as session:
        back = await service.restore(session, scene.anna, scene.image_id, 4)
    assert await ids_at(runtime, scene, back) == states[4]
    async with runtime.work() as session:
        told = await history.revisions(session, scene.vera, scene.image_id)
        image = await session.get(Image, scene.image_id)
    assert [entry.number for entry in told] == list(range(back, 0, -1))
    assert [entry.kind for entry in told][:1] == ["restore"]
    assert image.object_count == len(states[4])


async def test_a_revision_counts_the_objects_of_its_frame_and_the_image_those_of_all(runtime: Runtime, scene: Scene) -> None:
    async def draw(frame: int, *names: UUID) -> int:
        """Objects in this frame after an edit of it, as its history tells."""
        added = [AddedObject(id=name, feature=square(1, 1)) for name in names]
        async with runtime.work() as session:
            edit = Edit(edit_id=new_id(), base_revision=0, added=added)
            [number] = await service.edit(session, scene.anna, scene.image_id, edit, frame)
            told = await history.revisions(session, scene.vera, scene.image_id, frame)
        return next(entry.object_count for entry in told if entry.number == number)

    await save(runtime, scene, found(3))
    keys = [new_id() for _ in range(4)]
    assert await draw(0, keys[0]) == 4
    assert await draw(1, keys[1], keys[2]) == 2
    assert await draw(1, keys[3]) == 3
    async with runtime.work() as session:
        back = await service.restore(session, scene.anna, scene.image_id, 1, 1)
        told = await history.revisions(session, scene.vera, scene.image_id, 1)
        image = await session.get(Image, scene.image_id)
    assert [(entry.number, entry.object_count) for entry in told] == [(back, 2), (2, 3), (1, 2)]
    assert image.object_count == 4 + 2


@pytest.mark.parametrize("count", [IN_ONE_STATEMENT, IN_ONE_STATEMENT + 1])
async def test_objects_that_keep_their_ids_are_replaced_however_many_they_are(runtime: Runtime, scene: Scene, count: int) -> None:
    keys = [new_id() for _ in range(count)]

    def moved(by: float) -> list[AddedObject]:
        return [AddedObject(id=key, feature=square(index % 90 + by, index // 90 * 10)) for index, key in enumerate(keys)]

    await change(runtime, scene.anna, scene, 0, [], moved(0))
    assert await change(runtime, scene.anna, scene, 1, keys, moved(2)) == 2
    found_then, found_now = [(await outlines.at_revision(read, scene.vera, scene.image_id, revision=number))[1] for number in (1, 2)]
    then, now = ({row.id: row.geometry for row in rows_there} for rows_there in (found_then, found_now))
    assert then.keys() == now.keys() == set(keys)
    assert not any(then[key] == now[key] for key in keys)
    async with runtime.work() as session:
        told = await history.revisions(session, scene.vera, scene.image_id)
        image = await session.get(Image, scene.image_id)
    assert [(entry.added, entry.removed, entry.object_count) for entry in told] == [(count, count, count), (count, 0, count)]
    assert image.object_count == count


async def test_the_same_edit_again_gives_the_first_answer(runtime: Runtime, scene: Scene) -> None:
    edit = Edit(edit_id=new_id(), base_revision=0, added=[AddedObject(id=new_id(), feature=square(1, 1))])
    for _ in range(2):
        async with runtime.work() as session:
            assert await service.edit(session, scene.anna, scene.image_id, edit) == [1]
    assert len(await ids_at(runtime, scene)) == 1


async def test_a_conflict_says_who_and_what_instead_and_changes_nothing(runtime: Runtime, scene: Scene) -> None:
    (target, *_) = found(1)
    await save(runtime, scene, [target])
    heir = AddedObject(id=new_id(), parents=[target.id], feature=square(2, 2))
    await change(runtime, scene.ada, scene, 1, [target.id], [heir])
    with pytest.raises(PolygonsConflict) as caught:
        await change(runtime, scene.anna, scene, 1, [target.id], [AddedObject(id=new_id(), feature=square(3, 3))])
    conflict = {"id": str(target.id), "removedBy": str(scene.ada.user_id), "replacedBy": [str(heir.id)]}
    assert caught.value.context == {"revision": 2, "conflicts": [conflict]}
    assert await ids_at(runtime, scene) == {heir.id}


async def test_edits_of_different_objects_from_one_base_both_hold(runtime: Runtime, scene: Scene) -> None:
    one, other = found(2)
    await save(runtime, scene, [one, other])
    await change(runtime, scene.ada, scene, 1, [one.id], [])
    await change(runtime, scene.anna, scene, 1, [other.id], [])
    assert await ids_at(runtime, scene) == set()


TWICE = new_id()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: [AddedObject(id=TWICE, feature=square(1, 1))] * 2, "added twice"),
        (lambda: [AddedObject(id=new_id(), feature=square(200, 1))], "leaves the image"),
        (lambda: [AddedObject(id=new_id(), feature=square(1, 1) | {"properties": {"classId": "x"}})], "classId"),
        (lambda: [AddedObject(id=new_id(), feature={"geometry": {"type": "Point", "coordinates": [1, 1]}})], "not a GeoJSON polygon"),
    ],
)
async def test_wrong_polygons_are_refused_plainly(
    runtime: Runtime, scene: Scene, make: Callable[[], list[AddedObject]], message: str
) -> None:
    with pytest.raises(Invalid, match=message):
        await change(runtime, scene.anna, scene, 0, [], make())


async def test_who_may_not_annotate_changes_nothing(runtime: Runtime, scene: Scene) -> None:
    with pytest.raises(NotAllowed):
        await change(runtime, scene.vera, scene, 0, [], [AddedObject(id=new_id(), feature=square(1, 1))])
    with pytest.raises(ImageNotFound):
        await change(runtime, scene.stan, scene, 0, [], [])
    with pytest.raises(ImageNotFound):
        await outlines.at_revision(read, scene.stan, scene.image_id)
    with pytest.raises(ImageNotFound):
        await outlines.head(read, scene.stan, scene.image_id)
    with pytest.raises(RevisionNotFound):
        await outlines.at_revision(read, scene.vera, scene.image_id, revision=3)


async def test_the_binary_answer_carries_the_same_objects(runtime: Runtime, scene: Scene) -> None:
    await save(runtime, scene, objects := found(3))
    revision, found_then = await outlines.at_revision(read, scene.vera, scene.image_id)
    number, items = codec.decode_collection(outlines.packed(revision, found_then))
    assert (number, revision) == (1, 1)
    assert {item.id: item.geometry for item in items} == {new.id: new.geometry for new in objects}


async def test_hand_made_objects_are_measured(runtime: Runtime, scene: Scene) -> None:
    await change(runtime, scene.anna, scene, 0, [], [AddedObject(id=new_id(), feature=square(10, 10, 20))])
    async with runtime.work() as session:
        answer = await measurements.of_image(session, scene.vera, scene.image_id)
    assert answer.data[0].px["area_px2"] == 400
    assert answer.data[0].um is None
