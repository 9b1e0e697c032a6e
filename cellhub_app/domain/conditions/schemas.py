"""What doors send and show of conditions."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from cellhub_app.domain.conditions.patterns import TEMPLATE_MAX_LENGTH
from cellhub_app.domain.schema import Schema

CSV_MAX_LENGTH = 8_000_000
MOST_IMAGES_NAMED = 10_000
Label = Annotated[str, StringConstraints(max_length=80, strip_whitespace=True)]
Condition = Annotated[str, StringConstraints(max_length=120, strip_whitespace=True)]
WellName = Annotated[str, StringConstraints(max_length=8)]


class Painted(Schema):
    """A condition for all images of a well that the project has images of; an empty one takes it away."""

    plate: Label = ""
    well: WellName
    condition: Condition = ""


class Placed(Schema):
    """The place of one image; `replicate` is the independent unit, its well where it has one and nothing else is said.

    A condition of null keeps the one that the image has.
    """

    image_id: UUID
    plate: Label = ""
    well: WellName = ""
    condition: Condition | None = ""
    replicate: Label = ""


class ConditionsChange(Schema):
    """One way to say which images belong where: a template of their names, a CSV table, painted wells, or image by image.

    Images beside a template or a table correct what it says of them. `withBefore` asks for the places of before, to send them back.
    """

    template: str | None = Field(default=None, max_length=TEMPLATE_MAX_LENGTH)
    csv: str | None = Field(default=None, max_length=CSV_MAX_LENGTH)
    wells: list[Painted] | None = Field(default=None, max_length=4000)
    images: list[Placed] | None = Field(default=None, max_length=MOST_IMAGES_NAMED)
    with_before: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = sum(value is not None for value in (self.template, self.csv, self.wells))
        if ways > 1 or not (ways or self.images is not None) or (self.wells is not None and self.images is not None):
            raise ValueError("Send one of template, csv, wells and images; images may correct a template or a csv.")
        return self


class ConditionsLook(ConditionsChange):
    """A change to look at: its rows from the `at`-th on, or with `unplaced` those that it says nothing about."""

    at: int = Field(default=0, ge=0, le=2**31 - 1)
    unplaced: bool = False


class NamedPlace(Schema):
    """Where an image of that name would belong; nowhere new where a change says nothing about it."""

    image_id: UUID
    name: str
    plate: str
    well: str
    condition: str | None
    replicate: str


class ConditionsPreview(Schema):
    """What a change would do: how many images it places, some of them, the first names that it says nothing about, and names in it
    that no image has."""

    images: int
    placed: int
    rows: list[NamedPlace]
    unplaced: list[str]
    unknown: list[str]
    unknown_count: int
    problems: list[str]
    problem_count: int
    layout: int


class WellView(Schema):
    """A well with its condition (several, where its images differ) and how many images it has."""

    well: str
    conditions: list[str]
    images: int


class PlateView(Schema):
    """A plate and the wells of it that have images."""

    plate: str
    layout: int
    wells: list[WellView]


class ConditionView(Schema):
    """A condition and how many images and replicates it has."""

    condition: str
    images: int
    replicates: int


class Guess(Schema):
    """A template that fits, what writes such names, and how many of the names looked at it fits."""

    origin: str
    template: str
    fits: int


class ConditionsView(Schema):
    """The experiment: plates, conditions, images without, and templates that fit the names of the first images."""

    images: int
    without_condition: int
    without_well: int
    plates: list[PlateView]
    conditions: list[ConditionView]
    guesses: list[Guess]


class ConditionsChanged(Schema):
    """How many images a change has touched, and where they were before; that is left out where nobody asked, or they are too many."""

    changed: int
    before: list[Placed] | None = None
