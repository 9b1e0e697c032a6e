from datetime import UTC, datetime

import pytest

from cellhub_app.domain.annotations.schemas import RevisionView
from cellhub_app.models.annotation import RevisionKind
from cellhub_app.web.descriptions import caption, provenance


def revision(kind: RevisionKind, model: str | None = None) -> RevisionView:
    made_at = datetime(2026, 11, 22, 4, 5, tzinfo=UTC)
    return RevisionView.model_construct(number=3, kind=kind, model=model, weights_sha256=None, parameters={}, created_at=made_at)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (revision(RevisionKind.MODEL, model="unet"), "U-Net"),
        (revision(RevisionKind.EDIT), "Edited by hand"),
        (revision(RevisionKind.IMPORT), "Imported"),
        (revision(RevisionKind.RESTORE), "Restored"),
    ],
)
def test_what_made_a_revision_is_said(made: RevisionView, said: str) -> None:
    assert caption(made) == f"{said} · revision 3"
    assert provenance(made) == f"{said}. 22 Nov 2026, 04:05 UTC."
