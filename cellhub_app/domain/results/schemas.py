"""What is asked of the objects of a project, and what doors show of them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cellhub_app.core.limits import PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX
from cellhub_app.domain.schema import Schema

Unit = Literal["px", "um"]
By = Literal["none", "condition", "tag", "class", "image"]
Time = Literal["plane", "name"]
Per = Literal["object", "image"]
Name = Annotated[str, Field(max_length=80)]
Words = Annotated[str, Field(max_length=200)]
Ranges = Annotated[list[Name], Field(max_length=12)]


class Asked(Schema):
    """Which objects: each list is one of them, and all that are given must hold.

    A range is `name:low..high` with the name of a measure, `score` or `doubt`; an end may be left out, both belong to it. A range of a
    measure of images keeps the objects of the images that lie in it.
    """

    image_id: list[UUID] = Field(default_factory=list, max_length=200)
    tag: list[Words] = Field(default_factory=list, max_length=50)
    condition: list[Words] = Field(default_factory=list, max_length=100, description="a condition; empty: images without one")
    class_id: list[Annotated[int, Field(ge=0, lt=2**15)]] = Field(default_factory=list, max_length=100)
    where: Ranges = Field(default_factory=list, description="`area_px2:100..500`, `circularity:0.8..`")
    border: Literal["inside", "touching"] | None = Field(default=None, description="objects that touch the image's rim, or that do not")
    unit: Unit | None = Field(default=None, description="micrometres by default where every image in view has a pixel size")
    per: Per = Field(default="object", description="what one point of a figure is: an object, or an image with measures of its own")


class RowsAsked(Asked):
    """Which rows of the table of objects."""

    sort: Name = Field(default="image", description="a measure, `score`, `doubt` or `image`; with `-` before it the largest first")
    limit: int = Field(default=PAGE_SIZE_DEFAULT, ge=1, le=PAGE_SIZE_MAX)
    cursor: str | None = Field(default=None, max_length=1000, description="`nextCursor` or `prevCursor` of another page")
    at: int = Field(default=0, ge=0, le=2**31 - 1, description="without a cursor: the rank of the first row")


class HistogramAsked(Asked):
    """Which histogram; `select` are ranges that are counted apart."""

    measure: Name
    bins: int = Field(default=0, ge=0, le=200, description="0: as many as the data ask for")
    by: By = "none"
    select: Ranges = Field(default_factory=list)


class ScatterAsked(Asked):
    """Which two measures."""

    x: Name
    y: Name
    by: By = "none"
    points: int = Field(default=2000, ge=1, le=5000, description="objects in the sample at most")


class GroupsAsked(Asked):
    """Which measure, grouped by what."""

    measure: Name
    by: By = "condition"


class CourseAsked(GroupsAsked):
    """The same over time: the planes of stacks, or the number in the images' names."""

    time: Time | None = None


class ComparisonAsked(GroupsAsked):
    """Which groups are compared, how, and what counts once: a replicate by its mean, or each object."""

    test: Literal["welch", "mannWhitney", "anova", "welchAnova", "kruskal"] | None = Field(
        default=None, description="by the number of groups"
    )
    each: Literal["replicate", "object"] = "replicate"


class MeasureView(Schema):
    """A value that objects have; `name` says its unit where it has one."""

    key: str
    name: str
    title: str
    unit: str


class Share(Schema):
    """How many objects have something in common."""

    name: str
    count: int
    images: int


class Overview(Schema):
    """The objects that were asked for, and what can be asked of them. `unitNote` says why measures are in pixels."""

    objects: int
    of: int = Field(description="objects of the project, whatever was asked for")
    images: int
    unit: Unit
    unit_note: str
    measures: list[MeasureView]
    image_measures: list[MeasureView] = Field(description="what figures of images (`per=image`) can be asked for")
    planes: int = Field(description="segmented planes of the images in view: the points of figures of images")
    classes: list[Share]
    tags: list[Share]
    conditions: list[Share]
    times: list[Time]
    border: int
    is_complete: bool = Field(description="false while intensities of some objects are still being read")


class ResultRow(Schema):
    """One object of a project, its values in the unit of the page."""

    id: UUID
    image_id: UUID
    image: str
    frame: int
    condition: str
    class_id: int
    score: float | None
    doubt: float | None
    on_border: bool
    values: dict[str, float | None]


class ResultPage(Schema):
    """One page of the table; `total` are all rows that were asked for."""

    data: list[ResultRow]
    total: int
    unit: Unit
    next_cursor: str | None = None
    prev_cursor: str | None = None
    has_more: bool = False


class ImageShare(Schema):
    """An image and how many of its objects were asked for."""

    image_id: UUID
    name: str
    outlines_revision: int = Field(description="the revision whose outlines `overlay` has; 0 where there is no such picture yet")
    objects: int
    of: int


