"""Who may do what: the one place that decides."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, bindparam, case, or_, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlalchemy.types import Uuid
from sqlmodel import col

from cellhub_app.core.errors import NotAllowed, NotFound
from cellhub_app.core.reading import Fetch, within
from cellhub_app.core.settings import get_settings
from cellhub_app.models.project import Membership, Project, ProjectRole
from cellhub_app.models.session import Scope
from cellhub_app.models.team import Team, TeamMember, TeamRole, TeamShare
from cellhub_app.models.user import Role, User, UserStatus


class ProjectNotFound(NotFound):
    """There is no such project for this caller."""

    code, title = "projectNotFound", "There is no such project, or it is not shared with you"


class TeamNotFound(NotFound):
    """There is no such team for this caller."""

    code, title = "teamNotFound", "There is no such team, or you are not in it"


class Permission(StrEnum):
    """What can be done in a project."""

    VIEW = "view"
    ANNOTATE = "annotate"
    EDIT = "edit"
    MANAGE = "manage"


_VIEWER = frozenset({Permission.VIEW})
_ANNOTATOR = _VIEWER | {Permission.ANNOTATE}
_EDITOR = _ANNOTATOR | {Permission.EDIT}
_OWNER = _EDITOR | {Permission.MANAGE}

PROJECT_PERMISSIONS: dict[ProjectRole, frozenset[Permission]] = {
    ProjectRole.VIEWER: _VIEWER,
    ProjectRole.ANNOTATOR: _ANNOTATOR,
    ProjectRole.EDITOR: _EDITOR,
    ProjectRole.OWNER: _OWNER,
}

SEES_EVERY_PROJECT = frozenset({Role.ADMIN, Role.OPERATOR})


@dataclass(frozen=True)
class Principal:
    """Somebody who is signed in, as the database knows them at this moment; `scopes` narrow what a personal token may do."""

    user_id: UUID
    session_id: UUID
    role: Role
    name: str
    email: str
    email_verified: bool = False
    scopes: frozenset[Scope] | None = None

    @property
    def is_admin(self) -> bool:
        """Whether the admin pages are open to them."""
        return self.role is Role.ADMIN


def has_proven_address(principal: Principal) -> bool:
    """Whether the address may be relied on: it was confirmed by a letter. A server that sends no letters takes addresses as names."""
    return principal.email_verified or not get_settings().smtp_url


# Whoever takes part, with one row for each way: by their own membership, and by each team of theirs.
_BY_TEAM = col(TeamMember.team_id) == col(TeamShare.team_id)
GRANTED = union_all(
    select(col(Membership.project_id), col(Membership.user_id), col(Membership.role)),
    select(col(TeamShare.project_id), col(TeamMember.user_id), col(TeamShare.role)).join(TeamMember, _BY_TEAM),
).subquery("granted")
_RANK = case({role.value: rank for rank, role in enumerate(PROJECT_PERMISSIONS)}, value=GRANTED.c.role)


def is_readable(principal: "Viewer") -> ColumnElement[bool]:
    """Whether the principal may see the project whose row a query looks at."""
    there = col(Project.deleted_at).is_(None)
    if isinstance(principal, Visitor):
        return and_(there, col(Project.id) == principal.project_id)
    if principal.role in SEES_EVERY_PROJECT:
        return there
    return and_(there, col(Project.id).in_(select(GRANTED.c.project_id).where(GRANTED.c.user_id == principal.user_id)))


def readable_projects(principal: "Viewer") -> Select[UUID]:
    """The ids of every project the principal may see, each once, for `in_()`."""
    return select(col(Project.id)).where(is_readable(principal))


def granted_role(project_id: SQLCoreOperations[UUID], user_id: SQLCoreOperations[UUID]) -> ScalarSelect[str | None]:
    """The highest role that membership and teams give somebody in a project, null for none; `role_by` says what it comes to."""
    theirs = select(GRANTED.c.role).where(GRANTED.c.project_id == project_id, GRANTED.c.user_id == user_id)
    return theirs.order_by(_RANK.desc()).limit(1).scalar_subquery()


# Built once: it goes with every request, and to build it takes longer than to run it.
_ROLE = select(true(), granted_role(bindparam("project_id", type_=Uuid), bindparam("user_id", type_=Uuid))).where(
    col(Project.id) == bindparam("project_id"), col(Project.deleted_at).is_(None)
)


def may_view_project_of(project_id: SQLCoreOperations[UUID], *, sees_all: bool) -> ColumnElement[bool]:
    """Whether a project is there for the principal, to be joined to a query about what is in it; bind `:user_id`."""
    there = select(col(Project.id)).where(col(Project.id) == project_id, col(Project.deleted_at).is_(None))
    me = bindparam("user_id", type_=Uuid)
    if sees_all:
        return and_(there.exists(), me.is_not(None))
    # Two lookups instead of GRANTED: beside a picture's row the union would be read for each of somebody's teams.
    member = select(true()).where(col(Membership.project_id) == project_id, col(Membership.user_id) == me)
    in_team = select(true()).where(col(TeamShare.project_id) == project_id, _BY_TEAM, col(TeamMember.user_id) == me)
    return and_(there.exists(), or_(member.exists(), in_team.exists()))


_MAY_VIEW = {sees_all: may_view_project_of(bindparam("project_id", type_=Uuid), sees_all=sees_all) for sees_all in (False, True)}


def may_view(principal: "Viewer") -> ColumnElement[bool]:
    """Whether the principal may see the project `:project_id`, to be joined to a query about it; bind `values_of(principal)` as well."""
    return _MAY_VISIT if isinstance(principal, Visitor) else _MAY_VIEW[principal.role in SEES_EVERY_PROJECT]


async def project_role(session: AsyncSession, principal: "Viewer", project_id: UUID) -> ProjectRole:
    """The principal's role in the project. Raises ProjectNotFound when they may not know of it."""
    return await _role_of(within(session), principal, project_id)


