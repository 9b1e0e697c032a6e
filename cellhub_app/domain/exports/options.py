"""What can be chosen of an export beside its formats: which objects, of which moment, in which unit, split how, drawn how."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints, model_validator

from cellhub_app.domain.schema import Schema

CLASSES_MAX = 1_000
ClassId = Annotated[int, Field(ge=0, le=65_535)]
ClassName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Group = Literal["train", "val", "test"]
CocoShape = Literal["polygons", "rle"]
GROUPS: tuple[Group, ...] = ("train", "val", "test")


class Choice(Schema):
    """A part of the choices; words that mean nothing are refused."""

    model_config = ConfigDict(extra="forbid")


class Split(Choice):
    """Shares of the images for training, validation and test; the same seed gives the same groups."""

    train: Share = 0.8
    val: Share = 0.1
    test: Share = 0.1
    seed: int = Field(default=0, ge=0, le=2**31 - 1)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if abs(self.train + self.val + self.test - 1) > 1e-6:
            raise ValueError("train, val and test must add up to 1")
        if not self.train:
            raise ValueError("train must be more than 0")
        return self

    def groups(self, ids: Iterable[UUID]) -> dict[UUID, Group]:
        """The group of each image: exact shares, in an order that the seed alone decides."""
        order = sorted(set(ids), key=lambda one: hashlib.sha256(f"{self.seed}:{one}".encode()).digest())
        ends = round(self.train * len(order)), round((self.train + self.val) * len(order))
        return {one: GROUPS[(place >= ends[0]) + (place >= ends[1])] for place, one in enumerate(order)}

    @property
    def used(self) -> tuple[Group, ...]:
        """The groups that have a share."""
        return tuple(group for group in GROUPS if getattr(self, group) > 0)


class OutlineStyle(Choice):
    """How overlays are drawn; `colour` none means one for each class, `width_px` none means one that fits the picture."""

    colour: Colour | None = None
    width_px: int | None = Field(default=None, ge=1, le=50)
    fill: Share = Field(default=0.0, description="how strongly the objects are filled, 0 to 1")
    labels: bool = Field(default=False, description="write the number of every object")


class ExportOptions(Choice):
    """Everything that may be left out has a plain default: all classes by their names, as they are now, both units, one data set."""

    classes: list[ClassId] | None = Field(default=None, min_length=1, max_length=CLASSES_MAX, description="only these; all if left out")
    class_names: dict[ClassId, ClassName] = Field(
        default_factory=dict,
        max_length=CLASSES_MAX,
        description="other names by class; classes that get the same one are merged",
    )
    revision: Literal["current", "model"] = Field(default="current", description="`model`: what a model found, before anybody corrected it")
    as_of: AwareDatetime | None = Field(default=None, description="what was there at this moment, instead of now")
    units: Literal["both", "px", "um"] = Field(default="both", description="units of the tables; `both` has columns for each")
    split: Split | None = Field(default=None, description="train, val and test sets of COCO and YOLO; one set if left out")
    coco: CocoShape = Field(default="polygons", description="`rle`: run lengths for every object of COCO, not only for those with holes")
    outlines: OutlineStyle = Field(default_factory=OutlineStyle, description="how overlays are drawn")

    def wanted(self, numbers: Sequence[tuple[int, str, datetime]]) -> int:
        """Which of a segmentation's revisions (number, kind, moment), oldest first, is wanted; 0 where there is none."""
        until = [(number, kind) for number, kind, moment in numbers if self.as_of is None or moment <= self.as_of]
        return next((number for number, kind in reversed(until) if self.revision == "current" or kind == "model"), 0)

    def merged(self, class_id: int) -> int:
        """The class that stands for this one: the first of those that have its new name."""
        name = self.class_names.get(class_id)
        return class_id if name is None else min(one for one, other in self.class_names.items() if other == name)
