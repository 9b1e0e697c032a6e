"""Who may do what: the one place that decides."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import SQLCoreOperations
from sqlalchemy.types import Uuid
from sqlmodel import col

from cellhub_app.core.errors import NotAllowed, NotFound
from cellhub_app.core.reading import Fetch, within
from cellhub_app.core.settings import get_settings
from cellhub_app.models.project import Membership, Project, ProjectRole
from cellhub_app.models.session import Scope
from cellhub_app.models.user import Role


class ProjectNotFound(NotFound):
    """There is no such project for this caller."""

    code, title = "projectNotFound", "There is no such project, or it is not shared with you"


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


def readable_projects(principal: "Viewer") -> Select[UUID]:
    """The ids of every project the principal may see, for `in_()`."""
    query = select(col(Project.id)).where(col(Project.deleted_at).is_(None))
    if isinstance(principal, Visitor):
        return query.where(col(Project.id) == principal.project_id)
    if principal.role in SEES_EVERY_PROJECT:
        return query
    return query.join(Membership, _same_project()).where(col(Membership.user_id) == principal.user_id)


def _same_project() -> ColumnElement[bool]:
    return col(Membership.project_id) == col(Project.id)


# Built once: it goes with every request, and to build it takes longer than to run it.
_ROLE = (
    select(true(), col(Membership.role))
    .select_from(Project)
    .join(Membership, and_(_same_project(), col(Membership.user_id) == bindparam("user_id")), isouter=True)
    .where(col(Project.id) == bindparam("project_id"), col(Project.deleted_at).is_(None))
)


def may_view_project_of(project_id: SQLCoreOperations[UUID], *, sees_all: bool) -> ColumnElement[bool]:
    """Whether a project is there for the principal, to be joined to a query about what is in it; bind `:user_id`."""
    there = select(col(Project.id)).where(col(Project.id) == project_id, col(Project.deleted_at).is_(None))
    if sees_all:
        return and_(there.exists(), bindparam("user_id", type_=Uuid).is_not(None))
    return there.join(Membership, and_(_same_project(), col(Membership.user_id) == bindparam("user_id"))).exists()


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


def role_by(principal: Principal, membership: str | None) -> ProjectRole:
    """The principal's role in a project, from that of their membership. Raises ProjectNotFound when they may not know of it."""
    if principal.role in SEES_EVERY_PROJECT:
        return ProjectRole.OWNER
    if membership is None:
        raise ProjectNotFound
    return ProjectRole.VIEWER if principal.role is Role.GUEST else ProjectRole(membership)


def allows(role: ProjectRole, permission: Permission) -> bool:
    """Whether the role includes the permission."""
    return permission in PROJECT_PERMISSIONS[role]


async def require(session: AsyncSession, principal: "Viewer", project_id: UUID, permission: Permission) -> ProjectRole:
    """Let the caller pass or raise ProjectNotFound (may not know of it) or NotAllowed (may see it, but not do this)."""
    role = await project_role(session, principal, project_id)
    if not allows(role, permission):
        raise NotAllowed(f"Your role in this project ({role}) does not allow this. Ask an owner for more.")
    return role


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
