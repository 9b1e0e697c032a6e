"""Raw tiles over HTTP, for members and for visitors of a link."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from cellhub_app.api.v1 import tiles
from cellhub_app.core.ids import now
from cellhub_app.core.imaging.places import DESCRIPTION, Place
from cellhub_app.core.queue import IO_QUEUE
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.images import pyramids
from cellhub_app.models.pyramid import Pyramid, pyramid_key
from tests.fixtures import rows
from tests.integration.api.conftest import NewClient, Person

API = "/api/v1"


@pytest.fixture
async def image(ada: Person, runtime: Runtime) -> UUID:
    """An image of three planes; the second has tiles."""
    async with runtime.work() as session:
        [image_id] = await rows.images(session, UUID(await ada.project()), ["a.tif"], frames=3)
        await pyramids.write(session, Pyramid(image_id=image_id, frame=1, timepoint=0, bytes=4))
    await runtime.storage.put(pyramid_key(image_id, 1, 0, DESCRIPTION), b"{}")
    await runtime.storage.put(pyramid_key(image_id, 1, 0, Place(0, 2, 3, 1).name), b"tile")
    return image_id


async def test_a_tile_is_kept_by_browsers_and_not_sent_again(ada: Person, image: UUID) -> None:
    address = f"{API}/images/{image}/tiles/0/2/3?frame=1&channel=1"
    first = await ada.http.get(address)
    assert (first.content, first.headers["content-type"]) == (b"tile", "application/x-cellhub-tile")
    assert first.headers["cache-control"] == "private, max-age=31536000, immutable"
    again = await ada.http.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_what_is_not_there_is_told_in_one_sentence(ada: Person, image: UUID) -> None:
    for part, code in (
        ("tiles/0/9/9?frame=1", "tileNotFound"),
        ("tiles/0/2/3?frame=3", "planeNotFound"),
        ("pyramid?frame=1&t=1", "planeNotFound"),
    ):
        answer = await ada.http.get(f"{API}/images/{image}/{part}")
        assert (answer.status_code, answer.json()["code"]) == (404, code), part
    assert answer.json()["detail"] == "The image has 3 planes and 1 timepoints, counted from 0."
    assert (await ada.http.get(f"{API}/images/{uuid4()}/pyramid")).json()["code"] == "imageNotFound"
    assert (await ada.http.get(f"{API}/images/{image}/tiles/-1/0/0")).status_code == 422


async def test_a_plane_without_tiles_is_asked_for_once_and_answers_that_it_is_being_prepared(
    ada: Person, image: UUID, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "TILES_WAIT_S", 0.1)
    before = await runtime.queue.zcard(IO_QUEUE)
    for part in ("tiles/0/0/0", "pyramid", "pyramid"):
        answer = await ada.http.get(f"{API}/images/{image}/{part}?frame=2")
        assert (answer.status_code, answer.json()["code"]) == (409, "tilesBeingMade")
    assert await runtime.queue.zcard(IO_QUEUE) == before + 1


async def _cut_by_a_worker(runtime: Runtime, image: UUID) -> None:
    """Do what a worker does once it has been asked for the third plane."""
    while not await runtime.queue.exists(f"arq:job:tiles:{image}:2:0"):  # noqa: ASYNC110 - the request runs in this process
        await asyncio.sleep(0)
    await runtime.storage.put(pyramid_key(image, 2, 0, DESCRIPTION), b'{"tile": 512}')
    await runtime.storage.put(pyramid_key(image, 2, 0, Place(0, 0, 0, 0).name), b"tile")
    async with runtime.work() as session:
        await pyramids.write(session, Pyramid(image_id=image, frame=2, timepoint=0))


@pytest.mark.parametrize(("part", "content"), [("pyramid", b'{"tile": 512}'), ("tiles/0/0/0", b"tile")])
async def test_whoever_asks_for_a_plane_gets_it_as_soon_as_a_worker_has_cut_it(
    ada: Person, image: UUID, runtime: Runtime, part: str, content: bytes
) -> None:
    asked = asyncio.create_task(ada.http.get(f"{API}/images/{image}/{part}?frame=2"))
    await asyncio.wait_for(_cut_by_a_worker(runtime, image), 10)
    assert (await asked).content == content


async def test_a_plane_that_cannot_be_cut_says_why(ada: Person, image: UUID, runtime: Runtime) -> None:
    sentence = "Couldn't read a.tif: its data is damaged. Upload it again."
    async with runtime.work() as session:
        await pyramids.write(session, Pyramid(image_id=image, frame=0, timepoint=0, error={"code": "damaged", "detail": sentence}))
    answer = await ada.http.get(f"{API}/images/{image}/pyramid")
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (409, "tilesRefused", sentence)


async def test_visitors_of_a_link_see_the_tiles_of_its_project_only(
    ada: Person, image: UUID, new_client: NewClient, runtime: Runtime
) -> None:
    found = (await ada.http.get(f"{API}/images/{image}")).json()
    ends = (now() + timedelta(days=7)).isoformat()
    link = (await ada.http.post(f"{API}/projects/{found['projectId']}/share-links", json={"expiresAt": ends})).json()
    http = new_client()
    opened = await http.post(f"{API}/shared", json={"token": link["url"].partition("#")[2]})
    shared = f"{API}/shared/{opened.json()['linkId']}"
    tile = await http.get(f"{shared}/images/{image}/tiles/0/2/3?frame=1&channel=1")
    assert (tile.content, tile.headers["cache-control"]) == (b"tile", "private, no-cache")
    assert (await http.get(f"{shared}/images/{image}/pyramid?frame=1")).json() == {}
    async with runtime.work() as session:
        [other] = await rows.images(session, UUID(await ada.project("Other")), ["b.tif"])
    for part in ("pyramid", "tiles/0/0/0"):
        assert (await http.get(f"{shared}/images/{other}/{part}")).status_code == 404
        assert (await http.get(f"{API}/images/{image}/{part}")).status_code == 401


async def test_annotators_set_the_size_of_a_pixel_and_nothing_else_of_an_image(ada: Person, bob: Person, image: UUID) -> None:
    address = f"{API}/images/{image}"
    project_id = (await ada.http.get(address)).json()["projectId"]
    await ada.share(project_id, bob, "annotator")
    answer = await bob.http.patch(address, json={"pixelSizeUm": 0.325})
    assert (answer.json()["pixelSizeUm"], answer.json()["pixelSizeOrigin"]) == (0.325, "user")
    assert (await bob.http.patch(address, json={"pixelSizeUm": 0.5, "name": "mine.tif"})).status_code == 403
    assert (await bob.http.patch(address, json={"pixelSizeUm": None})).json()["pixelSizeUm"] is None
    await ada.http.patch(f"{API}/projects/{project_id}/members/{bob.id}", json={"role": "viewer"})
    assert (await bob.http.patch(address, json={"pixelSizeUm": 0.325})).status_code == 403
