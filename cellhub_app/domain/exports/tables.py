"""The rows and columns that spreadsheets get. Pixels and micrometres never share a column; an unknown value is an empty cell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, Measure, ObjectEntry, ProjectEntry

Cell = str | int | float | None

OBJECT_HEAD = {
    "image": "name of the image file",
    "image_id": "identifier of the image",
    "frame": "z slice or frame of the image, from 0",
    "object": "number of the object in its image, from 1",
    "object_id": "identifier of the object; stays the same through edits and restores",
    "class": "class of the object",
    "score": "how sure the network is that this is an object, 0 to 1",
    "doubt": "how much a person should look at it, 0 to 1",
}
IMAGE_HEAD = {
    "image": "name of the image file",
    "image_id": "identifier of the image",
    "frame": "z slice or frame of the image, from 0",
    "width_px": "width in pixels",
    "height_px": "height in pixels",
    "channels": "number of channels",
    "bit_depth": "bits of one channel of one pixel",
    "pixel_size_um": "side of a pixel in micrometres; empty when unknown",
    "pixel_size_origin": "where the pixel size comes from",
    "status": "whether the file could be read",
    "error": "why it could not be read",
    "segmentation": "where its segmentation stands",
    "model": "network or method that found the objects",
    "weights_sha256": "hash of the network's weights",
    "revision": "number of the newest change of its objects",
    "objects": "number of objects; empty when not segmented",
    "tags": "tags, separated by semicolons",
    "sha256": "hash of the uploaded file",
}


@dataclass(frozen=True)
class Column:
    """One measure in one unit: the value at `index`, times the pixel size to the power of `power` when in micrometres."""

    header: str
    title: str
    unit: str
    definition: str
    index: int
    is_um: bool
    power: int

    def value(self, entry: ObjectEntry, pixel_size_um: float | None) -> float | None:
        """The cell of an object; None where it was not measured or its pixel size is unknown."""
        value = entry.measures[self.index] if self.index < len(entry.measures) else None
        if value is None or not self.is_um:
            return rounded(value)
        return rounded(value * pixel_size_um**self.power) if pixel_size_um else None


def columns(bundle: Bundle) -> tuple[Column, ...]:
    """Every measure in the units that are wanted; lengths, areas and volumes in both have their micrometres after the pixels."""
    return tuple(column for index, measure in enumerate(bundle.measures) for column in _of(measure, index, bundle))


def _of(measure: Measure, index: int, bundle: Bundle) -> Iterator[Column]:
    if bundle.has_px_columns or not measure.um_key:
        yield Column(measure.key, measure.title, measure.unit, measure.definition, index, is_um=False, power=measure.power)
    if measure.um_key and bundle.has_um_columns:
        yield Column(measure.um_key, measure.title, measure.um_unit or "", measure.definition, index, is_um=True, power=measure.power)


def object_row(project: ProjectEntry, image: ImageEntry, entry: ObjectEntry, measured: Sequence[Column]) -> list[Cell]:
    """One object: the cells of OBJECT_HEAD, then one for each column."""
    head: list[Cell] = [image.name, str(image.id), image.frame, entry.number, str(entry.id), project.class_name(entry.class_id)]
    return [*head, rounded(entry.score), rounded(entry.doubt), *(column.value(entry, image.pixel_size_um) for column in measured)]


def image_row(image: ImageEntry, objects: int) -> list[Cell]:
    """One image: the cells of IMAGE_HEAD."""
    made_by, latest = image.model_revision, image.revision
    return [
        image.name, str(image.id), image.frame, image.width, image.height, image.channels, image.bit_depth,
        image.pixel_size_um, image.pixel_size_origin, image.status, image.error, image.segmentation_status or "not segmented",
        made_by.model if made_by else None, made_by.weights_sha256 if made_by else None, latest.number if latest else None,
        objects if image.is_segmented else None, "; ".join(image.tags), image.sha256,
    ]  # fmt: skip


def rounded(value: float | None) -> float | None:
    """The float with the seven digits that a stored float32 has."""
    return None if value is None else float(f"{value:.7g}")


@dataclass
class Running:
    """Count, mean, spread and range of a column, one value after the other (Welford 1962)."""

    count: int = 0
    mean: float = 0.0
    low: float | None = None
    high: float | None = None
    _squares: float = field(default=0.0, repr=False)

    def add(self, value: float) -> None:
        """Take one more value in."""
        self.count += 1
        step = value - self.mean
        self.mean += step / self.count
        self._squares += step * (value - self.mean)
        self.low = value if self.low is None else min(self.low, value)
        self.high = value if self.high is None else max(self.high, value)

    @property
    def std(self) -> float | None:
        """The sample's standard deviation (n - 1); None below two values."""
        return float((self._squares / (self.count - 1)) ** 0.5) if self.count > 1 else None
