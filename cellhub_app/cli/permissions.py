"""docs/permissions.md, written from what `domain/access.py` decides: `python -m cellhub_app.cli.permissions` writes it anew."""

from collections.abc import Iterable, Sequence

from cellhub_app.core.errors import CellHubError
from cellhub_app.core.ids import new_id
from cellhub_app.core.settings import ROOT
from cellhub_app.domain.access import (
    SEES_EVERY_PROJECT,
    Permission,
    Principal,
    allows,
    may_start,
    require_admin,
    role_by,
    team_role_by,
)
from cellhub_app.models.project import ProjectRole
from cellhub_app.models.team import ShareRole, TeamRole
from cellhub_app.models.user import Role, UserStatus

PAGE = ROOT / "docs" / "permissions.md"
NOTHING = "–"
MEANINGS = {
    Permission.VIEW: "see images, outlines, measurements, members and the queue; export; leave",
    Permission.ANNOTATE: "correct outlines, restore older ones, import some; set the size of a pixel",
    Permission.EDIT: "upload, tag and delete images; segment, pause, cancel; try settings; compare models",
    Permission.MANAGE: "members, invitations, teams, share links, settings; give the project away; delete it",
}
STATUSES = {
    UserStatus.PENDING: "may not sign in until an admin opens the account",
    UserStatus.ACTIVE: "may sign in",
    UserStatus.SUSPENDED: "is out at once: sessions and tokens end, open pages go to the sign-in page, what they started stops",
}
INTRODUCTION = """# Who may do what

Written from `cellhub_app/domain/access.py` by `python -m cellhub_app.cli.permissions`; a test compares. Somebody's role in a project is the
highest of their membership and of what their teams were given. Whoever may not know of a project or a team is told that there is none."""


def page() -> str:
    """The whole page, as Markdown."""
    parts = [
        INTRODUCTION,
        _part(
            "Roles in a project", ["role", *Permission], [[role, *(_mark(allows(role, one)) for one in Permission)] for role in ProjectRole]
        ),
        _table(["permission", "lets one"], [[permission, MEANINGS[permission]] for permission in Permission]),
        f"A team is given {_listed(ShareRole)}; it never owns. A project keeps an owner who can act: the last one gives it away or deletes"
        " it.",
        "Whoever opened a share link sees the one project, and of it no more than [sharing.md](sharing.md) lists; they change nothing.",
        _part(
            "Roles on the whole server", ["role", "sees", "makes projects and teams", "admin pages"], [_of_server(role) for role in Role]
        ),
        _part("What it comes to", ["granted in a project", *Role], [_combined(granted) for granted in (None, *ProjectRole)]),
        _part("Teams", ["role in the team", *Role], [_in_team(role) for role in (None, *TeamRole)]),
        "Members see the team, its people and its projects, share projects of their own with it, and leave. Managers also ask people"
        " in, change roles,\nlet people go, take projects from the team, rename and delete it. A team keeps a manager who can act.",
        _part("Accounts", ["status", "what it means"], [[status, STATUSES[status]] for status in UserStatus]),
    ]
    return "\n\n".join(parts) + "\n"


def _part(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return f"## {title}\n\n{_table(head, rows)}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def _listed(words: Iterable[str]) -> str:
    *before, last = words
    return f"{', '.join(before)} or {last}"


def _mark(is_so: bool) -> str:
    return "yes" if is_so else NOTHING


def _somebody(role: Role) -> Principal:
    return Principal(new_id(), new_id(), role, "", "")


def _of_server(role: Role) -> list[str]:
    who = _somebody(role)
    return [
        role,
        "every project" if role in SEES_EVERY_PROJECT else "what is theirs or shared with them",
        _mark(may_start(who)),
        _mark(_is_admin(who)),
    ]


def _is_admin(who: Principal) -> bool:
    try:
        require_admin(who)
    except CellHubError:
        return False
    return True


def _combined(granted: ProjectRole | None) -> list[str]:
    def role_of(role: Role) -> str:
        try:
            return role_by(_somebody(role), granted)
        except CellHubError:
            return NOTHING

    return [granted or "nothing", *(role_of(role) for role in Role)]


def _in_team(membership: TeamRole | None) -> list[str]:
    def role_of(role: Role) -> str:
        try:
            return team_role_by(_somebody(role), membership)
        except CellHubError:
            return NOTHING

    return [membership or "not in it", *(role_of(role) for role in Role)]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
