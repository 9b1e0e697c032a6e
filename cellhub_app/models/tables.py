"""Every table, imported so that `Table.metadata` is whole."""

from cellhub_app.models import (
    annotation,
    annotation_import,
    audit,
    condition,
    export,
    image,
    invitation,
    job,
    link,
    project,
    pyramid,
    session,
    share,
    team,
    trial,
    upload,
    user,
)
from cellhub_app.models.base import Table

metadata = Table.metadata

__all__ = [
    "annotation",
    "annotation_import",
    "audit",
    "condition",
    "export",
    "image",
    "invitation",
    "job",
    "link",
    "metadata",
    "project",
    "pyramid",
    "session",
    "share",
    "team",
    "trial",
    "upload",
    "user",
]
