"""The rows and columns that spreadsheets get. Pixels and micrometres never share a column; an unknown value is an empty cell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cellhub_app.core.geometry.compiled import compiled
from cellhub_app.core.metrics.decimals import seven_digits
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, Measure, ObjectEntry

Cell = str | int | float | None
Values = npt.NDArray[np.float64]

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
    "condition": "what the image was made to show",
    "replicate": "the independent unit that it belongs to; the image itself when empty",
    "plate": "plate",
    "well": "well of the plate, A01 is the first",
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


def columns(bundle: Bundle) -> tuple[Column, ...]:
    """Every measure in the units that are wanted; lengths, areas and volumes in both have their micrometres after the pixels."""
    return tuple(column for index, measure in enumerate(bundle.measures) for column in _of(measure, index, bundle))


def _of(measure: Measure, index: int, bundle: Bundle) -> Iterator[Column]:
    if bundle.has_px_columns or not measure.um_key:
        yield Column(measure.key, measure.title, measure.unit, measure.definition, index, is_um=False, power=measure.power)
    if measure.um_key and bundle.has_um_columns:
        yield Column(measure.um_key, measure.title, measure.um_unit or "", measure.definition, index, is_um=True, power=measure.power)


RATED = ("score", "doubt")  # the columns of a table that a network gave


def numbers(entries: Sequence[ObjectEntry], measured: Sequence[Column], pixel_size_um: float | None) -> Values:
    """Score, doubt and the measured columns of some objects, float64 (n, 2 + m) with the seven digits that a stored float32 has.

    NaN where something was not measured or the pixel size is unknown.
    """
    width = max((column.index for column in measured), default=-1) + 1
    blank = (None,) * width
    stored = np.array([(*entry.measures, *blank)[:width] for entry in entries], np.float64).reshape(len(entries), width)
    size = pixel_size_um or np.nan
    factors = np.array([size**column.power if column.is_um else 1.0 for column in measured], np.float64)
    rated = np.array([(entry.score, entry.doubt) for entry in entries], np.float64).reshape(len(entries), len(RATED))
    values = np.concatenate([rated, stored[:, [column.index for column in measured]] * factors], axis=1)
    return seven_digits(values)


def image_row(image: ImageEntry, objects: int) -> list[Cell]:
    """One image: the cells of IMAGE_HEAD."""
    made_by, latest, experiment = image.model_revision, image.revision, image.experiment
    return [
        image.name, str(image.id), image.frame, image.width, image.height, image.channels, image.bit_depth,
        image.pixel_size_um, image.pixel_size_origin, image.status, image.error, image.segmentation_status or "not segmented",
        made_by.model if made_by else None, made_by.weights_sha256 if made_by else None, latest.number if latest else None,
        objects if image.is_segmented else None, "; ".join(image.tags), experiment.condition, experiment.replicate, experiment.plate,
        experiment.well, image.sha256,
    ]  # fmt: skip


def rounded(value: float | None) -> float | None:
    """The float with the seven digits that a stored float32 has."""
    return None if value is None else float(f"{value:.7g}")


class Running:
    """Count, mean, spread and range of each column, one row after the other (Welford 1962)."""

    def __init__(self, columns: int) -> None:
        self._state = np.zeros((columns, 5))

    def add(self, values: Values) -> None:
        """Take more rows (n, columns) in; NaN is no value."""
        _take_in(np.ascontiguousarray(values), self._state)

    def of(self, column: int) -> tuple[int, float, float | None, float, float]:
        """Count, mean, the sample's standard deviation (n - 1; None below two values), least and largest."""
        count, mean, squares, low, high = self._state[column].tolist()
        return int(count), mean, float((squares / (count - 1)) ** 0.5) if count > 1 else None, low, high


@compiled
def _take_in(values: Values, state: Values) -> None:
    """Each row of the state: count, mean, sum of squared distances from it, least and largest."""
    for column in range(values.shape[1]):
        count, mean, squares, low, high = state[column]
        for row in range(values.shape[0]):
            value = values[row, column]
            if np.isnan(value):
                continue
            count += 1
            step = value - mean
            mean += step / count
            squares += step * (value - mean)
            low = value if count == 1 else min(low, value)
            high = value if count == 1 else max(high, value)
        state[column] = np.array((count, mean, squares, low, high))
