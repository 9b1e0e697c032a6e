"""Where people are asked into: who may ask, who is in already, how somebody is taken in, and who hears of it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.events import Event, EventType
from cellhub_app.core.runtime import emit
from cellhub_app.domain.access import Permission, Principal, require, require_team
from cellhub_app.domain.invitations import repository
from cellhub_app.domain.invitations.schemas import Joined
from cellhub_app.domain.telling import tell_access, tell_team
from cellhub_app.models.invitation import Invitation
from cellhub_app.models.project import ProjectRole
from cellhub_app.models.team import TeamRole


@dataclass(frozen=True)
class Place(ABC):
    """What somebody is asked into."""

    id: UUID
    kind: ClassVar[str]
    column: ClassVar[str]
    roles: ClassVar[type[ProjectRole] | type[TeamRole]]

    @property
    def here(self) -> ColumnElement[bool]:
        """Whether an invitation leads here."""
        return col(getattr(Invitation, self.column)) == self.id

    @property
    def key(self) -> dict[str, Any]:
        """The column that leads here, with its value."""
        return {self.column: self.id}

    @property
    def joined(self) -> Joined:
        """The answer to who was let in here."""
        return Joined(**self.key)

    @abstractmethod
    async def require_manager(self, session: AsyncSession, principal: Principal) -> None:
        """Let those pass who may ask others in. Raises NotAllowed, ProjectNotFound, TeamNotFound."""

    @abstractmethod
    async def name(self, session: AsyncSession) -> str | None:
        """What it is called; None when it is gone."""

    @abstractmethod
    async def has(self, session: AsyncSession, email: str) -> bool:
        """Whether somebody with this address is in."""

    @abstractmethod
    async def take_in(self, session: AsyncSession, user_id: UUID, role: StrEnum) -> bool:
        """Let a person in and tell everybody; False when they are in already."""

    @abstractmethod
    def tell(self, session: AsyncSession) -> None:
        """Let open pages look again at who is invited."""


class IntoProject(Place):
    """A project, by its owners."""

    kind, column, roles = "project", "project_id", ProjectRole

    async def require_manager(self, session: AsyncSession, principal: Principal) -> None:
        """Let owners pass."""
        await require(session, principal, self.id, Permission.MANAGE)

    async def name(self, session: AsyncSession) -> str | None:
        """What the project is called."""
        return await repository.project_name(session, self.id)

    async def has(self, session: AsyncSession, email: str) -> bool:
        """Whether they are a member themselves; whoever is here through a team may still be asked in."""
        return await repository.is_in_project(session, self.id, email)

    async def take_in(self, session: AsyncSession, user_id: UUID, role: StrEnum) -> bool:
        """Make somebody a member."""
        is_new = await repository.add_to_project(session, self.id, user_id, role)
        tell_access(session, self.id, user_id)
        return is_new

    def tell(self, session: AsyncSession) -> None:
        """Let the tabs of members look again."""
        emit(session, Event(EventType.PROJECT_CHANGED, self.id, data={"members": True}))


class IntoTeam(Place):
    """A team, by its managers."""

    kind, column, roles = "team", "team_id", TeamRole

    async def require_manager(self, session: AsyncSession, principal: Principal) -> None:
        """Let managers pass."""
        await require_team(session, principal, self.id, manages=True)

    async def name(self, session: AsyncSession) -> str | None:
        """What the team is called."""
        return await repository.team_name(session, self.id)

    async def has(self, session: AsyncSession, email: str) -> bool:
        """Whether they are in the team."""
        return await repository.is_in_team(session, self.id, email)

    async def take_in(self, session: AsyncSession, user_id: UUID, role: StrEnum) -> bool:
        """Make somebody a member: with that all projects of the team are theirs to see."""
        is_new = await repository.add_to_team(session, self.id, user_id, role)
        await tell_team(session, self.id, user_id)
        return is_new

    def tell(self, session: AsyncSession) -> None:
        """Let the team's pages look again."""
        emit(session, Event(EventType.TEAM_CHANGED, team_id=self.id))


def place_of(row: Invitation) -> Place:
    """Where an invitation leads."""
    if row.project_id is not None:
        return IntoProject(row.project_id)
    assert row.team_id is not None  # noqa: S101 - the table allows nothing else
    return IntoTeam(row.team_id)
