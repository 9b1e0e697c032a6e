from cellhub_app.cli.permissions import MEANINGS, PAGE, STATUSES, page
from cellhub_app.domain.access import Permission
from cellhub_app.models.user import UserStatus


def test_the_page_says_what_the_code_decides() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m cellhub_app.cli.permissions writes docs/permissions.md anew"


def test_every_permission_and_status_is_told_in_words() -> None:
    assert set(MEANINGS) == set(Permission)
    assert set(STATUSES) == set(UserStatus)


def test_a_guest_is_a_viewer_whatever_was_granted_and_nobody_without_a_grant_has_a_role() -> None:
    assert "| owner | owner | owner | owner | viewer |" in page()
    assert "| nothing | owner | owner | – | – |" in page()
