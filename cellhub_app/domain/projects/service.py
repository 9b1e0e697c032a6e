"""What can be done with projects. A change of access is told at once, so that open pages and streams end with it."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Conflict, NotAllowed, NotFound
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.ids import now
from cellhub_app.core.pagination import Page, PageRequest
from cellhub_app.core.runtime import emit, send_later
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.access import SEES_EVERY_PROJECT, Permission, Principal, ProjectNotFound, may_start, require, role_by
from cellhub_app.domain.projects import letters, repository
from cellhub_app.domain.projects.schemas import MemberView, NewProject, ProjectCard, ProjectChange, ProjectImages, ProjectView, TeamOnCard
from cellhub_app.domain.telling import tell_access
from cellhub_app.models.project import Membership, Project, ProjectRole
from cellhub_app.models.user import Role, User, UserStatus


class MemberNotFound(NotFound):
    """Nobody of that id takes part in the project."""

    code, title = "memberNotFound", "There is no such member in this project"


class OwnerNeeded(Conflict):
    """A project keeps at least one owner."""

    code, title = "ownerNeeded", "A project needs at least one owner"


async def create(session: AsyncSession, principal: Principal, new: NewProject) -> ProjectView:
    """Start a project; its maker owns it. Raises NotAllowed for guests."""
    if not may_start(principal):
        raise NotAllowed("Guests only see what is shared with them; ask an admin for an account that may create projects.")
    row = Project(**new.model_dump(), created_by=principal.user_id)
    session.add(row)
    await session.flush()
    await repository.add_membership(session, row.id, principal.user_id, ProjectRole.OWNER)
    emit(session, Event(EventType.ACCESS_CHANGED, row.id, principal.user_id))
    _tell(session, row)
    return _view(row, ProjectRole.OWNER)


def _tell(session: AsyncSession, row: Project) -> None:
    emit(session, Event(EventType.PROJECT_CHANGED, row.id, data={"name": row.name}))


def _view(row: Project, role: ProjectRole) -> ProjectView:
    plain = {name: getattr(row, name) for name in ProjectView.model_fields if name != "role"}
    return ProjectView(**plain, role=role)


async def list_cards(
    session: AsyncSession, principal: Principal, request: PageRequest | None = None, q: str | None = None
) -> Page[ProjectCard]:
    """One page of the caller's projects, newest first, with counts, pictures, members and teams: five queries, however many projects."""
    found = await repository.page(session, principal, q, request or PageRequest())
    cards = await _cards(session, principal, found.data)
    return Page(cards, found.next_cursor, found.prev_cursor)


async def card(session: AsyncSession, principal: Principal, project_id: UUID) -> ProjectCard:
    """One project as the dashboard shows it. Raises ProjectNotFound."""
    role = await require(session, principal, project_id, Permission.VIEW)
    row = await _row(session, project_id)
    return (await _cards(session, principal, [(row, role)]))[0]


async def _cards(session: AsyncSession, principal: Principal, rows: Sequence[tuple[Project, str | None]]) -> list[ProjectCard]:
    ids = [row.id for row, _ in rows]
    if not ids:
        return []
    counts = {project_id: _counts(numbers) for project_id, *numbers in await repository.image_counts(session, ids)}
    pictures: dict[UUID, list[UUID]] = defaultdict(list)
    for project_id, image_id in await repository.newest_images(session, ids):
        pictures[project_id].append(image_id)
    people: dict[UUID, list[MemberView]] = defaultdict(list)
    for membership, user in await repository.members(session, ids):
        people[membership.project_id].append(_member(membership, user))
    teams: dict[UUID, list[TeamOnCard]] = defaultdict(list)
    for project_id, team_id, name, count in await repository.teams(session, ids):
        teams[project_id].append(TeamOnCard(id=team_id, name=name, members=count))
    return [
        ProjectCard(
            **_view(row, role_by(principal, role)).model_dump(),
            images=counts.get(row.id, ProjectImages()),
            newest_image_ids=pictures[row.id],
            members=people[row.id],
            teams=teams[row.id],
        )
        for row, role in rows
    ]


