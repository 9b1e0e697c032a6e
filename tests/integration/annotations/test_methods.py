"""The methods paragraph knows what came from where, also what was restored or came back by an undo."""

from cellhub_app.core.ids import new_id
from cellhub_app.core.runtime import Runtime
from cellhub_app.core.statistics.choosing import Test
from cellhub_app.domain.annotations import service
from cellhub_app.domain.annotations.schemas import AddedObject
from cellhub_app.domain.flows.describe import describe
from cellhub_app.domain.methods.schemas import MethodsView
from cellhub_app.models.image import Image
from tests.integration.annotations.scenes import Scene, change, found, save, square


async def paragraph(runtime: Runtime, scene: Scene, test: Test | None = None) -> MethodsView:
    async with runtime.work() as session:
        image = await session.get(Image, scene.image_id)
        assert image is not None
        return await describe(session, scene.vera, image.project_id, test=test)


async def test_what_people_drew_is_told_apart_from_what_a_model_found(runtime: Runtime, scene: Scene) -> None:
    objects = found(4)
    await save(runtime, scene, objects)
    drawn = AddedObject(id=new_id(), feature=square(20, 20))
    await change(runtime, scene.anna, scene, 1, [objects[0].id], [drawn])
    told = await paragraph(runtime, scene)
    assert (told.objects, told.by_hand, told.imported) == (4, 1, 0)
    assert "of the 4 objects analysed, 1 (25.0 %) were drawn or corrected by hand" in told.text.lower()
    assert "the model unet (weights SHA-256 abababababab; 3 objects in 1 image)" in told.text
    assert told.versions["CellHub"] in told.text


async def test_what_is_restored_is_as_much_by_hand_as_it_was(runtime: Runtime, scene: Scene) -> None:
    objects = found(3)
    await save(runtime, scene, objects)
    await change(runtime, scene.anna, scene, 1, [each.id for each in objects], [])
    assert (await paragraph(runtime, scene)).objects == 0
    async with runtime.work() as session:
        await service.restore(session, scene.anna, scene.image_id, 1)
    told = await paragraph(runtime, scene)
    assert (told.objects, told.by_hand) == (3, 0)
    assert [origin.model for origin in told.origins] == ["unet"]


async def test_a_test_is_described_with_what_counted_as_one(runtime: Runtime, scene: Scene) -> None:
    told = await paragraph(runtime, scene, Test.KRUSKAL)
    assert "The mean of each replicate counted once." in told.text
    assert "Kruskal-Wallis test with Dunn's test (Kruskal & Wallis 1952; Dunn 1964; Holm 1979), two-sided" in told.text
    assert told.objects == 0
