"""What doors show of imports."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from cellhub_app.core.queue import JobStatus
from cellhub_app.domain.schema import Problem, Schema

Mode = Literal["replace", "add"]


@dataclass(frozen=True)
class NewImport:
    """An import to be written down."""

    id: UUID
    project_id: UUID
    user_id: UUID
    job_id: UUID
    format: str
    mode: Mode
    files: list[dict[str, Any]]


class ImportedFile(Schema):
    """A file as it was sent; `bytes` is its size."""

    name: str
    bytes: int


class FileReport(Schema):
    """What became of everything that a file holds.

    `read` objects were taken over in `images` images, some of them `repaired`; `lost` ones were not, by the reason. `unmatched` tells for
    names in the file why they belong to no image, `refused` for files in it why they can't be read; of both the first hundred are named.
    """

    file: str
    format: str
    images: int
    read: int
    repaired: dict[str, int]
    lost: dict[str, int]
    unmatched: dict[str, str]
    unmatched_count: int
    refused: dict[str, str]
    refused_count: int


class ImportReport(Schema):
    """What an import brought: one report for each file, and which class identifier each class name became."""

    images: int
    objects: int
    classes: dict[str, int]
    files: list[FileReport]


class ImportView(Schema):
    """An import as doors show it; `report` is there once its files were read."""

    id: UUID
    project_id: UUID
    status: JobStatus
    format: Annotated[str, Field(description="`auto` until it is recognised")]
    mode: Mode
    files: list[ImportedFile]
    report: ImportReport | None
    error: Problem | None
    created_at: datetime
    finished_at: datetime | None


class ReaderView(Schema):
    """A format that can be imported."""

    name: str
    title: str
