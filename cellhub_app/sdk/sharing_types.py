"""What the server answers about people and who is let in, typed."""

from datetime import datetime
from uuid import UUID

from cellhub_app.sdk.types import Answer


class Member(Answer):
    """Somebody in a project or a team, with their own role there."""

    user_id: UUID
    email: str
    name: str
    role: str


class Added(Answer):
    """Who takes part from now on; without an account of that address, who was invited: `user_id` and `name` are None then."""

    user_id: UUID | None
    email: str
    name: str | None
    role: str


class Invitation(Answer):
    """An invitation that waits for an answer."""

    id: UUID
    email: str
    role: str
    sent_at: datetime
    expires_at: datetime
    is_expired: bool


class Team(Answer):
    """A team, and the caller's role in it."""

    id: UUID
    name: str
    role: str
    members: int
    projects: int
    created_at: datetime


class TeamShare(Answer):
    """A team that a project is shared with, and what its people may do there."""

    team_id: UUID
    name: str
    role: str
    members: int


class ShareLink(Answer):
    """A link with which anybody may look at a project; it is closed when it is expired, or while it is not backed by its maker."""

    id: UUID
    created_by: str
    created_at: datetime
    expires_at: datetime
    is_expired: bool
    is_backed: bool
    has_password: bool
    last_opened_at: datetime | None
    open_count: int


class MadeShareLink(ShareLink):
    """A link that was made just now: its address is told this once."""

    url: str
