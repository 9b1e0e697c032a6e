"""What doors show of share links."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, Field, field_validator

from cellhub_app.core.limits import PASSWORD_MAX_LENGTH
from cellhub_app.domain.schema import Schema
from cellhub_app.models.project import SampleKind

PASSWORD_MIN_LENGTH = 8


class NewShareLink(Schema):
    """Until when a link leads to the project, and the password that it asks for, if it asks for one."""

    expires_at: AwareDatetime
    password: str | None = Field(default=None, min_length=PASSWORD_MIN_LENGTH, max_length=PASSWORD_MAX_LENGTH)


class ShareLinkView(Schema):
    """A link, as those see it who may make them; never its secret.

    It is closed while `is_backed` is false: whoever made it owns the project no longer, or may not sign in.
    """

    id: UUID
    created_by: str
    created_at: datetime
    expires_at: datetime
    is_expired: bool
    is_backed: bool
    has_password: bool
    last_opened_at: datetime | None
    open_count: int


class MadeShareLink(ShareLinkView):
    """A link that was made just now: the only time that its address is told."""

    url: str


class OpeningLink(Schema):
    """The secret of a share link, its password if it has one, and the image to go to."""

    token: str = Field(min_length=1, max_length=200)
    password: str = Field(default="", max_length=2 * PASSWORD_MAX_LENGTH)
    image: UUID | None = None

    @field_validator("image", mode="before")
    @classmethod
    def _none_when_empty(cls, image: object) -> object:
        return image or None


class OpenedLink(Schema):
    """A link that was opened: the browser's cookie now leads to what lies below `/shared/{linkId}`."""

    link_id: UUID
    project_id: UUID


class SharedProject(Schema):
    """A project as visitors see it: nothing of its members."""

    id: UUID
    name: str
    sample_kind: SampleKind
    pixel_size_um: float | None
    expires_at: datetime
