"""An Excel workbook: objects, images, a summary and what every column means. Written row by row in constant memory."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Any

import xlsxwriter

from cellhub_app.domain.exports.archive import TIMESTAMP, Archive
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry
from cellhub_app.domain.exports.tables import IMAGE_HEAD, OBJECT_HEAD, Cell, Running, columns, image_row, object_row

README = {"excel/measurements.xlsx": "Sheets Objects, Images, Summary and Definitions; the unit is in the column's name."}

ROWS_PER_SHEET = 1_048_576
TEXT_MAX_LENGTH = 32_767
SUMMARY_HEAD = ("measure", "unit", "objects", "mean", "std", "min", "max")
DEFINITIONS_HEAD = ("sheet", "column", "title", "unit", "definition")


class Sheet:
    """A worksheet with a bold first row, filled from top to bottom; what does not fit goes on in `<name> 2`."""

    def __init__(self, book: Any, name: str, head: Sequence[str], bold: Any, limit: int = ROWS_PER_SHEET) -> None:
        self._book, self._name, self._head, self._bold, self._limit = book, name, head, bold, limit
        self._pages = 0
        self._open()

    def _open(self) -> None:
        self._pages += 1
        self._page = self._book.add_worksheet(self._name if self._pages == 1 else f"{self._name} {self._pages}")
        self._page.freeze_panes(1, 0)
        self._page.set_column(0, len(self._head) - 1, 14)
        self._page.write_row(0, 0, self._head, self._bold)
        self._row = 1

    def add(self, cells: Sequence[Cell]) -> None:
        """Write the next row; text stays text, also when it looks like a formula or a link."""
        if self._row >= self._limit:
            self._open()
        for place, cell in enumerate(cells):
            if isinstance(cell, str):
                self._page.write_string(self._row, place, cell[:TEXT_MAX_LENGTH])
            elif cell is not None:
                self._page.write_number(self._row, place, cell)
        self._row += 1


class ExcelWriter:
    """The workbook grows in a temporary folder; the ZIP gets it when it is whole."""

    def __init__(self, bundle: Bundle, archive: Archive) -> None:
        self._bundle, self._archive = bundle, archive
        self._path = archive.scratch_path("measurements.xlsx")
        self._book = xlsxwriter.Workbook(self._path, {"constant_memory": True, "tmpdir": str(self._path.parent)})
        self._book.use_zip64()
        archive.resources.callback(self._close_rows)
        self._book.set_properties({"title": bundle.project.name, "created": datetime(*TIMESTAMP)})  # noqa: DTZ001 - Excel has no zones
        self._columns = columns(bundle)
        self._running = [Running() for _ in self._columns]
        self._counts = dict.fromkeys(("images", "segmented images", "objects"), 0)
        bold = self._book.add_format({"bold": True})
        self._objects = Sheet(self._book, "Objects", [*OBJECT_HEAD, *(column.header for column in self._columns)], bold)
        self._images = Sheet(self._book, "Images", list(IMAGE_HEAD), bold)
        self._summary = Sheet(self._book, "Summary", SUMMARY_HEAD, bold)
        self._definitions = Sheet(self._book, "Definitions", DEFINITIONS_HEAD, bold)

    def add(self, image: ImageEntry) -> None:
        """The rows of an image and of its objects."""
        count = 0
        for entry in image.objects:
            count += 1
            row = object_row(self._bundle.project, image, entry, self._columns)
            self._objects.add(row)
            for running, cell in zip(self._running, row[len(OBJECT_HEAD) :], strict=True):
                if isinstance(cell, int | float):
                    running.add(cell)
        self._images.add(image_row(image, count))
        self._counts["images"] += 1
        self._counts["segmented images"] += image.is_segmented
        self._counts["objects"] += count

    def finish(self) -> None:
        """The summary and the definitions, then the file itself."""
        for name, count in self._counts.items():
            self._summary.add([name, "", count])
        for column, running in zip(self._columns, self._running, strict=True):
            if running.count:
                self._summary.add([column.header, column.unit, running.count, running.mean, running.std, running.low, running.high])
        for row in self._definition_rows():
            self._definitions.add(row)
        self._book.close()
        self._archive.add_file("excel/measurements.xlsx", self._path)

    def _close_rows(self) -> None:
        """Close the row files of a workbook that was given up; a finished one has closed them."""
        for page in self._book.worksheets():
            page.row_data_fh.close()

    def _definition_rows(self) -> chain[list[Cell]]:
        heads = (("Objects", OBJECT_HEAD), ("Images", IMAGE_HEAD))
        plain: list[list[Cell]] = [[sheet, name, "", "", text] for sheet, head in heads for name, text in head.items()]
        measured: list[list[Cell]] = [["Objects", column.header, column.title, column.unit, column.definition] for column in self._columns]
        return chain(plain, measured)
