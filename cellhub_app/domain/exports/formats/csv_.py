"""Two CSV tables, UTF-8, comma separated: every object with its measures, and every image."""

import csv
import io
from collections.abc import Sequence

from cellhub_app.core.metrics.decimals import rows
from cellhub_app.core.spreadsheet import defused
from cellhub_app.domain.exports.archive import Archive
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, batches
from cellhub_app.domain.exports.image_measures import ImageMeasures
from cellhub_app.domain.exports.tables import IMAGE_HEAD, OBJECT_HEAD, RATED, Cell, columns, image_row, numbers

README = {
    "csv/objects.csv": "One row an object with all its measures; the unit is in the column's name.",
    "csv/images.csv": "One row an image, also those that could not be read or were not segmented.",
}


class CsvWriter:
    """Rows are written as they come."""

    def __init__(self, bundle: Bundle, archive: Archive) -> None:
        self._project = bundle.project
        self._columns = columns(bundle)
        self._labels = [","] * (len(RATED) + len(self._columns))
        self._objects = archive.grow("csv/objects.csv")
        self._images = csv.writer(archive.grow("csv/images.csv"), lineterminator="\n")
        self._objects.write(_line([*OBJECT_HEAD, *(column.header for column in self._columns)]) + "\n")
        self._measures = ImageMeasures(bundle, self._columns)
        self._images.writerow([*IMAGE_HEAD, *(column.header for column in self._measures.columns)])

    def add(self, image: ImageEntry) -> None:
        """The rows of an image and of its objects."""
        count, tally = 0, self._measures.of_image(image)
        head = _line(_safe([image.name, str(image.id), image.frame]))
        for entries in batches(image.objects):
            count += len(entries)
            kinds = {class_id: _line(_safe([self._project.class_name(class_id)])) for class_id in {entry.class_id for entry in entries}}
            values = numbers(entries, self._columns, image.pixel_size_um)
            tally.add(entries, values)
            written = rows(values, self._labels)
            self._objects.writelines(
                f"{head},{entry.number},{entry.id},{kinds[entry.class_id]}{cells}\n" for entry, cells in zip(entries, written, strict=True)
            )
        self._images.writerow([*_safe(image_row(image, count)), *tally.cells()])

    def finish(self) -> None:
        """Nothing is left to say."""


def _safe(cells: Sequence[Cell]) -> list[Cell]:
    return [defused(cell) if isinstance(cell, str) else cell for cell in cells]


def _line(cells: Sequence[Cell]) -> str:
    """The cells as a line of CSV, without its end."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()
