"""What doors show of upload sessions, and what callers hand in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from cellhub_app.core.limits import FILES_PER_UPLOAD_SESSION
from cellhub_app.domain.schema import Schema
from cellhub_app.models.upload import UploadSession

_STORABLE = r"^[^\x00]*$"
INT64_MAX = 2**63 - 1


class FileState(StrEnum):
    """What is known of a file of a session: it is still to be sent, or what became of it."""

    NEEDED = "needed"
    RECEIVED = "received"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class FileOffer(Schema):
    """A file that somebody wants to upload; `last_modified` is milliseconds since 1970."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=_STORABLE)]
    path: Annotated[str, StringConstraints(max_length=4000, pattern=_STORABLE)] = ""
    size: int = Field(ge=0, le=INT64_MAX)
    last_modified: int | None = Field(default=None, ge=-INT64_MAX, le=INT64_MAX)


class NewUploadSession(Schema):
    """The files of a drop, in an order that the caller remembers."""

    files: list[FileOffer] = Field(min_length=1, max_length=FILES_PER_UPLOAD_SESSION)


class FileCounts(Schema):
    """How many files of a session stand where."""

    needed: int
    received: int
    duplicate: int
    refused: int


class ByteCounts(Schema):
    """Bytes of all files but those refused at the start, and of those that need not be sent any more."""

    total: int
    received: int


class SessionSummary(Schema):
    """How far a session is."""

    id: UUID
    project_id: UUID
    created_at: datetime
    finished_at: datetime | None
    cancelled_at: datetime | None
    counts: FileCounts
    bytes: ByteCounts

    @classmethod
    def of(cls, row: UploadSession) -> Self:
        """The row as the API shows it."""
        plain = {name: getattr(row, name) for name in ("id", "project_id", "created_at", "finished_at", "cancelled_at")}
        counts = FileCounts(needed=row.needed, received=row.received, duplicate=row.duplicate, refused=row.refused)
        return cls(**plain, counts=counts, bytes=ByteCounts(total=row.bytes_total, received=row.bytes_received))


class FileView(Schema):
    """What became of a file; `reason` is a sentence for those refused or there already."""

    index: int
    state: FileState
    reason: str | None = None


class FileDetail(FileView):
    """The same with what the caller said of the file, so that it can be recognized when it is offered again."""

    name: str
    path: str
    size: int
    last_modified: int | None
    image_id: UUID | None


class SessionView(SessionSummary):
    """A session and its files in order."""

    files: list[FileView]


class SessionDetail(SessionSummary):
    """A session and its files in order, described."""

    files: list[FileDetail]


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of a new session, as it is written."""

    index: int
    name: str
    path: str
    size: int
    last_modified: int | None = None
    state: FileState = FileState.NEEDED
    reason: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a file that came."""

    index: int
    state: FileState
    reason: str | None = None
    image_id: UUID | None = None
