"""Who asked for it gets one letter when a batch ends, and everybody's pages hear of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from email import message_from_string
from email.policy import default

from cellhub_app.core.events import EventType
from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.flows.segment import segment
from cellhub_app.domain.jobs import work
from cellhub_app.domain.jobs.claiming import Appetite
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.models.project import Membership
from ml_worker.tasks.upkeep import Upkeep
from tests.fixtures import rows
from tests.fixtures.mail import MailServer
from tests.integration.worker.conftest import Lab, listening


@asynccontextmanager
async def posting(runtime: Runtime) -> AsyncIterator[tuple[Upkeep, MailServer]]:
    """The chores of a worker with a mail server."""
    server = MailServer()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    url = f"smtp://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with listening:
        yield Upkeep(replace(runtime, settings=runtime.settings.model_copy(update={"smtp_url": url}))), server


async def batch_of_two(lab: Lab, *, notify: bool) -> None:
    """A batch of which one image is done and one failed."""
    async with lab.runtime.work() as session:
        images = await rows.images(session, lab.project_id, ["a.png", "b.png"])
        await segment(session, lab.who, lab.project_id, images, "classical", notify=notify)
    async with lab.runtime.work() as session:
        done, bad = await work.claim(session, JobKind.SEGMENT, "tester", Appetite(2, 1e9, {}))
    async with lab.runtime.work() as session:
        await work.finish(session, [Finished(done, {})])
        await work.fail(session, bad, "damaged", "Its data is damaged.", retry=False)


async def test_one_letter_tells_how_a_batch_ended_and_where_to_look(lab: Lab) -> None:
    await batch_of_two(lab, notify=True)
    async with posting(lab.runtime) as (upkeep, server):
        await asyncio.gather(upkeep.send_letters(), upkeep.send_letters())
        await upkeep.send_letters()
    [raw] = server.letters
    letter = message_from_string(raw, policy=default)
    assert (letter["To"], letter["Subject"]) == (lab.who.email, "HeLa: segmentation done")
    text = letter.get_content()
    assert "1 segmented, 1 failed" in text
    assert f"{lab.runtime.settings.base_url}/projects/{lab.project_id}" in text
    assert f"{lab.runtime.settings.base_url}/queue?batch=" in text


async def test_nobody_gets_a_letter_unasked_or_too_early(lab: Lab) -> None:
    await batch_of_two(lab, notify=False)
    async with lab.runtime.work() as session:
        await segment(session, lab.who, lab.project_id, "all", "classical", notify=True)
    async with posting(lab.runtime) as (upkeep, server):
        await upkeep.send_letters()
    assert server.connections == 0


async def test_who_may_not_see_the_project_any_more_gets_no_letter_about_it(lab: Lab) -> None:
    await batch_of_two(lab, notify=True)
    async with lab.runtime.work() as session:
        await session.delete(await session.get_one(Membership, (lab.project_id, lab.who.user_id)))
    async with posting(lab.runtime) as (upkeep, server):
        await upkeep.send_letters()
    assert server.connections == 0


async def test_the_end_of_a_batch_is_told_once_with_who_started_it(lab: Lab) -> None:
    async with listening(lab.runtime) as heard:
        await batch_of_two(lab, notify=False)
        await heard.waits_for(EventType.BATCH_FINISHED)
    ends = heard.of(EventType.BATCH_FINISHED)
    assert [(event.project_id, event.data["startedBy"], event.data["status"]) for event in ends] == [
        (lab.project_id, str(lab.who.user_id), "succeeded")
    ]
    assert (ends[0].data["counts"]["succeeded"], ends[0].data["counts"]["failed"]) == (1, 1)
