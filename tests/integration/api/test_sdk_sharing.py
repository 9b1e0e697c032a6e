"""Letting others in by the SDK and the command, against the real API."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from typer.testing import CliRunner

from cellhub_app.cli import remote
from cellhub_app.core.ids import now
from cellhub_app.sdk.client import CellHub
from cellhub_app.sdk.errors import Forbidden, Missing, Rejected
from tests.integration.api.conftest import PASSWORD, Person
from tests.integration.api.sdk import do
from tests.integration.api.test_upload_command import server  # noqa: F401 - fixture


async def test_members_come_get_another_role_and_go(hub: CellHub, project_id: UUID, bob: Person) -> None:
    added = await do(hub.add_member, project_id, bob.email, "viewer")
    assert (added.user_id, added.role) == (bob.id, "viewer")
    assert (await do(hub.add_member, project_id, "carol@example.org")).user_id is None
    assert (await do(hub.change_member, project_id, bob.id, "editor")).role == "editor"
    assert [(member.name, member.role) for member in await do(hub.members, project_id)] == [("Ada", "owner"), ("Bob", "editor")]
    await do(hub.remove_member, project_id, bob.id)
    assert len(await do(hub.members, project_id)) == 1
    with pytest.raises(Missing):
        await do(hub.change_member, project_id, bob.id, "editor")
    with pytest.raises(Rejected):
        await do(hub.add_member, project_id, bob.email, "emperor")


async def test_a_team_is_made_shared_with_and_deleted(hub: CellHub, project_id: UUID, bob: Person) -> None:
    team = await do(hub.create_team, "Imaging")
    asked = await do(hub.invite_to_team, team.id, bob.email)
    assert (asked.email, asked.role, asked.is_expired) == (bob.email, "member", False)
    assert (await do(hub.share_with_team, project_id, team.id, "viewer")).role == "viewer"
    assert [share.name for share in await do(hub.project_teams, project_id)] == ["Imaging"]
    assert [(found.name, found.projects) for found in await do(lambda: list(hub.teams()))] == [("Imaging", 1)]
    assert [member.name for member in await do(hub.team_members, team.id)] == ["Ada"]
    await do(hub.stop_sharing_with_team, project_id, team.id)
    assert await do(hub.project_teams, project_id) == []
    await do(hub.delete_team, team.id)
    with pytest.raises(Missing):
        await do(hub.remove_from_team, team.id, bob.id)


async def test_a_link_is_made_listed_without_its_address_and_revoked(hub: CellHub, project_id: UUID, bob: Person) -> None:
    made = await do(hub.make_share_link, project_id, timedelta(days=3), "blue plates only")
    assert "/s#" in made.url
    assert timedelta(days=2, hours=23) < made.expires_at - now() <= timedelta(days=3)
    [listed] = await do(hub.share_links, project_id)
    assert (listed.id, listed.has_password, listed.is_backed, listed.open_count) == (made.id, True, True, 0)
    await do(hub.add_member, project_id, bob.email)
    await do(hub.revoke_share_link, project_id, made.id)
    assert await do(hub.share_links, project_id) == []
    with pytest.raises(Missing):
        await do(hub.revoke_share_link, project_id, made.id)
    await do(hub.sign_in, bob.email, PASSWORD)
    with pytest.raises(Forbidden):
        await do(hub.share_links, project_id)


@pytest.mark.usefixtures("server")
async def test_the_command_prints_the_link_alone_where_programs_read(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    project = await ada.project("Plate 7")
    monkeypatch.setenv("CELLHUB_PASSWORD", PASSWORD)
    arguments = ["Plate 7", "--expires", "2w", "--password", "--email", ada.email]
    done = await asyncio.to_thread(CliRunner().invoke, remote.sharing, arguments, input="blue plates\nblue plates\n")
    assert done.exit_code == 0, done.output
    [link] = (await ada.http.get(f"/api/v1/projects/{project}/share-links")).json()
    assert link["hasPassword"]
    assert "/s#" in done.stdout.splitlines()[-1]  # before it the server's log, which shares this process
    assert "/s#" not in done.stderr
    assert "Plate 7 is open until" in done.stderr


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(("project", "expires", "sentence"), [("None", "7d", "no project"), ("Plate 7", "soon", "says no time")])
async def test_the_command_says_what_is_wrong(
    ada: Person, monkeypatch: pytest.MonkeyPatch, project: str, expires: str, sentence: str
) -> None:
    await ada.project("Plate 7")
    monkeypatch.setenv("CELLHUB_PASSWORD", PASSWORD)
    done = await asyncio.to_thread(CliRunner().invoke, remote.sharing, [project, "--expires", expires, "--email", ada.email])
    assert done.exit_code == 1
    assert sentence in done.stderr
    assert [entry["name"] for entry in (await ada.http.get("/api/v1/projects")).json()["data"]] == ["Plate 7"]
