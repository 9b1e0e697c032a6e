"""Images chosen by the objects that they hold: as a filter, with a tag, and never by an address that nobody looked up."""

from typing import Any

import pytest

from cellhub_app.core.errors import Invalid, NotAllowed
from cellhub_app.core.pagination import PageRequest
from cellhub_app.core.reading import read
from cellhub_app.domain.flows.holding import asked_of, looked_up, resolved, tag_images, words_of
from cellhub_app.domain.images import selection
from cellhub_app.domain.images import service as images
from cellhub_app.domain.images.schemas import ImageFilters
from cellhub_app.domain.images.selection import Chosen
from cellhub_app.domain.results.schemas import Asked, TagChange, Tagged
from tests.integration.results.scenes import Plate

LARGE = "where=area_um2%3A12..&condition=control&condition=10+nM"


async def listed(plate: Plate, **filters: Any) -> list[str]:
    filters_ = await looked_up(plate.people["vera"], plate.project_id, ImageFilters(**filters))
    page = await images.page_json(read, plate.people["vera"], plate.project_id, filters_, PageRequest.of(50))
    return [image["name"] for image in page.data]


async def change(plate: Plate, who: str = "ada", **words: Any) -> Tagged:
    async with plate.runtime.work() as session:
        return await tag_images(session, plate.people[who], plate.project_id, TagChange(**words))


async def test_a_gallery_shows_the_images_that_hold_what_was_selected(plate: Plate) -> None:
    assert await listed(plate, holding=LARGE, sort="name") == ["a_t01.tif", "b_t02.tif", "c_t01.tif"]
    assert await listed(plate, holding="where=area_um2%3A13..", sort="-name") == ["c_t01.tif", "a_t01.tif"]
    assert await listed(plate, holding="where=area_um2%3A13..", sort="name", q="c_") == ["c_t01.tif"]
    assert await listed(plate, holding="where=area_um2%3A1000..") == []
    assert await listed(plate, holding="where=object_count%3A3..&per=image") == ["a_t01.tif"]


async def test_everything_that_matches_means_these_images_alone(plate: Plate) -> None:
    async with plate.runtime.work() as session:
        filters = await resolved(session, plate.people["vera"], plate.project_id, ImageFilters(holding="where=area_um2%3A13.."))
        assert await selection.count(session, plate.people["vera"], plate.project_id, Chosen(filters=filters)) == 2
        with pytest.raises(Invalid, match="can't be chosen here"):
            await selection.count(session, plate.people["vera"], plate.project_id, Chosen(filters=ImageFilters(holding=LARGE)))


async def test_a_tag_goes_on_the_images_and_off_again_where_it_was_new(plate: Plate) -> None:
    asked = Asked(where=["area_um2:13.."])
    done = await change(plate, tag=" good ", objects=asked)
    assert (done.tag, done.image_ids) == ("good", [plate.images["c_t01.tif"]]), "the other has it already"
    assert await listed(plate, tag="good", sort="name") == ["a_t01.tif", "c_t01.tif"]
    back = await change(plate, tag=done.tag, image_ids=done.image_ids, remove=True)
    assert back.changed == 1
    assert await listed(plate, tag="good") == ["a_t01.tif"]
    with pytest.raises(NotAllowed):
        await change(plate, "vera", tag="good", objects=asked)


def test_an_address_says_in_words_what_it_asks_for() -> None:
    assert words_of(asked_of(LARGE)) == "Area from 12 µm², control, 10 nM"
    assert words_of(asked_of("where=confluence:0.25..0.5&condition=&classId=2&border=inside")) == (
        "Confluence 0.25 to 0.5, no condition, class 2, not on the border"
    )
    for nonsense in ("per=moon", "classId=x", "imageId=1"):
        with pytest.raises(Invalid, match="select them in the results again"):
            asked_of(nonsense)
