"""Inviting people: who has an account is never told, each link works once, and no is an answer."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from cellhub_app.core.errors import NotAllowed
from cellhub_app.core.ids import now
from cellhub_app.core.mail import SHOWN_CHARACTERS, Letter, plain
from cellhub_app.core.runtime import Runtime
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.access import Principal, ProjectNotFound
from cellhub_app.domain.accounts.registration import RegistrationClosed
from cellhub_app.domain.accounts.schemas import Registering
from cellhub_app.domain.flows import join
from cellhub_app.domain.invitations import service as invitations
from cellhub_app.domain.invitations.places import IntoProject
from cellhub_app.domain.invitations.schemas import InvitationView
from cellhub_app.domain.invitations.service import MemberAlready
from cellhub_app.domain.projects import service as projects
from cellhub_app.models.invitation import Invitation
from cellhub_app.models.project import ProjectRole
from tests.fixtures import rows

Scene = tuple[UUID, Principal, Principal]


@pytest.fixture
async def scene(runtime: Runtime) -> Scene:
    """A project of Ada's, Ada, and Eve who has an account."""
    async with runtime.work() as session:
        ada, eve = await rows.person(session), await rows.person(session, "eve")
        return await rows.project(session, ada), ada, eve


async def invite(runtime: Runtime, scene: Scene, email: str, role: ProjectRole = ProjectRole.EDITOR) -> tuple[InvitationView, Letter]:
    project_id, ada, _ = scene
    async with runtime.work() as session:
        view = await invitations.invite(session, ada, IntoProject(project_id), email, role)
        [letter] = session.info["letters"]
        return view, letter


def token_of(letter: Letter) -> str:
    return letter.link.partition("#")[2]


async def follow(runtime: Runtime, who: Principal, token: str) -> UUID | None:
    async with runtime.work() as session:
        return (await invitations.accept_by_link(session, who, token)).project_id


async def received(runtime: Runtime, who: Principal) -> list[UUID]:
    async with runtime.work() as session:
        return [view.id for view in await invitations.received(session, who)]


async def test_an_address_with_and_one_without_an_account_are_answered_alike(runtime: Runtime, scene: Scene) -> None:
    (known, one), (unknown, other) = await invite(runtime, scene, "eve@example.org"), await invite(runtime, scene, "new@example.org")
    assert known.model_dump(exclude={"id", "email", "sent_at", "expires_at"}) == unknown.model_dump(
        exclude={"id", "email", "sent_at", "expires_at"}
    )
    assert one.subject == other.subject
    assert "Ada" in one.text


async def test_whoever_has_the_account_of_the_address_finds_the_invitation_and_says_yes(runtime: Runtime, scene: Scene) -> None:
    project_id, ada, eve = scene
    view, _ = await invite(runtime, scene, " EVE@Example.org ", ProjectRole.ANNOTATOR)
    assert (await received(runtime, eve), await received(runtime, ada)) == ([view.id], [])
    async with runtime.work() as session:
        assert (await invitations.accept(session, eve, view.id)).project_id == project_id
    async with runtime.work() as session:
        assert {member.name: member.role for member in await projects.members(session, eve, project_id)}["Eve"] == "annotator"
        assert await invitations.pending(session, ada, IntoProject(project_id)) == []
    with pytest.raises(MemberAlready):
        await invite(runtime, scene, eve.email)


async def test_a_link_lets_one_person_in_once(runtime: Runtime, scene: Scene) -> None:
    _, letter = await invite(runtime, scene, "new@example.org")
    async with runtime.work() as session:
        people = [await rows.person(session, f"p{number}") for number in range(4)]
    tried = await asyncio.gather(*(follow(runtime, who, token_of(letter)) for who in people), return_exceptions=True)
    assert sorted(type(result).__name__ for result in tried) == ["InvitationSpent"] * 3 + ["UUID"]


async def test_another_ones_invitation_is_not_there(runtime: Runtime, scene: Scene) -> None:
    view, _ = await invite(runtime, scene, "bob@example.org")
    for act in (invitations.accept, invitations.decline):
        with pytest.raises(invitations.InvitationNotFound):
            async with runtime.work() as session:
                await act(session, scene[2], view.id)


async def test_a_resent_letter_kills_the_link_before_it_and_one_taken_back_leads_nowhere(runtime: Runtime, scene: Scene) -> None:
    project_id, ada, eve = scene
    view, first = await invite(runtime, scene, eve.email)
    async with runtime.work() as session:
        await invitations.resend(session, ada, IntoProject(project_id), view.id)
        [second] = session.info["letters"]
    with pytest.raises(invitations.InvitationSpent):
        await follow(runtime, eve, token_of(first))
    async with runtime.work() as session:
        await invitations.take_back(session, ada, IntoProject(project_id), view.id)
    with pytest.raises(invitations.InvitationSpent):
        await follow(runtime, eve, token_of(second))
    assert await received(runtime, eve) == []
    async with runtime.work() as session:
        with pytest.raises(ProjectNotFound):
            await projects.get(session, eve, project_id)


