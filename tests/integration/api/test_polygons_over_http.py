import struct
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlmodel import col

from cellhub_app.core.runtime import Runtime
from cellhub_app.models.image import Image
from tests.integration.api.conftest import Person

BINARY = "application/x-cellhub-polygons"


def _square(left: float, top: float, side: float) -> dict[str, Any]:
    right, bottom = left + side, top + side
    ring = [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]]
    return {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def _edit(base: int, *features: dict[str, Any], removed: list[str] | None = None) -> dict[str, Any]:
    added = [{"id": str(uuid4()), "parents": [], "feature": feature} for feature in features]
    return {"editId": str(uuid4()), "baseRevision": base, "removed": removed or [], "added": added, "note": ""}


@pytest.fixture
async def image(ada: Person, runtime: Runtime) -> str:
    """The address of an image that was read, 100 x 80 pixels of 0.5 µm."""
    [image_id] = await ada.upload(await ada.project(), "a.png")
    async with runtime.work() as session:
        facts = {"status": "ready", "width": 100, "height": 80, "channels": 1, "pixel_size_um": 0.5}
        await session.execute(update(Image).where(col(Image.id) == UUID(image_id)).values(**facts))
    return f"/api/v1/images/{image_id}"


async def test_an_image_without_objects_has_an_empty_collection(ada: Person, image: str) -> None:
    answer = await ada.http.get(f"{image}/polygons")
    assert (answer.status_code, answer.headers["etag"], answer.headers["content-type"]) == (200, '"0"', "application/geo+json")
    assert answer.json()["features"] == []


async def test_what_is_drawn_is_read_back_in_both_forms(ada: Person, image: str) -> None:
    edit = _edit(0, _square(10, 10, 4), _square(30, 20, 6))
    assert (await ada.http.patch(f"{image}/polygons", json=edit)).json() == {"revision": 1}
    collection = (await ada.http.get(f"{image}/polygons")).json()
    ids = [feature["id"] for feature in collection["features"]]
    assert sorted(ids) == sorted(item["id"] for item in edit["added"])
    assert sorted(feature["properties"]["areaPx"] for feature in collection["features"]) == [16, 36]
    by_parameter = await ada.http.get(f"{image}/polygons?format=binary", headers={"Accept": "*/*"})
    by_accept = await ada.http.get(f"{image}/polygons", headers={"Accept": f"{BINARY}, application/geo+json;q=0.5"})
    assert by_parameter.content == by_accept.content
    assert by_accept.headers["content-type"] == BINARY
    assert "Accept" in by_accept.headers["vary"]
    assert by_accept.content[:4] == b"CHP1"
    assert struct.unpack("<II", by_accept.content[4:12]) == (1, 2)
    assert by_accept.content[12:28] == UUID(ids[0]).bytes


async def test_the_etag_is_the_revision(ada: Person, image: str) -> None:
    await ada.http.patch(f"{image}/polygons", json=_edit(0, _square(10, 10, 4)))
    first = await ada.http.get(f"{image}/polygons")
    assert first.headers["etag"] == '"1"'
    assert (await ada.http.get(f"{image}/polygons", headers={"If-None-Match": '"1"'})).status_code == 304
    await ada.http.patch(f"{image}/polygons", json=_edit(1, _square(30, 20, 6)))
    second = await ada.http.get(f"{image}/polygons", headers={"If-None-Match": '"1"'})
    assert (second.status_code, second.headers["etag"], len(second.json()["features"])) == (200, '"2"', 2)
    assert (await ada.http.get(f"{image}/polygons?revision=1")).json() == first.json()
    assert (await ada.http.get(f"{image}/polygons?revision=3")).status_code == 404


async def test_each_revision_shows_what_was_there_then(ada: Person, image: str) -> None:
    edit = _edit(0, _square(10, 10, 4))
    await ada.http.patch(f"{image}/polygons", json=edit)
    await ada.http.patch(f"{image}/polygons", json=_edit(1, _square(30, 20, 6), removed=[edit["added"][0]["id"]]))
    await ada.http.patch(f"{image}/polygons", json=_edit(2, _square(50, 20, 8)))

    async def areas(query: str) -> tuple[str, list[float]]:
        answer = await ada.http.get(f"{image}/polygons{query}")
        return answer.headers["etag"], sorted(feature["properties"]["areaPx"] for feature in answer.json()["features"])

    assert await areas("?revision=1") == ('"1"', [16])
    assert await areas("?revision=2") == ('"2"', [36])
    assert await areas("") == await areas("?revision=3") == ('"3"', [36, 64])
    assert await areas("?revision=0") == ('"0"', [])
    assert await areas("?frame=1") == ('"0"', [])
    assert (await ada.http.get(f"{image}/polygons?frame=1&revision=1")).status_code == 404


async def test_polygons_of_images_that_are_gone_or_foreign_are_not_there(ada: Person, bob: Person, image: str) -> None:
    await ada.http.patch(f"{image}/polygons", json=_edit(0, _square(10, 10, 4)))
    for query in ("", "?revision=1", "?format=binary"):
        for headers in ({}, {"If-None-Match": '"1"'}):
            assert (await bob.http.get(f"{image}/polygons{query}", headers=headers)).status_code == 404
    assert (await ada.http.delete(image)).status_code == 204
    assert (await ada.http.get(f"{image}/polygons", headers={"If-None-Match": '"1"'})).status_code == 404


async def test_the_same_edit_twice_is_one_edit_and_a_lost_race_is_explained(ada: Person, bob: Person, image: str) -> None:
    project_id = (await ada.http.get(image)).json()["projectId"]
    await ada.share(project_id, bob, "annotator")
    edit = _edit(0, _square(10, 10, 4))
    assert [(await ada.http.patch(f"{image}/polygons", json=edit)).json()["revision"] for _ in range(2)] == [1, 1]
    target = edit["added"][0]["id"]
    assert (await bob.http.patch(f"{image}/polygons", json=_edit(1, removed=[target]))).json() == {"revision": 2}
    late = await ada.http.patch(f"{image}/polygons", json=_edit(1, _square(10, 10, 5), removed=[target]))
    assert (late.status_code, late.headers["content-type"]) == (409, "application/problem+json")
    problem = late.json()
    assert (problem["code"], problem["revision"]) == ("polygonsConflict", 2)
    assert problem["conflicts"] == [{"id": target, "removedBy": str(bob.id), "replacedBy": []}]


@pytest.mark.parametrize(
    "feature",
    [_square(90, 70, 50), {"type": "Feature", "geometry": None}, {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 1]}},
     {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, "x"], [1, 1]]]}}, {},
     {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": []}},
     {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [9, 9], [9, 0], [0, 9], [0, 0]]]}}],
    ids=["outside", "no geometry", "a point", "not numbers", "nothing", "no ring", "crossing itself"],
)  # fmt: skip
async def test_a_polygon_that_is_none_is_refused(ada: Person, image: str, feature: dict[str, Any]) -> None:
    answer = await ada.http.patch(f"{image}/polygons", json=_edit(0, feature))
    assert answer.status_code == 422, answer.text
    assert (await ada.http.get(f"{image}/polygons")).headers["etag"] == '"0"'


