"""What doors show of exports."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, field_validator

from cellhub_app.core.queue import JobStatus
from cellhub_app.domain.exports.options import ExportOptions
from cellhub_app.domain.exports.registry import FORMATS
from cellhub_app.domain.schema import Problem, Schema


class ExportRequest(Schema):
    """Which formats, of which images."""

    formats: list[str] = Field(max_length=50, description=f"any of {', '.join(FORMATS)}")
    image_ids: list[UUID] | Literal["all"] = Field(default="all", union_mode="left_to_right")
    tag: str | None = Field(default=None, max_length=60, description="of all images only those with this tag")
    q: str | None = Field(default=None, max_length=255, description="of all images only those whose name holds this")
    options: ExportOptions = Field(default_factory=ExportOptions)


class ExportView(Schema):
    """An export as doors show it; `progress` runs from 0 to 1, `bytes` are those of its ZIP once it is there."""

    id: UUID
    project_id: UUID
    status: JobStatus
    progress: float
    formats: list[str]
    options: ExportOptions
    bytes: int | None
    expires_at: datetime | None
    error: Problem | None
    created_at: datetime
    finished_at: datetime | None

    @field_validator("options", mode="before")
    @classmethod
    def _or_defaults(cls, value: Any) -> Any:
        """Exports that were asked for without any have none in their row."""
        return {} if value is None else value


class FormatView(Schema):
    """A format that can be asked for."""

    name: str
    title: str


@dataclass(frozen=True)
class Download:
    """Where the ZIP of an export is kept and what to call it."""

    key: str
    file_name: str
    bytes: int
