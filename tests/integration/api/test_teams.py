"""Teams over HTTP: asked in, shared with, heard of, and out."""

import json

from sqlalchemy import select
from starlette.types import ASGIApp

from cellhub_app.core.events import Event, EventType, publish
from cellhub_app.core.runtime import Runtime
from cellhub_app.models.audit import Audit
from tests.integration.api.asgi import Stream, events
from tests.integration.api.conftest import Person

TEAMS = "/api/v1/teams"


async def team_of(manager: Person, *others: Person, name: str = "Imaging") -> str:
    """A team that the others have joined by their invitations; its id."""
    team_id = (await manager.http.post(TEAMS, json={"name": name})).raise_for_status().json()["id"]
    for other in others:
        (await manager.http.post(f"{TEAMS}/{team_id}/members", json={"email": other.email})).raise_for_status()
        [asked] = (await other.http.get("/api/v1/invitations")).json()
        joined = (await other.http.post(f"/api/v1/invitations/{asked['id']}/accept")).raise_for_status().json()
        assert joined == {"projectId": None, "teamId": team_id}
    return str(team_id)


async def number(stream: Stream) -> int:
    """The number of the next event that the test itself has told."""
    while True:
        name, data = await stream.next()
        if name == "segmentationStatus":
            return int(json.loads(data)["number"])


async def test_a_stream_follows_who_joins_what_is_shared_and_who_is_out(app: ASGIApp, runtime: Runtime, ada: Person, bob: Person) -> None:
    project_id, own = await ada.project(), await bob.project()

    async def tell(which: str, value: int) -> None:
        await publish(runtime.redis, Event(EventType.SEGMENTATION_STATUS, which, data={"number": value}))  # type: ignore[arg-type]

    async with events(app, "/api/v1/events", {"Authorization": bob.http.headers["Authorization"]}) as stream:
        assert (await stream.next())[0] == "ready"
        team_id = await team_of(ada, bob)
        await tell(project_id, 1)
        await ada.http.post(f"/api/v1/projects/{project_id}/teams", json={"teamId": team_id, "role": "viewer"})
        await tell(project_id, 2)
        assert await number(stream) == 2
        await ada.http.delete(f"/api/v1/projects/{project_id}/teams/{team_id}")
        await tell(project_id, 3)
        await ada.http.post(f"/api/v1/projects/{project_id}/teams", json={"teamId": team_id})
        await tell(project_id, 4)
        assert await number(stream) == 4
        await ada.http.delete(f"{TEAMS}/{team_id}/members/{bob.id}")
        await tell(project_id, 5)
        await tell(own, 6)
        assert await number(stream) == 6


async def test_what_is_done_with_teams_is_answered_and_written_down(runtime: Runtime, ada: Person, bob: Person) -> None:
    project_id = await ada.project()
    team_id = await team_of(ada, bob)
    shared = f"/api/v1/projects/{project_id}/teams"
    made = (await ada.http.post(shared, json={"teamId": team_id, "role": "annotator"})).json()
    assert made == {"teamId": team_id, "name": "Imaging", "role": "annotator", "members": 2, "isMine": True}
    assert (await bob.http.get(f"/api/v1/projects/{project_id}")).json()["role"] == "annotator"
    assert (await bob.http.get(shared)).json() == [made]
    assert (await ada.http.post(shared, json={"teamId": team_id, "role": "owner"})).status_code == 422
    assert (await ada.http.patch(f"{shared}/{team_id}", json={"role": "editor"})).json()["role"] == "editor"
    assert (await ada.http.patch(f"{TEAMS}/{team_id}/members/{bob.id}", json={"role": "manager"})).json()["role"] == "manager"
    assert (await bob.http.patch(f"{TEAMS}/{team_id}", json={"name": "Microscopy"})).json()["name"] == "Microscopy"
    assert [row["name"] for row in (await bob.http.get(f"{TEAMS}/{team_id}/projects")).json()["data"]] == ["HeLa"]
    assert [row["name"] for row in (await bob.http.get(TEAMS, params={"limit": 1})).json()["data"]] == ["Microscopy"]
    assert (await bob.http.delete(f"{shared}/{team_id}")).status_code == 204
    assert (await bob.http.delete(f"{TEAMS}/{team_id}")).status_code == 204
    assert (await ada.http.get(f"{TEAMS}/{team_id}")).json()["code"] == "teamNotFound"
    async with runtime.work() as session:
        acts = [
            (row.action, row.resource_type)
            for row in (await session.execute(select(Audit).order_by(Audit.created_at, Audit.id))).scalars()  # type: ignore[arg-type]
            if row.action.startswith("team") or row.resource_type == "team"
        ]
    assert acts == [
        ("teamCreate", "team"),
        ("invite", "team"),
        ("memberAdd", "team"),
        ("teamShare", "project"),
        ("teamShareChange", "project"),
        ("memberChange", "team"),
        ("teamRename", "team"),
        ("teamShareEnd", "project"),
        ("teamDelete", "team"),
    ]


async def test_a_project_is_given_away_over_http(ada: Person, bob: Person) -> None:
    project_id = await ada.project()
    await ada.share(project_id, bob, "viewer")
    given = await ada.http.post(f"/api/v1/projects/{project_id}/transfer", json={"userId": str(bob.id)})
    assert (given.status_code, given.json()["role"]) == (200, "owner")
    assert (await ada.http.get(f"/api/v1/projects/{project_id}")).json()["role"] == "editor"
    again = await ada.http.post(f"/api/v1/projects/{project_id}/transfer", json={"userId": str(ada.id)})
    assert again.status_code == 403
