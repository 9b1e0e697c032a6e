"""split.csv: which image belongs to which group, also for formats that know no groups."""

import csv

from cellhub_app.core.spreadsheet import defused
from cellhub_app.domain.exports.archive import Archive
from cellhub_app.domain.exports.bundle import ImageEntry


class SplitWriter:
    """A row an image and frame."""

    def __init__(self, archive: Archive) -> None:
        self._out = csv.writer(archive.grow("split.csv"), lineterminator="\n")
        self._out.writerow(["image", "stem", "split"])

    def add(self, image: ImageEntry) -> None:
        """The row of an image."""
        self._out.writerow([defused(image.name), defused(image.stem), image.group])

    def finish(self) -> None:
        """Nothing is left to say."""