class ImagesOfObjects(Schema):
    """The images that hold the objects, those with most of them first; at most a few hundred of `total`."""

    data: list[ImageShare]
    total: int
    objects: int


class Series(Schema):
    """How many objects of a group are in each bin."""

    name: str
    counts: list[int]


class Spread(Schema):
    """The usual figures of some values; null where there are too few."""

    n: int
    missing: int
    mean: float | None
    sd: float | None
    median: float | None
    q1: float | None
    q3: float | None
    low: float | None
    high: float | None


class Histogram(Schema):
    """Counts between `edges`; `selected` are those within `select` as well."""

    measure: MeasureView
    edges: list[float]
    series: list[Series]
    selected: list[int] | None
    selected_count: int
    spread: Spread
    per: Per = "object"
    note: str = ""


class Points(Schema):
    """Objects as points, parallel lists; `group` and `image` are places in the lists of names."""

    x: list[float]
    y: list[float]
    id: list[UUID]
    image: list[int]
    group: list[int]


class Density(Schema):
    """How many objects are in each cell of a grid, row after row from the lowest y."""

    x_edges: list[float]
    y_edges: list[float]
    counts: list[int]


class Scatter(Schema):
    """Two measures against each other: all points, or a sample of them with the density of all."""

    x: MeasureView
    y: MeasureView
    n: int
    points: Points
    density: Density | None
    groups: list[str]
    image_ids: list[UUID]
    pearson: float | None
    per: Per = "object"
    note: str = ""


class Violin(Schema):
    """The density of the values, largest 1, at equal steps from `low` to `high`."""

    low: float
    high: float
    density: list[float]


class Replicate(Schema):
    """One independent unit of a group: a well, a dish, an animal, or an image where nobody said more."""

    name: str
    n: int
    mean: float
    median: float


class Cell(Schema):
    """An object of the sample: its value and the place of its replicate."""

    value: float
    replicate: int


class Group(Schema):
    """What belongs together; whiskers end at the last value within 1.5 times the quartiles' distance."""

    name: str
    spread: Spread
    whiskers: tuple[float, float] | None
    violin: Violin | None
    replicates: list[Replicate]
    cells: list[Cell]


class Groups(Schema):
    """A measure in each group."""

    measure: MeasureView
    by: By
    groups: list[Group]
    unit_of_replicate: str
    per: Per = "object"
    note: str = ""


class Moment(Schema):
    """A group at one time: the mean of its replicates' means, and their standard deviation."""

    time: float
    n: int
    replicates: int
    mean: float
    sd: float | None
    median: float


class Course(Schema):
    """A group over time."""

    name: str
    moments: list[Moment]


class Courses(Schema):
    """A measure of each group over time."""

    measure: MeasureView
    by: By
    time: Time
    groups: list[Course]
    per: Per = "object"
    note: str = ""


class EffectView(Schema):
    """How large a difference is, with its 95 % confidence interval."""

    name: str
    value: float
    low: float | None
    high: float | None


class PairView(Schema):
    """Two groups of several compared; `p` is adjusted for the number of pairs."""

    first: str
    second: str
    difference: float
    low: float | None
    high: float | None
    p: float
    effect: EffectView | None


class OutcomeView(Schema):
    """What a test says; `difference` is that of two groups alone."""

    p: float
    effect: EffectView | None
    difference: float | None
    low: float | None
    high: float | None
    pairs: list[PairView]


class TestChoice(Schema):
    """A test that fits the number of groups."""

    __test__ = False  # it is no test of ours, whatever pytest makes of its name

    name: str
    title: str


class ComparisonView(Schema):
    """Groups compared; `outcome` is null where the values allow no test, and `warnings` say why."""

    measure: MeasureView
    test: str
    title: str
    each: str
    sentence: str
    warnings: list[str]
    tests: list[TestChoice]
    outcome: OutcomeView | None


class Sweep(Schema):
    """A change of all objects that were asked for: they are deleted, or get a class. `expected` is the count that the person saw."""

    what: Literal["delete", "classify"]
    class_id: int | None = Field(default=None, ge=0, lt=2**15)
    expected: int | None = Field(default=None, ge=0)
    objects: Asked = Field(default_factory=Asked)


class Swept(Schema):
    """What a change did: one revision in each image. `changeId` takes it back."""

    change_id: UUID
    images: int
    objects: int


class TagChange(Schema):
    """A tag for the images that hold the objects that were asked for, or for named images; with `remove` it is taken off."""

    tag: str = Field(max_length=200)
    objects: Asked = Field(default_factory=Asked)
    image_ids: list[UUID] | None = Field(default=None, max_length=10_000)
    remove: bool = False


class Tagged(Schema):
    """Which images have the tag, or have it not any more, by this change; the same names take it back."""

    tag: str
    changed: int
    image_ids: list[UUID]
