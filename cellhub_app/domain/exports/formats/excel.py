"""An Excel workbook: objects, images, a summary and what every column means. Written row by row in constant memory."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from cellhub_app.core.metrics.decimals import ROW, rows
from cellhub_app.domain.exports.archive import TIMESTAMP, Archive
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, ObjectEntry, batches
from cellhub_app.domain.exports.image_measures import ImageMeasures
from cellhub_app.domain.exports.tables import IMAGE_HEAD, OBJECT_HEAD, RATED, Cell, Running, Values, columns, image_row, numbers
from cellhub_app.domain.exports.watched import Watched

README = {"excel/measurements.xlsx": "Sheets Objects, Images, Summary and Definitions; the unit is in the column's name."}

ROWS_PER_SHEET = 1_048_576
TEXT_MAX_LENGTH = 32_767
SUMMARY_HEAD = ("measure", "unit", "objects", "mean", "std", "min", "max")
_SPECIAL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_")
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

    def add_lines(self, heads: Sequence[str], values: Values) -> None:
        """Write many rows at once: `heads` are the cells of each that come first, with ROW for the row's number, then numbers (n, m).

        The text goes straight into the file that xlsxwriter keeps of a sheet's rows: cell by cell it takes six times as long.
        """
        start = 0
        while start < len(heads):
            if self._row >= self._limit:
                self._open()
            end = min(len(heads), start + self._limit - self._row)
            self._page._write_single_row(self._row)
            numbered = enumerate(zip(heads[start:end], self._numbers(values[start:end]), strict=True), self._row + 1)
            self._page.row_data_fh.writelines(
                f'<row r="{row}">{head.replace(ROW, str(row))}{cells}</row>' for row, (head, cells) in numbered
            )
            self._row += end - start
            self._page._check_dimensions(self._row - 1, len(self._head) - 1)
            start = end

    def _numbers(self, values: Values) -> list[str]:
        first = len(self._head) - values.shape[1]
        labels = [f'<c r="{xl_col_to_name(place)}{ROW}"><v>' for place in range(first, len(self._head))]
        return rows(values, labels, None, after="</v></c>", first=self._row + 1, is_float=False)


def text_cell(column: int, text: str) -> str:
    """A cell of a row for `add_lines`; text stays text, and what XML does not have is written as Excel writes it."""
    plain = _SPECIAL.sub(lambda found: f"_x{ord(found[0][0]):04X}_{found[0][1:]}", text[:TEXT_MAX_LENGTH])
    space = ' xml:space="preserve"' if plain != plain.strip() else ""
    return f'<c r="{xl_col_to_name(column)}{ROW}" t="inlineStr"><is><t{space}>{escape(plain)}</t></is></c>'


def _number_cell(column: int, number: int) -> str:
    return f'<c r="{xl_col_to_name(column)}{ROW}"><v>{number}</v></c>'


class ExcelWriter:
    """The workbook grows in a temporary folder; the ZIP gets it when it is whole."""

    def __init__(self, bundle: Bundle, archive: Archive) -> None:
        self._bundle, self._archive = bundle, archive
        self._path = archive.scratch_path("measurements.xlsx")
        self._file = archive.resources.enter_context(self._path.open("w+b"))
        self._book = xlsxwriter.Workbook(Watched(self._file, archive.check), {"constant_memory": True, "tmpdir": str(self._path.parent)})
        self._book.use_zip64()
        archive.resources.callback(self._close_rows)
        self._book.set_properties({"title": bundle.project.name, "created": datetime(*TIMESTAMP)})  # noqa: DTZ001 - Excel has no zones
        self._columns = columns(bundle)
        self._running = Running(len(self._columns))
        self._counts = dict.fromkeys(("images", "segmented images", "objects"), 0)
        bold = self._book.add_format({"bold": True})
        self._objects = Sheet(self._book, "Objects", [*OBJECT_HEAD, *(column.header for column in self._columns)], bold)
        self._measures = ImageMeasures(bundle, self._columns)
        self._images = Sheet(self._book, "Images", [*IMAGE_HEAD, *(column.header for column in self._measures.columns)], bold)
        self._summary = Sheet(self._book, "Summary", SUMMARY_HEAD, bold)
        self._definitions = Sheet(self._book, "Definitions", DEFINITIONS_HEAD, bold)

    def add(self, image: ImageEntry) -> None:
        """The rows of an image and of its objects."""
        count, tally = 0, self._measures.of_image(image)
        for entries in batches(image.objects):
            count += len(entries)
            values = numbers(entries, self._columns, image.pixel_size_um)
            self._objects.add_lines(list(self._heads(image, entries)), values)
            self._running.add(values[:, len(RATED) :])
            tally.add(entries, values)
        self._images.add([*image_row(image, count), *tally.cells()])
        self._counts["images"] += 1
        self._counts["segmented images"] += image.is_segmented
        self._counts["objects"] += count

    def _heads(self, image: ImageEntry, entries: Sequence[ObjectEntry]) -> Iterator[str]:
        """The first cells of each row: all of OBJECT_HEAD but what was RATED."""
        described = text_cell(0, image.name) + text_cell(1, str(image.id)) + _number_cell(2, image.frame)
        class_ids = {entry.class_id for entry in entries}
        kinds = {class_id: text_cell(5, self._bundle.project.class_name(class_id)) for class_id in class_ids}
        for entry in entries:
            yield f"{described}{_number_cell(3, entry.number)}{text_cell(4, str(entry.id))}{kinds[entry.class_id]}"

    def finish(self) -> None:
        """The summary and the definitions, then the file itself."""
        for name, count in self._counts.items():
            self._summary.add([name, "", count])
        for place, column in enumerate(self._columns):
            count, *figures = self._running.of(place)
            if count:
                self._summary.add([column.header, column.unit, count, *figures])
        for row in self._definition_rows():
            self._definitions.add(row)
        self._put_together()
        self._archive.add_file("excel/measurements.xlsx", self._path)

    def _put_together(self) -> None:
        """Make the file of its sheets: minutes for millions of rows, so it is asked all the while whether that is wanted."""
        for page in self._book.worksheets():
            page.row_data_fh = Watched(page.row_data_fh, self._archive.check)
        self._book.close()
        self._file.flush()

    def _close_rows(self) -> None:
        """Close the files of a workbook that was given up; a finished one has closed them."""
        for page in self._book.worksheets():
            page.row_data_fh.close()
            page.fh.close()  # the same file, or the one that a stopped workbook was put together in

    def _definition_rows(self) -> chain[list[Cell]]:
        heads = (("Objects", OBJECT_HEAD), ("Images", IMAGE_HEAD))
        plain: list[list[Cell]] = [[sheet, name, "", "", text] for sheet, head in heads for name, text in head.items()]
        sheets = (("Objects", self._columns), ("Images", self._measures.columns))
        measured: list[list[Cell]] = [[name, one.header, one.title, one.unit, one.definition] for name, listed in sheets for one in listed]
        return chain(plain, measured)
