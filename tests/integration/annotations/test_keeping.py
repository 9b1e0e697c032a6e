"""A new result of a model beside what people drew or changed."""

from dataclasses import replace
from uuid import UUID

from cellhub_app.core.geometry import codec, polygon
from cellhub_app.core.ids import new_id
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.annotations import history, keeping, repository, service
from cellhub_app.domain.annotations.schemas import AddedObject, NewObject, NewResult
from cellhub_app.models.annotation import Segmentation
from tests.integration.annotations.scenes import Scene, change, found, ids_at, save, square


def seen(*places: tuple[float, float]) -> list[NewObject]:
    """What a model might find at these places."""
    shapes = [polygon.from_geojson(square(*place)["geometry"]) for place in places]
    return [NewObject(new_id(), codec.encode(shape), shape.area, shape.bounds, [shape.area], 1, 0.9, 0.1) for shape in shapes]


async def again(runtime: Runtime, scene: Scene, objects: list[NewObject]) -> int:
    """Store a result as a worker does that is asked to keep hand work."""
    async with runtime.work() as session:
        await repository.hold_segmentations(session, [(scene.image_id, 0)])
        result = NewResult(scene.image_id, new_id(), "unet", None, objects)
        result = await keeping.beside_hand_made(session, result, (100, 80))
        return (await service.save_results(session, [result]))[result.job_id, 0]


async def hand_made(runtime: Runtime, scene: Scene) -> set[UUID]:
    async with runtime.work() as session:
        place: Segmentation | None = await repository.segmentation(session, scene.image_id, 0)
        assert place is not None
        return set(await keeping.hand_made(session, place.id))


async def test_what_people_drew_stays_and_what_lies_on_it_is_left_out(runtime: Runtime, scene: Scene) -> None:
    await save(runtime, scene, found(2))
    drawn = new_id()
    await change(runtime, scene.anna, scene, 1, [], [AddedObject(id=drawn, feature=square(60, 60))])
    on_it, beside = seen((61, 61), (40, 60))
    number = await again(runtime, scene, [on_it, beside])
    assert await ids_at(runtime, scene) == {drawn, beside.id}
    async with runtime.work() as session:
        newest = (await history.revisions(session, scene.vera, scene.image_id))[0]
    assert (newest.number, newest.kind, newest.added, newest.removed, newest.object_count) == (number, "model", 1, 2, 2)
    async with runtime.work() as session:
        await service.restore(session, scene.anna, scene.image_id, 2)
    assert drawn in await ids_at(runtime, scene)
    assert beside.id not in await ids_at(runtime, scene)


async def test_what_was_changed_is_by_hand_and_what_came_back_as_it_was_is_not(runtime: Runtime, scene: Scene) -> None:
    moved, classed, taken_back, left = start = found(4)
    await save(runtime, scene, start)
    other_class = square(7, 3) | {"properties": {"classId": 1}}
    change_of = [AddedObject(id=moved.id, feature=square(1, 40)), AddedObject(id=classed.id, feature=other_class)]
    await change(runtime, scene.anna, scene, 1, [moved.id, classed.id], change_of)
    await change(runtime, scene.anna, scene, 2, [taken_back.id], [])
    await change(runtime, scene.anna, scene, 3, [], [AddedObject(id=taken_back.id, feature=square(14, 3))])
    assert await hand_made(runtime, scene) == {moved.id, classed.id}
    assert await ids_at(runtime, scene) == {one.id for one in start}
    assert left.id not in await hand_made(runtime, scene)


async def test_a_restore_does_not_make_found_objects_hand_made(runtime: Runtime, scene: Scene) -> None:
    await save(runtime, scene, found(3))
    await save(runtime, scene, found(2))
    async with runtime.work() as session:
        await service.restore(session, scene.anna, scene.image_id, 1)
    assert await hand_made(runtime, scene) == set()


async def test_without_hand_work_a_result_takes_the_place_of_everything(runtime: Runtime, scene: Scene) -> None:
    await save(runtime, scene, found(3))
    objects = [replace(one, id=new_id()) for one in found(2)]
    await again(runtime, scene, objects)
    assert await ids_at(runtime, scene) == {one.id for one in objects}
