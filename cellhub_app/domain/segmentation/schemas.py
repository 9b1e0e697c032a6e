"""What doors show of models."""

from typing import Any

from pydantic import Field

from cellhub_app.domain.schema import Schema


class ModelView(Schema):
    """One model, from its card.

    `scores` by domain of images, `kinds` their means by kind of sample; `doubt` says what its doubts mean: from `lookFrom` on an image
    should be looked at first.
    """

    name: str
    title: str
    sample_kinds: list[str]
    preset: str
    parameters: dict[str, Any]
    weights_sha256: str | None
    scores: dict[str, Any]
    kinds: dict[str, dict[str, float]]
    seconds_per_megapixel: float
    doubt: dict[str, Any] | None = None


class ModelParameters(Schema):
    """How a model is asked to work; what is missing takes the model's own default."""

    threshold: float | None = Field(default=None, gt=0, lt=1)
    min_area_px: int | None = Field(default=None, ge=0, le=1_000_000)
    channel: int = Field(default=0, ge=0, le=63)
