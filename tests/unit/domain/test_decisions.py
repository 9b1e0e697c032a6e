"""The decision about a role, as properties: over every role on the server, every grant and every role in a team."""

from hypothesis import given
from hypothesis import strategies as st

from cellhub_app.core.ids import new_id
from cellhub_app.domain.access import (
    PROJECT_PERMISSIONS,
    Permission,
    Principal,
    ProjectNotFound,
    TeamNotFound,
    allows,
    role_by,
    team_role_by,
)
from cellhub_app.models.project import ProjectRole
from cellhub_app.models.team import ShareRole, TeamRole
from cellhub_app.models.user import Role

ROLES, GRANTS, PLACES = st.sampled_from(Role), st.sampled_from([None, *ProjectRole]), st.sampled_from([None, *TeamRole])
ORDER = list(ProjectRole)


def permissions(role: Role, granted: str | None) -> frozenset[Permission]:
    """All that somebody may do; nothing where they may not know of the project."""
    try:
        return PROJECT_PERMISSIONS[role_by(Principal(new_id(), new_id(), role, "", ""), granted)]
    except ProjectNotFound:
        return frozenset()


@given(ROLES, st.lists(GRANTS, min_size=1, max_size=5), GRANTS)
def test_one_more_grant_never_takes_anything_away(role: Role, grants: list[ProjectRole | None], more: ProjectRole | None) -> None:
    def highest(several: list[ProjectRole | None]) -> ProjectRole | None:
        return max((one for one in several if one), key=ORDER.index, default=None)

    assert permissions(role, highest(grants)) <= permissions(role, highest([*grants, more]))


@given(ROLES, GRANTS)
def test_guests_only_view_and_users_have_just_what_was_granted(role: Role, granted: ProjectRole | None) -> None:
    may = permissions(role, granted)
    if role in {Role.ADMIN, Role.OPERATOR}:
        assert may == frozenset(Permission)
    elif granted is None:
        assert may == frozenset()
    elif role is Role.GUEST:
        assert may == {Permission.VIEW}
    else:
        assert may == {permission for permission in Permission if allows(granted, permission)}


@given(ROLES, st.sampled_from(ShareRole))
def test_no_team_makes_an_owner_of_somebody(role: Role, granted: ShareRole) -> None:
    assert (Permission.MANAGE in permissions(role, granted)) is (role in {Role.ADMIN, Role.OPERATOR})


@given(ROLES, PLACES)
def test_only_managers_who_are_no_guests_and_who_sees_everything_manage_a_team(role: Role, place: TeamRole | None) -> None:
    who = Principal(new_id(), new_id(), role, "", "")
    try:
        found = team_role_by(who, place)
    except TeamNotFound:
        assert place is None
        assert role in {Role.USER, Role.GUEST}
        return
    everything = role in {Role.ADMIN, Role.OPERATOR}
    assert (found is TeamRole.MANAGER) is (everything or (place is TeamRole.MANAGER and role is not Role.GUEST))
