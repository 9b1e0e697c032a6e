"""What the server answers, typed. Fields that a newer server adds are passed over."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

FINAL = frozenset({"succeeded", "failed", "cancelled"})


class Answer(BaseModel):
    """Base of everything that comes from the server."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True)


class Tokens(Answer):
    """What requests are signed with; `refresh_token` can be used once."""

    access_token: str
    refresh_token: str
    expires_in: int


class Reason(Answer):
    """A failure's stable word and its sentence."""

    code: str
    detail: str


class Project(Answer):
    """A project and the caller's role in it."""

    id: UUID
    name: str
    description: str
    sample_kind: str
    pixel_size_um: float | None
    role: str
    created_at: datetime


class SegmentationState(Answer):
    """Where an image's latest segmentation stands."""

    status: str
    job_id: UUID | None
    model: str | None
    error: Reason | None = None


class Image(Answer):
    """An image; `object_count` is None until it was segmented, `flaws` of the picture are empty, saturated, blurred."""

    id: UUID
    project_id: UUID
    name: str
    status: str
    error: Reason | None
    segmentation: SegmentationState | None
    width: int | None
    height: int | None
    channels: int | None
    bit_depth: int | None
    pixel_size_um: float | None
    bytes: int
    sha256: str
    object_count: int | None
    flaws: list[str] = []
    tags: list[str]
    created_at: datetime


class Refusal(Answer):
    """A file that was not taken, and why."""

    name: str
    code: str
    detail: str


class Upload(Answer):
    """What became of uploaded files; `duplicates` are in the project already, `already_sent` came in an earlier try."""

    accepted: list[Image]
    refused: list[Refusal]
    duplicates: list[Refusal] = []
    already_sent: int = 0

    def sorted_out(self) -> Self:
        """The same with the duplicates apart from what was refused."""
        duplicates = [refusal for refusal in self.refused if refusal.code == "duplicate"]
        refused = [refusal for refusal in self.refused if refusal.code != "duplicate"]
        return self.model_copy(update={"refused": refused, "duplicates": [*self.duplicates, *duplicates]})

    def with_more(self, other: "Upload") -> Self:
        """Both together."""
        return self.model_copy(
            update={
                "accepted": self.accepted + other.accepted,
                "refused": self.refused + other.refused,
                "duplicates": self.duplicates + other.duplicates,
                "already_sent": self.already_sent + other.already_sent,
            }
        )


class UploadedFile(Answer):
    """A file of an upload session: `state` is needed, received, duplicate or refused."""

    index: int
    state: str
    reason: str | None = None
    image_id: UUID | None = None


class UploadSession(Answer):
    """What the server knows of an upload."""

    id: UUID
    files: list[UploadedFile]


class Model(Answer):
    """An installed model."""

    name: str
    title: str
    sample_kinds: list[str]
    preset: str
    parameters: dict[str, Any]
    weights_sha256: str | None
    scores: dict[str, Any]
    seconds_per_megapixel: float


class Counts(Answer):
    """How many images of a batch are where."""

    queued: int
    running: int
    succeeded: int
    failed: int
    cancelled: int


class Eta(Answer):
    """Seconds until the end, as a range."""

    low_seconds: int
    high_seconds: int


class Working(Answer):
    """A large image that is worked on, and which share of the work is done, 0 to 1."""

    job_id: UUID
    image_id: UUID
    name: str
    progress: float


class Batch(Answer):
    """A model over chosen images; `working` are those that take minutes, while a worker has them."""

    id: UUID
    project_id: UUID
    status: str
    model: str
    parameters: dict[str, Any]
    counts: Counts
    position: int | None = None
    eta: Eta | None = None
    working: tuple[Working, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.status in FINAL


class Standing(Answer):
    """One model of a face-off. `ap50`, `f1` and `dice` compare with hand-corrected outlines; None where no image has any."""

    model: str
    done: int
    failed: int
    objects: int
    contested: int
    seconds: float
    doubt: float | None
    corrected: int
    ap50: float | None
    f1: float | None
    dice: float | None


class FaceOff(Answer):
    """Several models on the same images; `disagreement` is the share of each image's foreground that not all models call so.

    `frames` is the plane of each image that is compared: timepoint * slices + slice, counted from 0.
    """

    id: UUID
    project_id: UUID
    status: str
    models: list[str]
    image_ids: list[UUID]
    frames: dict[UUID, int] = {}
    chosen_model: str | None
    standings: list[Standing]
    disagreement: dict[UUID, float]

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.status in FINAL


class ObjectMeasures(Answer):
    """The measures of one object, in pixels and, where the pixel size is known, in micrometres."""

    id: UUID
    image_id: UUID
    class_id: int
    score: float | None
    doubt: float | None
    px: dict[str, float | None]
    um: dict[str, float | None] | None


class ImageMeasures(Answer):
    """All objects of one frame."""

    image_id: UUID
    frame: int
    revision: int
    pixel_size_um: float | None
    data: list[ObjectMeasures]


class Export(Answer):
    """A ZIP that a worker makes."""

    id: UUID
    project_id: UUID
    status: str
    progress: float
    formats: list[str]
    options: dict[str, Any] = {}
    bytes: int | None
    error: Reason | None

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.status in FINAL