def _counts(numbers: Sequence[int | None]) -> ProjectImages:
    total, ready, done, busy, failed, objects = numbers
    return ProjectImages(total=total, ready=ready, done=done, busy=busy, failed=failed, objects=objects)


async def get(session: AsyncSession, principal: Principal, project_id: UUID) -> ProjectView:
    """One project. Raises ProjectNotFound."""
    role = await require(session, principal, project_id, Permission.VIEW)
    return _view(await _row(session, project_id), role)


async def readable_ids(session: AsyncSession, principal: Principal) -> frozenset[UUID]:
    """The projects that the caller may see now: what live events are filtered by."""
    return await repository.readable_ids(session, principal)


async def _row(session: AsyncSession, project_id: UUID) -> Project:
    row = await repository.project(session, project_id)
    if row is None:
        raise ProjectNotFound
    return row


async def update(session: AsyncSession, principal: Principal, project_id: UUID, change: ProjectChange) -> ProjectView:
    """Change what the caller named. Raises ProjectNotFound, NotAllowed."""
    role = await require(session, principal, project_id, Permission.MANAGE)
    row = await _row(session, project_id)
    for name in change.model_fields_set:
        value = getattr(change, name)
        if value is not None or name == "pixel_size_um":
            setattr(row, name, value)
    row.updated_at = now()
    _tell(session, row)
    return _view(row, role)


async def delete(session: AsyncSession, principal: Principal, project_id: UUID) -> None:
    """Put the project in the trash; nobody sees it any more. Raises ProjectNotFound, NotAllowed."""
    await require(session, principal, project_id, Permission.MANAGE)
    row = await _row(session, project_id)
    row.deleted_at = now()
    emit(session, Event(EventType.PROJECT_CHANGED, row.id, data={"deleted": True}))
    emit(session, Event(EventType.ACCESS_CHANGED, row.id))


async def restore(session: AsyncSession, principal: Principal, project_id: UUID) -> ProjectView:
    """Take a project out of the trash, with everything in it. Raises ProjectNotFound."""
    row = await repository.trashed(session, principal, project_id)
    if row is None:
        raise ProjectNotFound
    row.deleted_at = None
    await session.flush()
    tell_access(session, row.id, *await repository.everybody_in(session, row.id))
    _tell(session, row)
    return _view(row, ProjectRole.OWNER)


def _member(membership: Membership, user: User) -> MemberView:
    return MemberView(user_id=user.id, email=user.email, name=user.name, role=ProjectRole(membership.role))


