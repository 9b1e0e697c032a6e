"""The chip follows what is told of batches, and asks the database only where that is not enough."""

from cellhub_app.core.events import Event, EventType
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.images.repository import chosen
from cellhub_app.domain.jobs import service
from cellhub_app.domain.jobs.news import batch_event
from cellhub_app.domain.jobs.schemas import BatchCounts, BatchView
from cellhub_app.web import chip
from cellhub_app.web.guard import Call
from cellhub_app.web.live import News
from tests.fixtures import rows


async def started(runtime: Runtime, who: Principal, images: int) -> BatchView:
    """A batch over fresh images in a project of its own."""
    async with runtime.work() as session:
        project = await rows.project(session, who)
        names = [f"{number}.png" for number in range(images)]
        ids = await rows.images(session, project, names, status="ready")
        batch = await service.add_batch(session, project_id=project, user_id=who.user_id, model="unet", parameters={})
        await service.line_up(session, batch, chosen(project, ids))
        return await service.batch(session, who, batch.id)


async def test_the_chip_follows_events_and_reads_again_when_a_batch_comes_or_ends(runtime: Runtime) -> None:
    async with runtime.work() as session:
        ada = await rows.person(session, "ada")
    first = await started(runtime, ada, 4)

    async def seen(*events: Event, anew: bool = False) -> str:
        async with runtime.work() as session:
            return (await chip.follow(Call(ada, session), News([Event.decode(event.encode()) for event in events], anew)))[0]

    assert await seen(anew=True) == "0 of 4"
    ahead = first.model_copy(update={"counts": BatchCounts(queued=1, running=1, succeeded=2)})
    assert await seen(batch_event(ahead)) == "2 of 4", "told, though the database has not come that far"
    assert await seen(Event(EventType.SEGMENTATION_STATUS, first.project_id, data={"imageId": "x"})) == "2 of 4"
    second = await started(runtime, ada, 3)
    assert await seen(batch_event(ahead), batch_event(second)) == "0 of 7", "a batch that was not known is a reason to read"
    async with runtime.work() as session:
        await service.cancel(session, ada, first.id)
    assert await seen(Event(EventType.BATCH_FINISHED, first.project_id, data={"batchId": first.id})) == "0 of 3"
    assert await seen(batch_event(ahead)) == "0 of 3", "what is told late of a batch that ended does not bring it back"
