from datetime import UTC, datetime

import pytest

from cellhub_app.domain.annotations.schemas import RevisionView
from cellhub_app.domain.images.schemas import ImageView
from cellhub_app.models.annotation import RevisionKind
from cellhub_app.web.descriptions import caption, plane_text, provenance


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


@pytest.mark.parametrize(
    ("slices", "timepoints", "frame", "said"),
    [
        (30, 1, 11, "slice 12 of 30"),
        (1, 9, 2, "timepoint 3 of 9"),
        (3, 9, 13, "slice 2 of 3, timepoint 5 of 9"),
        (1, 1, 0, ""),
        (None, None, 0, ""),
    ],
)
def test_a_plane_of_a_stack_is_named_and_that_of_other_images_is_not(
    slices: int | None, timepoints: int | None, frame: int, said: str
) -> None:
    assert plane_text(ImageView.model_construct(frames=slices, timepoints=timepoints), frame) == said