async def test_a_declined_or_old_invitation_is_over(runtime: Runtime, scene: Scene) -> None:
    project_id, ada, eve = scene
    view, letter = await invite(runtime, scene, eve.email)
    async with runtime.work() as session:
        await invitations.decline(session, eve, view.id)
    with pytest.raises(invitations.InvitationSpent):
        await follow(runtime, eve, token_of(letter))
    _, letter = await invite(runtime, scene, eve.email)
    async with runtime.work() as session:
        await session.execute(update(Invitation).values(expires_at=now() - timedelta(seconds=1)))
    with pytest.raises(invitations.InvitationSpent):
        await follow(runtime, eve, token_of(letter))
    async with runtime.work() as session:
        assert [row.is_expired for row in await invitations.pending(session, ada, IntoProject(project_id))] == [True]


async def test_inviting_twice_keeps_one_invitation_with_the_newer_role(runtime: Runtime, scene: Scene) -> None:
    await invite(runtime, scene, "new@example.org", ProjectRole.OWNER)
    await invite(runtime, scene, "NEW@example.org", ProjectRole.VIEWER)
    async with runtime.work() as session:
        assert [row.role for row in await invitations.pending(session, scene[1], IntoProject(scene[0]))] == ["viewer"]


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server that says it sends letters."""
    monkeypatch.setenv("CELLHUB_SMTP_URL", "smtp://127.0.0.1:1")
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.mark.usefixtures("mail_server")
async def test_where_letters_are_sent_an_unproven_address_neither_invites_nor_receives(runtime: Runtime, scene: Scene) -> None:
    project_id, ada, eve = scene
    await invite(runtime, scene, eve.email)
    assert await received(runtime, replace(eve, email_verified=False)) == []
    with pytest.raises(NotAllowed, match="Confirm"):
        async with runtime.work() as session:
            await invitations.invite(
                session, replace(ada, email_verified=False), IntoProject(project_id), "x@example.org", ProjectRole.VIEWER
            )


async def test_an_open_invitation_opens_an_account_where_registration_is_by_invitation(
    runtime: Runtime, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, letter = await invite(runtime, scene, "new@example.org")
    monkeypatch.setenv("CELLHUB_REGISTRATION", "invitation")
    get_settings.cache_clear()
    try:
        new = Registering(email="new@example.org", password="correct horse battery", invitation=token_of(letter))
        async with runtime.work() as session:
            assert (await join.register(session, new)).status == "active"
        with pytest.raises(RegistrationClosed):
            async with runtime.work() as session:
                await join.register(session, new.model_copy(update={"invitation": "made-up"}))
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()


async def test_a_deleted_project_takes_nobody_in(runtime: Runtime, scene: Scene) -> None:
    project_id, ada, eve = scene
    _, letter = await invite(runtime, scene, eve.email)
    async with runtime.work() as session:
        await projects.delete(session, ada, project_id)
    with pytest.raises(invitations.InvitationSpent):
        await follow(runtime, eve, token_of(letter))
    assert await received(runtime, eve) == []


def test_names_in_letters_cannot_be_links_or_headers() -> None:
    shown = plain("Win at http://evil.example/now\r\nBcc: x@y.org " + "a" * 200)
    assert not any(part in shown for part in ("://", "evil.example", "\n", "\r", "x@y"))
    assert len(shown) <= SHOWN_CHARACTERS


async def test_a_program_takes_an_account_in_at_once_and_invites_who_has_none(runtime: Runtime, scene: Scene) -> None:
    project_id, ada, eve = scene
    async with runtime.work() as session:
        added = await invitations.add(session, ada, project_id, eve.email.upper(), ProjectRole.VIEWER)
        asked = await invitations.add(session, ada, project_id, "nobody-yet@example.org", ProjectRole.EDITOR)
    assert (added.user_id, added.role, asked.user_id, asked.name) == (eve.user_id, ProjectRole.VIEWER, None, None)
    async with runtime.work() as session:
        assert {member.user_id for member in await projects.members(session, ada, project_id)} == {ada.user_id, eve.user_id}
        assert [one.email for one in await invitations.pending(session, ada, IntoProject(project_id))] == ["nobody-yet@example.org"]
        with pytest.raises(MemberAlready):
            await invitations.add(session, ada, project_id, eve.email, ProjectRole.OWNER)
        with pytest.raises(NotAllowed):
            await invitations.add(session, eve, project_id, "other@example.org", ProjectRole.VIEWER)
