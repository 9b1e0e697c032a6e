"""Two CSV tables, UTF-8, comma separated: every object with its measures, and every image."""

import csv
from collections.abc import Sequence

from cellhub_app.core.spreadsheet import defused
from cellhub_app.domain.exports.archive import Archive
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry
from cellhub_app.domain.exports.tables import IMAGE_HEAD, OBJECT_HEAD, Cell, columns, image_row, object_row

README = {
    "csv/objects.csv": "One row an object with all its measures; the unit is in the column's name.",
    "csv/images.csv": "One row an image, also those that could not be read or were not segmented.",
}


class CsvWriter:
    """Rows are written as they come."""

    def __init__(self, bundle: Bundle, archive: Archive) -> None:
        self._project = bundle.project
        self._columns = columns(bundle)
        self._objects = csv.writer(archive.grow("csv/objects.csv"), lineterminator="\n")
        self._images = csv.writer(archive.grow("csv/images.csv"), lineterminator="\n")
        self._objects.writerow([*OBJECT_HEAD, *(column.header for column in self._columns)])
        self._images.writerow(IMAGE_HEAD)

    def add(self, image: ImageEntry) -> None:
        """The rows of an image and of its objects."""
        count = 0
        for entry in image.objects:
            count += 1
            self._objects.writerow(_safe(object_row(self._project, image, entry, self._columns)))
        self._images.writerow(_safe(image_row(image, count)))

    def finish(self) -> None:
        """Nothing is left to say."""


def _safe(cells: Sequence[Cell]) -> list[Cell]:
    return [defused(cell) if isinstance(cell, str) else cell for cell in cells]
