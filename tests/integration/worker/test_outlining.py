"""The outlines on gallery cards follow what people change, seconds later and without anybody waiting for it."""

import io as streams
from uuid import UUID

import numpy as np
import pytest
from PIL import Image as Picture

from cellhub_app.core import queue
from cellhub_app.core.errors import NotFound
from cellhub_app.core.ids import new_id
from cellhub_app.domain.annotations import pictures, service
from cellhub_app.domain.annotations.schemas import AddedObject, Edit
from ml_worker.context import WorkerContext
from ml_worker.tasks.outlining import ask_again, draw_outlines, outlines_key
from tests.fixtures import rows
from tests.integration.worker.conftest import Lab, until


def square(left: float, top: float) -> dict[str, object]:
    ring = [[left, top], [left + 20, top], [left + 20, top + 20], [left, top + 20], [left, top]]
    return {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {}}


async def image_of(lab: Lab) -> UUID:
    async with lab.runtime.work() as session:
        [image] = await rows.images(session, lab.project_id, ["a.png"], frames=2)
    return image


async def draw(lab: Lab, image: UUID, *places: tuple[float, float], base: int = 0, frame: int = 0) -> int:
    added = [AddedObject(id=new_id(), feature=square(*place)) for place in places]
    async with lab.runtime.work() as session:
        return (await service.edit(session, lab.who, image, Edit(edit_id=new_id(), base_revision=base, added=added), frame))[-1]


async def opaque(lab: Lab, image: UUID, revision: int) -> np.ndarray:
    """Which pixels of a revision's picture are drawn on."""
    data = await lab.runtime.storage.get(outlines_key(image, revision))
    return np.asarray(Picture.open(streams.BytesIO(data)).convert("RGBA"))[..., 3] > 0


async def test_an_edit_is_drawn_in_a_moment_and_its_image_says_so(lab: Lab, io: WorkerContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "OUTLINES_REST_S", 0.1)
    image = await image_of(lab)
    number = await draw(lab, image, (10, 10))

    async def is_drawn() -> bool:
        return (await lab.image(image)).outlines_revision == number

    assert not await is_drawn()
    await until(is_drawn)
    drawn = await opaque(lab, image, number)
    assert drawn.shape == (80, 100)
    assert drawn[20, 20]
    assert not drawn[60, 60]


async def test_of_edits_in_a_row_the_last_is_drawn_and_pictures_of_old_ones_go(lab: Lab) -> None:
    image = await image_of(lab)
    await draw(lab, image, (10, 10))
    assert await draw_outlines(lab.runtime, image) == 1
    await draw(lab, image, (40, 40), base=1)
    await draw(lab, image, (70, 50), base=2)
    assert await draw_outlines(lab.runtime, image) == 3
    assert (await opaque(lab, image, 3))[[20, 50, 60], [20, 50, 80]].all()
    with pytest.raises(NotFound):
        await lab.runtime.storage.get(outlines_key(image, 1))
    assert await draw_outlines(lab.runtime, image) is None


async def test_a_lost_ticket_is_asked_for_again(lab: Lab) -> None:
    image = await image_of(lab)
    await draw(lab, image, (10, 10))
    await lab.runtime.queue.flushdb()
    async with lab.runtime.work() as session:
        assert (image, 1) in await pictures.missed(session)
    await ask_again(lab.runtime)
    assert await lab.runtime.queue.zscore(queue.IO_QUEUE, f"outlines:{image}:1")


async def test_other_frames_have_their_own_revisions_and_no_picture(lab: Lab) -> None:
    image = await image_of(lab)
    await draw(lab, image, (10, 10))
    await draw(lab, image, (10, 10), frame=1)
    await draw(lab, image, (40, 40), frame=1, base=1)
    row = await lab.image(image)
    assert (row.revision, row.object_count) == (1, 3)
