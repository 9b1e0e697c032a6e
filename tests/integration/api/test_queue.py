"""The queue over HTTP: who runs what, what ended and why images failed, and how fast it went."""

from uuid import UUID

from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.jobs import work
from cellhub_app.domain.jobs.claiming import Appetite
from cellhub_app.domain.jobs.leases import Finished
from tests.fixtures import rows
from tests.integration.api.conftest import Person


async def test_a_batch_is_told_with_its_person_and_then_with_its_causes(runtime: Runtime, ada: Person, bob: Person) -> None:
    project = await ada.project("Hela dose")
    await ada.share(project, bob, "viewer")
    async with runtime.work() as session:
        await rows.images(session, UUID(project), ["a.png", "b.png"])
    started = await ada.http.post(f"/api/v1/projects/{project}/segmentations", json={"imageIds": "all", "model": "classical"})
    batch = started.json()["id"]
    [running] = (await bob.http.get("/api/v1/queue")).json()["batches"]
    assert (running["projectName"], running["startedBy"], running["canEdit"]) == ("Hela dose", {"id": str(ada.id), "name": "Ada"}, False)
    assert (await bob.http.get("/api/v1/queue/history")).json()["data"] == []

    async with runtime.work() as session:
        first, second = await work.claim(session, JobKind.SEGMENT, "tester", Appetite(2, 1e9, {}))
    async with runtime.work() as session:
        await work.finish(session, [Finished(first, {})])
        await work.fail(session, second, "damaged", "Couldn't finish b.png: its data is damaged.", retry=False)
    page = (await bob.http.get("/api/v1/queue/history", params={"projectId": project, "limit": 1})).json()
    [ended] = page["data"]
    assert (ended["id"], ended["status"], ended["retryable"], page["hasMore"]) == (batch, "succeeded", 1, False)
    assert ended["causes"] == (await bob.http.get(f"/api/v1/batches/{batch}/failures")).json()
    [cause] = ended["causes"]
    assert (cause["code"], cause["detail"], cause["images"]) == ("damaged", "Couldn't finish this image: its data is damaged.", 1)
    assert [image["name"] for image in cause["examples"]] == ["b.png"]
    hour = (await bob.http.get("/api/v1/queue/throughput", params={"projectId": project})).json()
    assert (len(hour["minutes"]), sum(hour["minutes"])) == (60, 1)


async def test_parameters_are_told_in_the_words_they_were_given_in(runtime: Runtime, ada: Person) -> None:
    project = await ada.project()
    async with runtime.work() as session:
        await rows.images(session, UUID(project), ["a.png"])
    body = {"imageIds": "all", "model": "classical", "parameters": {"minAreaPx": 30}, "keepHandMade": True}
    started = (await ada.http.post(f"/api/v1/projects/{project}/segmentations", json=body)).json()
    assert started["parameters"] == {"minAreaPx": 30, "keepHandMade": True, "channel": 0}
    async with runtime.work() as session:
        [claimed] = await work.claim(session, JobKind.SEGMENT, "tester", Appetite(1, 1e9, {}))
    assert claimed.parameters == {"min_area_px": 30, "keep_hand_made": True, "channel": 0}
    for told in (f"batches/{started['id']}", f"jobs/{claimed.id}"):
        assert (await ada.http.get(f"/api/v1/{told}")).json()["parameters"] == started["parameters"]


async def test_strangers_see_no_history_and_no_pace(runtime: Runtime, ada: Person, bob: Person) -> None:
    project = await ada.project()
    for path in ("/queue/history", "/queue/throughput"):
        assert (await bob.http.get(f"/api/v1{path}", params={"projectId": project})).status_code == 404
    assert (await bob.http.get("/api/v1/queue/history", params={"cursor": "nonsense"})).status_code == 422