async def members(session: AsyncSession, principal: Principal, project_id: UUID) -> list[MemberView]:
    """Who takes part by themselves; teams are listed apart. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    return [_member(membership, user) for membership, user in await repository.members(session, [project_id])]


async def change_member(session: AsyncSession, principal: Principal, project_id: UUID, user_id: UUID, role: ProjectRole) -> MemberView:
    """Give a member another role. Raises MemberNotFound, OwnerNeeded, NotAllowed, ProjectNotFound."""
    await require(session, principal, project_id, Permission.MANAGE)
    rows = await repository.lock_memberships(session, project_id)
    row = _present(rows, user_id)
    if role is not ProjectRole.OWNER:
        await _keep_an_owner(session, rows, user_id)
    row.role = role
    await session.flush()
    tell_access(session, project_id, user_id)
    return next(member for member in await members(session, principal, project_id) if member.user_id == user_id)


async def remove_member(session: AsyncSession, principal: Principal, project_id: UUID, user_id: UUID) -> None:
    """Let a member go; everybody may leave by themselves. Raises MemberNotFound, OwnerNeeded, NotAllowed, ProjectNotFound."""
    leaves = user_id == principal.user_id
    await require(session, principal, project_id, Permission.VIEW if leaves else Permission.MANAGE)
    rows = await repository.lock_memberships(session, project_id)
    if leaves and user_id not in rows and principal.role not in SEES_EVERY_PROJECT:
        raise Conflict("You are here through a team: leave the team, or ask an owner to end the sharing.")
    _present(rows, user_id)
    await _keep_an_owner(session, rows, user_id)
    await repository.remove_membership(session, project_id, user_id)
    tell_access(session, project_id, user_id)


def _present(rows: dict[UUID, Membership], user_id: UUID) -> Membership:
    if user_id not in rows:
        raise MemberNotFound
    return rows[user_id]


async def _keep_an_owner(session: AsyncSession, rows: dict[UUID, Membership], going: UUID) -> None:
    if rows[going].role != ProjectRole.OWNER:
        return
    others = [user_id for user_id, row in rows.items() if row.role == ProjectRole.OWNER and user_id != going]
    if not any(_can_own(user) for user in await repository.users(session, others)):
        raise OwnerNeeded("A project needs at least one owner: give it to somebody first, or delete it.")


def _can_own(user: User) -> bool:
    return user.role != Role.GUEST and user.status == UserStatus.ACTIVE


async def transfer(session: AsyncSession, principal: Principal, project_id: UUID, user_id: UUID) -> MemberView:
    """Give a project to one of its members; the caller, if it was theirs, edits from then on. Both are told.

    Raises MemberNotFound, Conflict for somebody who cannot own it or owns it as the caller, NotAllowed, ProjectNotFound.
    """
    await require(session, principal, project_id, Permission.MANAGE)
    rows = await repository.lock_memberships(session, project_id)
    theirs, mine = _present(rows, user_id), rows.get(principal.user_id)
    if user_id == principal.user_id:
        raise Conflict("This is you. Choose somebody else to give the project to.")
    [receiver] = await repository.users(session, [user_id])
    if not _can_own(receiver):
        raise Conflict(f"{receiver.name} is a guest, or may not sign in now, so the project can't be theirs.")
    theirs.role = ProjectRole.OWNER
    if mine is not None and mine.role == ProjectRole.OWNER:
        mine.role = ProjectRole.EDITOR
    await session.flush()
    await _tell_of_transfer(session, principal, await _row(session, project_id), receiver)
    return _member(theirs, receiver)


async def _tell_of_transfer(session: AsyncSession, principal: Principal, row: Project, receiver: User) -> None:
    tell_access(session, row.id, receiver.id, principal.user_id)
    emit(session, Event(EventType.PROJECT_CHANGED, row.id, data={"givenTo": receiver.id, "givenBy": principal.user_id}))
    page = f"{get_settings().base_url}/projects/{row.id}"
    if receiver.email_verified_at:
        send_later(session, letters.given_to_you(receiver.email, page, project=row.name, giver=principal.name))
    if principal.email_verified:
        send_later(session, letters.given_away(principal.email, page, project=row.name, receiver=receiver.name))


async def let_go_of_all(session: AsyncSession, principal: Principal) -> None:
    """Before an account is closed: put the projects that are the caller's alone in the trash. Raises OwnerNeeded for shared ones."""
    owned = await repository.solely_owned(session, principal.user_id)
    shared = [project.name for project, others in owned if others]
    if shared:
        names = ", ".join(f"“{name}”" for name in shared[:3]) + (" and others" if len(shared) > 3 else "")
        raise OwnerNeeded(f"You are the only owner of {names}. Make somebody else an owner or delete it first.")
    for project, _ in owned:
        project.deleted_at = now()
    for membership, _ in await repository.memberships(session, principal.user_id):
        tell_access(session, membership.project_id, principal.user_id)


async def takes_part_in(session: AsyncSession, principal: Principal) -> list[dict[str, str]]:
    """The caller's memberships in words, for the copy of their data."""
    rows = await repository.memberships(session, principal.user_id)
    return [
        {"projectId": str(row.project_id), "project": name, "role": row.role, "since": row.created_at.isoformat()} for row, name in rows
    ]
