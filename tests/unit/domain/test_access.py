from itertools import product

import pytest

from cellhub_app.core.errors import NotAllowed
from cellhub_app.core.ids import new_id
from cellhub_app.domain.access import Permission, Principal, allows, require_admin
from cellhub_app.models.project import ProjectRole
from cellhub_app.models.user import Role

ORDER = [ProjectRole.VIEWER, ProjectRole.ANNOTATOR, ProjectRole.EDITOR, ProjectRole.OWNER]
NEEDS = {
    Permission.VIEW: ProjectRole.VIEWER,
    Permission.ANNOTATE: ProjectRole.ANNOTATOR,
    Permission.EDIT: ProjectRole.EDITOR,
    Permission.MANAGE: ProjectRole.OWNER,
}


@pytest.mark.parametrize(("role", "permission"), [*product(ORDER, Permission)])
def test_a_role_allows_what_it_and_lesser_roles_are_for(role: ProjectRole, permission: Permission) -> None:
    assert allows(role, permission) is (ORDER.index(role) >= ORDER.index(NEEDS[permission]))


@pytest.mark.parametrize("role", Role)
def test_only_admins_pass_the_admin_gate(role: Role) -> None:
    principal = Principal(new_id(), new_id(), role, "Ada", "ada@example.org")
    if role is Role.ADMIN:
        require_admin(principal)
    else:
        with pytest.raises(NotAllowed, match="Only admins"):
            require_admin(principal)
