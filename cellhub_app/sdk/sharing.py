"""Letting others in: members, teams and links. What `CellHub` can do with people."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cellhub_app.sdk.asking import Asking
from cellhub_app.sdk.sharing_types import Added, Invitation, MadeShareLink, Member, ShareLink, Team, TeamShare


class Sharing(Asking):
    """Members of projects, teams, and links for people without an account."""

    def members(self, project_id: UUID) -> list[Member]:
        """Everybody who takes part by themselves, in the order they came."""
        return [Member.model_validate(row) for row in self._json("GET", f"/projects/{project_id}/members")]

    def add_member(self, project_id: UUID, email: str, role: str = "viewer") -> Added:
        """Take somebody in by their address; who has no account is invited. `role`: viewer, annotator, editor or owner."""
        return Added.model_validate(self._json("POST", f"/projects/{project_id}/members", json={"email": email, "role": role}))

    def change_member(self, project_id: UUID, user_id: UUID, role: str) -> Member:
        """Give a member another role."""
        return Member.model_validate(self._json("PATCH", f"/projects/{project_id}/members/{user_id}", json={"role": role}))

    def remove_member(self, project_id: UUID, user_id: UUID) -> None:
        """Let a member go, or leave."""
        self._json("DELETE", f"/projects/{project_id}/members/{user_id}")

    def teams(self) -> Iterator[Team]:
        """The caller's teams, newest first."""
        return (Team.model_validate(row) for row in self._pages("/teams"))

    def create_team(self, name: str) -> Team:
        """Start a team that the caller manages."""
        return Team.model_validate(self._json("POST", "/teams", json={"name": name}))

    def delete_team(self, team_id: UUID) -> None:
        """Delete a team for good; its projects stay."""
        self._json("DELETE", f"/teams/{team_id}")

    def team_members(self, team_id: UUID) -> list[Member]:
        """Everybody in a team, in the order they came."""
        return [Member.model_validate(row) for row in self._json("GET", f"/teams/{team_id}/members")]

    def invite_to_team(self, team_id: UUID, email: str, role: str = "member") -> Invitation:
        """Ask somebody into a team; they are in once they say yes. `role`: member or manager."""
        return Invitation.model_validate(self._json("POST", f"/teams/{team_id}/members", json={"email": email, "role": role}))

    def remove_from_team(self, team_id: UUID, user_id: UUID) -> None:
        """Let somebody go from a team, or leave it: with it go the projects that only the team gave."""
        self._json("DELETE", f"/teams/{team_id}/members/{user_id}")

    def project_teams(self, project_id: UUID) -> list[TeamShare]:
        """The teams that a project is shared with."""
        return [TeamShare.model_validate(row) for row in self._json("GET", f"/projects/{project_id}/teams")]

    def share_with_team(self, project_id: UUID, team_id: UUID, role: str = "editor") -> TeamShare:
        """Open a project to everybody in a team. `role`: viewer, annotator or editor."""
        body = {"teamId": str(team_id), "role": role}
        return TeamShare.model_validate(self._json("POST", f"/projects/{project_id}/teams", json=body))

    def stop_sharing_with_team(self, project_id: UUID, team_id: UUID) -> None:
        """Take a project from a team."""
        self._json("DELETE", f"/projects/{project_id}/teams/{team_id}")

    def share_links(self, project_id: UUID) -> list[ShareLink]:
        """The links of a project that were not revoked, newest first."""
        return [ShareLink.model_validate(row) for row in self._json("GET", f"/projects/{project_id}/share-links")]

    def make_share_link(self, project_id: UUID, lasts: timedelta = timedelta(days=7), password: str | None = None) -> MadeShareLink:
        """A link with which anybody may look at the project for a while, a year at most; its `url` is told this once."""
        body = {"expiresAt": (datetime.now(UTC) + lasts).isoformat(), "password": password}
        return MadeShareLink.model_validate(self._json("POST", f"/projects/{project_id}/share-links", json=body))

    def revoke_share_link(self, project_id: UUID, link_id: UUID) -> None:
        """End a link at once."""
        self._json("DELETE", f"/projects/{project_id}/share-links/{link_id}")
