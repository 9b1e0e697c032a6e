"""What tables say of a whole image: how dense its objects are, what is typical of them, and how far a spheroid has come apart."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cellhub_app.core.metrics.decimals import seven_digits
from cellhub_app.core.metrics.invasion import INVASION_METRICS, invasion
from cellhub_app.core.metrics.population import IMAGE_METRICS, PX2, UM2, typical
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, ObjectEntry
from cellhub_app.domain.exports.tables import RATED, Cell, Column, Values

PLACE = ("area_px2", "centroid_x_px", "centroid_y_px")  # what the measures of a spheroid are made from
_FORMULAS = {metric.key: f"{metric.symbol} = {metric.formula} ({metric.reference})" for metric in (*IMAGE_METRICS, *INVASION_METRICS)}
_TITLES = {metric.key: metric.title for metric in IMAGE_METRICS}


@dataclass(frozen=True)
class ImageColumn:
    """One measure of images in one unit."""

    header: str
    title: str
    unit: str
    definition: str


class ImageMeasures:
    """The columns of an export's table of images that come after IMAGE_HEAD, and the cells of each image."""

    def __init__(self, bundle: Bundle, measured: Sequence[Column]) -> None:
        self._in_px, self._in_um = bundle.has_px_columns, bundle.has_um_columns
        keys = [measure.key for measure in bundle.measures]
        self._places = [keys.index(key) for key in PLACE] if set(PLACE) <= set(keys) else []
        self._typical = [place for place, column in enumerate(measured) if bundle.measures[column.index].is_typical]
        self.columns = (*self._covering(), *self._of_objects([measured[place] for place in self._typical]), *self._of_spheroids())

    def of_image(self, image: ImageEntry) -> "Tally":
        """What takes in the objects of one image."""
        return Tally(self._typical, self._places, lambda values, pieces: self._cells(image, values, pieces))

    def _covering(self) -> Iterator[ImageColumn]:
        if self._in_px:
            yield ImageColumn("density_mpx", _TITLES["density"], "per megapixel", _FORMULAS["density"])
        if self._in_um:
            yield ImageColumn("density_mm2", _TITLES["density"], "per mm²", _FORMULAS["density"])
        if self._places:
            yield ImageColumn("confluence", _TITLES["confluence"], "", _FORMULAS["confluence"])

    def _of_objects(self, measured: Sequence[Column]) -> Iterator[ImageColumn]:
        for column in measured:
            for kind in ("mean", "median"):
                title = f"{kind.capitalize()} {column.title[:1].lower()}{column.title[1:]}"
                yield ImageColumn(
                    f"{kind}_{column.header}", title, column.unit, f"{kind} over the objects of the image: {column.definition}"
                )

    def _of_spheroids(self) -> Iterator[ImageColumn]:
        for metric in INVASION_METRICS if self._places else ():
            if self._in_px or not metric.power:
                yield ImageColumn(metric.px_name, metric.title, metric.px_symbol, _FORMULAS[metric.key])
            if self._in_um and metric.power:
                yield ImageColumn(metric.um_name, metric.title, metric.um_symbol, _FORMULAS[metric.key])

    def _cells(self, image: ImageEntry, values: Values, pieces: Values) -> list[Cell]:
        if not image.is_segmented or not image.width or not image.height:
            return [None] * len(self.columns)
        size, area = image.pixel_size_um or np.nan, float(image.width) * image.height
        found = [
            *self._cover(len(values), pieces, area, size),
            *np.stack(typical(values), axis=1).ravel().tolist(),
            *self._apart(pieces, size),
        ]
        return [None if np.isnan(value) else value for value in seven_digits(np.array(found, np.float64)).tolist()]

    def _cover(self, count: int, pieces: Values, area: float, size: float) -> Iterator[float]:
        if self._in_px:
            yield count / area * PX2
        if self._in_um:
            yield count / area / size**2 * UM2
        if self._places:
            yield min(1.0, float(np.nansum(pieces[:, 0])) / area)

    def _apart(self, pieces: Values, size: float) -> Iterator[float]:
        whole = pieces[np.isfinite(pieces).all(axis=1)] if self._places else pieces
        found = invasion(*whole.T) if self._places else None
        for metric in INVASION_METRICS if self._places else ():
            value = np.nan if found is None else float(getattr(found, metric.key))
            if self._in_px or not metric.power:
                yield value
            if self._in_um and metric.power:
                yield value * size**metric.power


Cells = Callable[[Values, Values], list[Cell]]


class Tally:
    """The objects of one image as they come: 4 bytes for each number, so that ten thousand of them are a megabyte or two."""

    def __init__(self, typical_places: Sequence[int], pieces: Sequence[int], cells: Cells) -> None:
        self._typical = [len(RATED) + place for place in typical_places]
        self._pieces, self._finish = list(pieces), cells
        self._values: list[npt.NDArray[np.float32]] = []
        self._raw: list[Values] = []

    def add(self, entries: Sequence[ObjectEntry], values: Values) -> None:
        """Take some objects in, with what `tables.numbers` said of them."""
        self._values.append(values[:, self._typical].astype(np.float32))
        self._raw.append(np.array([[entry.measures[place] for place in self._pieces] for entry in entries], np.float64))

    def cells(self) -> list[Cell]:
        """The cells of the image; empty ones where it was not segmented or its pixel size is unknown."""
        values = np.concatenate([np.empty((0, len(self._typical)), np.float32), *self._values])
        return self._finish(values.astype(np.float64), np.concatenate([np.empty((0, len(self._pieces))), *self._raw]))