async def test_an_old_revision_comes_back_as_a_new_one(ada: Person, image: str) -> None:
    edit = _edit(0, _square(10, 10, 4))
    await ada.http.patch(f"{image}/polygons", json=edit)
    await ada.http.patch(f"{image}/polygons", json=_edit(1, removed=[edit["added"][0]["id"]]))
    assert (await ada.http.post(f"{image}/revisions/1/restore")).json() == {"revision": 3}
    history = (await ada.http.get(f"{image}/revisions")).json()
    assert [(entry["number"], entry["kind"], entry["objectCount"]) for entry in history] == [
        (3, "restore", 1),
        (2, "edit", 0),
        (1, "edit", 1),
    ]
    assert (history[0]["restoredFrom"], history[0]["parameters"]) == (1, {"restoredFrom": 1})
    assert len((await ada.http.get(f"{image}/polygons")).json()["features"]) == 1


async def test_measurements_come_in_pixels_and_micrometres(ada: Person, image: str) -> None:
    await ada.http.patch(f"{image}/polygons", json=_edit(0, _square(10, 10, 4)))
    project_id = (await ada.http.get(image)).json()["projectId"]
    of_image = (await ada.http.get(f"{image}/measurements")).json()
    [row] = of_image["data"]
    assert (of_image["revision"], of_image["pixelSizeUm"]) == (1, 0.5)
    assert (row["px"]["area_px2"], row["um"]["area_um2"]) == (16, 4)
    of_project = (await ada.http.get(f"/api/v1/projects/{project_id}/measurements")).json()
    assert of_project["data"] == [row]
    assert (of_project["nextCursor"], of_project["hasMore"]) == (None, False)