async def require_view(fetch: Fetch, principal: "Viewer", project_id: UUID) -> None:
    """Let pass who may see the project. Raises ProjectNotFound."""
    await _role_of(fetch, principal, project_id)  # every role sees


async def _role_of(fetch: Fetch, principal: "Viewer", project_id: UUID) -> ProjectRole:
    if isinstance(principal, Visitor):
        return _role_of_visitor(principal, project_id)
    rows = await fetch(_ROLE, {"project_id": project_id, "user_id": principal.user_id})
    if not rows:
        raise ProjectNotFound
    return role_by(principal, rows[0][1])


def role_by(principal: Principal, granted: str | None) -> ProjectRole:
    """The principal's role in a project, from the highest that was granted. Raises ProjectNotFound when they may not know of it."""
    if principal.role in SEES_EVERY_PROJECT:
        return ProjectRole.OWNER
    if granted is None:
        raise ProjectNotFound
    return ProjectRole.VIEWER if principal.role is Role.GUEST else ProjectRole(granted)


def allows(role: ProjectRole, permission: Permission) -> bool:
    """Whether the role includes the permission."""
    return permission in PROJECT_PERMISSIONS[role]


def still_manages(project_id: SQLCoreOperations[UUID], user_id: SQLCoreOperations[UUID | None]) -> ColumnElement[bool]:
    """Whether somebody may manage a project at this moment, beside the row of what they made there; teams never do."""
    maker = aliased(User)
    owns = (col(Membership.project_id) == project_id, col(Membership.user_id) == user_id, col(Membership.role) == ProjectRole.OWNER.value)
    here = and_(col(maker.role) != Role.GUEST.value, select(true()).where(*owns).exists())
    everywhere = (col(maker.role) == role.value for role in sorted(SEES_EVERY_PROJECT))
    return select(true()).where(col(maker.id) == user_id, col(maker.status) == UserStatus.ACTIVE.value, or_(here, *everywhere)).exists()


async def require(session: AsyncSession, principal: "Viewer", project_id: UUID, permission: Permission) -> ProjectRole:
    """Let the caller pass or raise ProjectNotFound (may not know of it) or NotAllowed (may see it, but not do this)."""
    return insist(await project_role(session, principal, project_id), permission)


