"""Which planes of stacks a batch is for: what its jobs are told, and what is refused before anything is queued."""

import pytest

from cellhub_app.core.errors import Invalid
from cellhub_app.core.imaging.planes import PLANES_MAX, Frames
from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.flows.segment import segment
from cellhub_app.domain.jobs import service, work
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.domain.jobs.schemas import BatchView, NewJob
from tests.integration.jobs.conftest import Lab, claim, column


async def _segment(lab: Lab, frames: Frames) -> BatchView:
    async with lab.runtime.work() as session:
        return await segment(session, lab.who, lab.project_id, "all", "classical", frames=frames)


@pytest.mark.parametrize(("frames", "told"), [("first", {}), ("all", {"frames": "all"}), ([4, 0, 4], {"frames": [0, 4]})])
async def test_jobs_are_told_their_planes(lab: Lab, runtime: Runtime, frames: Frames, told: dict[str, object]) -> None:
    await lab.images(1, frames=3, timepoints=2)
    assert (await _segment(lab, frames)).parameters == {"channel": 0, **told}
    assert await column(runtime, "select parameters from job") == [{"channel": 0, **told}]


@pytest.mark.parametrize(
    ("frames", "sentence"),
    [
        ([0, 6], "0.png has 6 planes, counted from 0, so there is no plane 6. Choose planes that it has, or all."),
        ([], "Name between 1 and 2,000 planes to segment, or all."),
        (range(PLANES_MAX + 1), "Name between 1 and 2,000 planes to segment, or all."),
    ],
)
async def test_planes_that_an_image_lacks_are_refused(lab: Lab, runtime: Runtime, frames: Frames, sentence: str) -> None:
    await lab.images(2, frames=3, timepoints=2)
    with pytest.raises(Invalid) as refused:
        await _segment(lab, frames)
    assert (refused.value.detail, await column(runtime, "select id from job")) == (sentence, [])


async def test_all_planes_of_a_huge_stack_are_refused(lab: Lab) -> None:
    await lab.images(1, frames=1001, timepoints=2)
    with pytest.raises(Invalid, match=r"^2,002 planes of 0\.png are too many"):
        await _segment(lab, "all")


async def test_an_image_that_is_still_being_read_may_have_any_planes(lab: Lab) -> None:
    await lab.images(1, status="ingesting", frames=None, timepoints=None, width=None, height=None)
    assert (await _segment(lab, [7])).counts.queued == 1


@pytest.mark.parametrize(("frames", "planes"), [("first", [0]), ("all", [0, 1, 2, 3, 4, 5]), ([5, 2], [2, 5])])
async def test_a_job_weighs_all_its_planes_also_one_that_waits(lab: Lab, runtime: Runtime, frames: Frames, planes: list[int]) -> None:
    facts = {"width": 1000, "height": 500, "channels": 1, "bit_depth": 8, "frames": 3, "timepoints": 2, "format": "tiff"}
    await lab.images(1, **facts)
    [waiting] = await lab.images(1, status="ingesting", **dict.fromkeys(facts))
    await _segment(lab, frames)
    async with runtime.work() as session:
        await service.add(session, [NewJob(JobKind.INGEST, lab.who.user_id, lab.project_id, image_id=waiting)])
    [reading] = await claim(runtime, kind=JobKind.INGEST)
    async with runtime.work() as session:
        await work.image_read(session, reading, {**facts, "pixel_size_um": None, "pixel_size_origin": None})
        await work.finish(session, [Finished(reading, {})])
    assert await column(runtime, "select megapixels from job where kind = 'segment'") == [0.5 * len(planes)] * 2
    for job in await claim(runtime):
        assert (list(job.planes), job.megapixels, job.workload) == (planes, 0.5, 0.5 * len(planes))
