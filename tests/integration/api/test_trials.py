"""Previews and face-offs over HTTP; no worker runs, so what is asked for stays queued."""

from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from cellhub_app.api.v1 import trials
from cellhub_app.core.runtime import Runtime
from cellhub_app.models.audit import Audit
from cellhub_app.models.image import storage_key
from cellhub_app.models.trial import picture_key
from tests.fixtures import rows
from tests.integration.api.conftest import Person

MODELS = ["classical", "unet"]


@pytest.fixture
async def project(ada: Person) -> str:
    return await ada.project()


async def ready(runtime: Runtime, project: str, count: int, **columns: int) -> list[str]:
    """So many images that were read."""
    async with runtime.work() as session:
        return [str(one) for one in await rows.images(session, UUID(project), [f"{number}.png" for number in range(count)], **columns)]


async def test_a_face_off_is_queued_and_listed_and_forgotten(ada: Person, runtime: Runtime, project: str) -> None:
    images = await ready(runtime, project, 2)
    begun = await ada.http.post(f"/api/v1/projects/{project}/face-offs", json={"imageIds": [*images, images[0]], "models": MODELS})
    assert begun.status_code == 202
    made = begun.json()
    assert (made["status"], made["imageIds"], made["models"], len(made["trials"])) == ("queued", images, MODELS, 4)
    assert [standing["done"] for standing in made["standings"]] == [0, 0]
    listed = (await ada.http.get(f"/api/v1/projects/{project}/face-offs")).json()
    assert [one["id"] for one in listed] == [made["id"]]
    assert (await ada.http.delete(f"/api/v1/face-offs/{made['id']}")).status_code == 204
    assert (await ada.http.get(f"/api/v1/face-offs/{made['id']}")).status_code == 404
    assert (await ada.http.get(f"/api/v1/projects/{project}/face-offs")).json() == []
    async with runtime.work() as session:
        acts = (await session.execute(select(Audit).where(col(Audit.resource_type) == "faceOff").order_by(col(Audit.id)))).scalars().all()
    assert [(act.action, str(act.resource_id)) for act in acts] == [("faceOff", made["id"]), ("faceOffDelete", made["id"])]


async def test_the_plane_of_each_image_is_told_and_has_pictures(ada: Person, runtime: Runtime, project: str) -> None:
    [plain], [stack] = await ready(runtime, project, 1), await ready(runtime, project, 1, frames=5, timepoints=2)
    made = (await ada.http.post(f"/api/v1/projects/{project}/face-offs", json={"imageIds": [plain, stack], "models": MODELS})).json()
    assert made["frames"] == {plain: 0, stack: 2}
    assert {(trial["imageId"], trial["frame"]) for trial in made["trials"]} == {(plain, 0), (stack, 2)}
    for part in ("display", "thumbnail"):
        await runtime.storage.put(storage_key(UUID(plain), f"{part}.webp"), b"own")
        await runtime.storage.put(storage_key(UUID(stack), f"{part}.webp"), b"first plane")
        paths = [f"/api/v1/face-offs/{made['id']}/images/{image}/{part}" for image in (plain, stack, uuid4())]
        assert [(await ada.http.get(path)).status_code for path in paths] == [200, 404, 404], "no worker has tried it yet"
        await runtime.storage.put(picture_key(UUID(made["id"]), UUID(stack), part), b"third plane")
        assert [(await ada.http.get(path)).content for path in paths[:2]] == [b"own", b"third plane"]
    assert (await ada.http.get(f"/api/v1/face-offs/{made['id']}/images/{stack}/original")).status_code == 422


@pytest.mark.parametrize(
    ("images", "models", "status"),
    [(0, MODELS, 422), (13, MODELS, 422), (1, ["unet"], 422), (1, ["unet", "unet"], 422), (1, ["unet", "none"], 422), (12, MODELS, 202)],
)
async def test_a_face_off_takes_a_few_images_and_models(
    ada: Person, runtime: Runtime, project: str, images: int, models: list[str], status: int
) -> None:
    ids = await ready(runtime, project, images)
    answer = await ada.http.post(f"/api/v1/projects/{project}/face-offs", json={"imageIds": ids, "models": models})
    assert answer.status_code == status, answer.text


async def test_images_that_are_not_read_or_are_elsewhere_take_no_part(ada: Person, runtime: Runtime, project: str) -> None:
    [unread] = await ada.upload(project, "a.png")
    [elsewhere] = await ready(runtime, await ada.project("Other"), 1)
    for image, code in ((unread, "imageNotRead"), (elsewhere, "imageNotFound"), (str(uuid4()), "imageNotFound")):
        answer = await ada.http.post(f"/api/v1/projects/{project}/face-offs", json={"imageIds": [image], "models": MODELS})
        assert answer.json()["code"] == code


async def test_only_a_model_that_took_part_can_be_chosen(ada: Person, runtime: Runtime, project: str) -> None:
    images = await ready(runtime, project, 3)
    made = (await ada.http.post(f"/api/v1/projects/{project}/face-offs", json={"imageIds": images[:1], "models": MODELS})).json()
    path = f"/api/v1/face-offs/{made['id']}/choice"
    assert (await ada.http.post(path, json={"model": "hrnet"})).status_code == 422
    these = (await ada.http.post(path, json={"model": "unet", "images": "these"})).json()
    every = (await ada.http.post(path, json={"model": "unet"})).json()
    assert (these["counts"]["queued"], every["counts"]["queued"], every["model"]) == (1, 3, "unet")
    assert (await ada.http.get(f"/api/v1/face-offs/{made['id']}")).json()["chosenModel"] == "unet"


async def test_a_preview_that_no_worker_answers_says_so(
    ada: Person, runtime: Runtime, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "PREVIEW_WAIT_S", 0.1)
    [image] = await ready(runtime, project, 1)
    answer = await ada.http.get(f"/api/v1/images/{image}/preview", params={"model": "unet"})
    assert (answer.status_code, answer.json()["code"]) == (503, "previewLate")
    assert "Try again" in answer.json()["detail"]


@pytest.mark.parametrize("query", [{}, {"model": "unet", "threshold": "1"}, {"model": "unet", "minAreaPx": "-1"}, {"model": "none"}])
async def test_a_preview_of_nonsense_is_refused(ada: Person, runtime: Runtime, project: str, query: dict[str, str]) -> None:
    [image] = await ready(runtime, project, 1)
    assert (await ada.http.get(f"/api/v1/images/{image}/preview", params=query)).status_code == 422