def insist(role: ProjectRole, permission: Permission) -> ProjectRole:
    """The role, if it includes the permission. Raises NotAllowed."""
    if not allows(role, permission):
        raise NotAllowed(f"Your role in this project ({role}) does not allow this. Ask an owner for more.")
    return role


def sees_team(principal: Principal) -> ColumnElement[bool]:
    """Whether the principal may know of the team whose row a query looks at: those in it do, and who sees every project."""
    mine = aliased(TeamMember)
    place = select(true()).where(col(mine.team_id) == col(Team.id), col(mine.user_id) == principal.user_id)
    return true() if principal.role in SEES_EVERY_PROJECT else place.exists()


def team_role_by(principal: Principal, membership: str | None) -> TeamRole:
    """The principal's role in a team, from that of their membership. Raises TeamNotFound when they may not know of it."""
    if principal.role in SEES_EVERY_PROJECT:
        return TeamRole.MANAGER
    if membership is None:
        raise TeamNotFound
    return TeamRole.MEMBER if principal.role is Role.GUEST else TeamRole(membership)


async def require_team(session: AsyncSession, principal: Principal, team_id: UUID, *, manages: bool = False) -> TeamRole:
    """Let the caller see the team, or manage it. Raises TeamNotFound (may not know of it), NotAllowed (is in it, but no manager)."""
    mine = and_(col(TeamMember.team_id) == col(Team.id), col(TeamMember.user_id) == principal.user_id)
    query = select(true(), col(TeamMember.role)).select_from(Team).outerjoin(TeamMember, mine).where(col(Team.id) == team_id)
    row = (await session.execute(query)).first()
    if row is None:
        raise TeamNotFound
    role = team_role_by(principal, row[1])
    if manages and role is not TeamRole.MANAGER:
        raise NotAllowed("Only managers of the team may do this. Ask one of them.")
    return role


def may_start(principal: Principal) -> bool:
    """Whether somebody may make projects and teams of their own; guests only take part in those of others."""
    return principal.role is not Role.GUEST


def require_admin(principal: Principal) -> None:
    """Let an admin pass or raise NotAllowed."""
    if not principal.is_admin:
        raise NotAllowed("Only admins may do this.")


@dataclass(frozen=True)
class Visitor:
    """Somebody who opened a share link, as the database knows the link at this moment: they see one project, and are nobody.

    No Principal, so that only what says `Viewer` takes one: everything else refuses visitors before it runs.
    """

    link_id: UUID
    project_id: UUID


Viewer = Principal | Visitor


class Sight(StrEnum):
    """How somebody comes to see a project; a statement that is built once is built for each."""

    EVERYTHING = "everything"
    MEMBERSHIP = "membership"
    LINK = "link"


def sight_of(viewer: Viewer) -> Sight:
    """How the viewer comes to see projects."""
    if isinstance(viewer, Visitor):
        return Sight.LINK
    return Sight.EVERYTHING if viewer.role in SEES_EVERY_PROJECT else Sight.MEMBERSHIP


def may_see(project_id: SQLCoreOperations[UUID], sight: Sight) -> ColumnElement[bool]:
    """Whether a project is there for a viewer, to be joined to a query about what is in it; bind `values_of(viewer)`."""
    if sight is not Sight.LINK:
        return may_view_project_of(project_id, sees_all=sight is Sight.EVERYTHING)
    there = select(col(Project.id)).where(col(Project.id) == project_id, col(Project.deleted_at).is_(None))
    return there.where(col(Project.id) == bindparam("shared_id", type_=Uuid)).exists()


_MAY_VISIT = may_see(bindparam("project_id", type_=Uuid), Sight.LINK)


def values_of(viewer: Viewer) -> dict[str, UUID]:
    """What is bound to ask whether the viewer may see something."""
    return {"shared_id": viewer.project_id} if isinstance(viewer, Visitor) else {"user_id": viewer.user_id}


def _role_of_visitor(visitor: Visitor, project_id: UUID) -> ProjectRole:
    if project_id != visitor.project_id:
        raise ProjectNotFound
    return ProjectRole.VIEWER
