"""What the server answers about conditions, typed."""

from cellhub_app.sdk.types import Answer


class Well(Answer):
    """A well that has images; several conditions where they differ."""

    well: str
    conditions: list[str]
    images: int


class Plate(Answer):
    """A plate, of `layout` wells."""

    plate: str
    layout: int
    wells: list[Well]


class Condition(Answer):
    """A condition and how many images and replicates it has."""

    condition: str
    images: int
    replicates: int


class Conditions(Answer):
    """The experiment of a project."""

    images: int
    without_condition: int
    without_well: int
    plates: list[Plate]
    conditions: list[Condition]


class Place(Answer):
    """Where an image of that name would belong; without a condition it keeps the one it has."""

    name: str
    plate: str
    well: str
    condition: str | None
    replicate: str


class ConditionsPreview(Answer):
    """How many images a change places, the first of them, and what it could not make sense of."""

    images: int
    placed: int
    rows: list[Place]
    unplaced: list[str]
    unknown: list[str]
    problems: list[str]
    layout: int
