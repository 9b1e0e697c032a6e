"""The formats there are. A new one is a file in formats/ and a line here."""

from collections.abc import Iterable
from dataclasses import dataclass

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.exports.bundle import Open
from cellhub_app.domain.exports.formats import coco, csv_, excel, json_, yolo


class FormatUnknown(Invalid):
    """A format was asked for that is not in the table."""

    code, title = "formatUnknown", "There is no such export format"


@dataclass(frozen=True)
class Format:
    """What people see of a format, how to write it, and what README.txt says about its files."""

    title: str
    open: Open
    contents: dict[str, str]


FORMATS: dict[str, Format] = {
    "coco": Format("COCO", coco.CocoWriter, coco.README),
    "yolo": Format("YOLO", yolo.YoloWriter, yolo.README),
    "excel": Format("Excel", excel.ExcelWriter, excel.README),
    "csv": Format("CSV", csv_.CsvWriter, csv_.README),
    "json": Format("JSON", json_.JsonWriter, json_.README),
}


def checked(names: Iterable[str]) -> list[str]:
    """The names without repeats, in the table's order. Raises FormatUnknown, or Invalid for none."""
    wanted = set(names)
    available = ", ".join(FORMATS)
    if unknown := sorted(wanted.difference(FORMATS)):
        raise FormatUnknown(f"There is no export format {unknown[0][:40]!r}. Available: {available}.")
    if not wanted:
        raise Invalid(f"Choose at least one format of: {available}.")
    return [name for name in FORMATS if name in wanted]
