"""Conditions as a CSV table: file, plate, well, condition, replicate."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cellhub_app.core.errors import Invalid
from cellhub_app.core.spreadsheet import defused, plain
from cellhub_app.domain.conditions.patterns import Place
from cellhub_app.domain.conditions.wells import label_of, well_named
from cellhub_app.models.condition import well_name

HEAD = ("file", "plate", "well", "condition", "replicate")
SYNONYMS = {"filename": "file", "file name": "file", "image": "file", "name": "file", "treatment": "condition", "group": "condition"}
LIMITS = {"plate": 80, "condition": 120, "replicate": 80}
MOST_ROWS = 100_000
PROBLEMS_TOLD = 20


@dataclass(frozen=True)
class Table:
    """What a CSV file says of images by name, and what was wrong with it, one sentence each."""

    places: dict[str, Place]
    problems: tuple[str, ...]


def read(text: str) -> Table:
    """Read a table with a header; commas, semicolons or tabs separate. Raises Invalid when it is no such table."""
    lines = text.lstrip("\ufeff").splitlines()
    if not lines:
        raise Invalid(f"The table is empty; its first line names the columns: {', '.join(HEAD)}.")
    separator = max((",", ";", "\t"), key=lines[0].count)
    try:
        rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator, strict=True))
    except csv.Error as broken:
        raise Invalid(f"This is no CSV table ({broken}); save it as CSV from your spreadsheet.") from broken
    head = [SYNONYMS.get(cell.strip().lower(), cell.strip().lower()) for cell in rows[0]]
    if "file" not in head or not {"well", "condition"} & set(head):
        raise Invalid(f"The first line must name the columns file and condition or well, and may name {', '.join(HEAD)}.")
    if len(rows) > MOST_ROWS:
        raise Invalid(f"A table may have {MOST_ROWS:,} lines; this one has {len(rows):,}. Split it.")
    return _places(head, rows[1:])


def written(rows: Iterable[Sequence[str]]) -> str:
    """A table of (file, plate, well, condition, replicate); cells that a spreadsheet would compute get an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows([defused(cell) for cell in row] for row in rows)
    return text.getvalue()


def cell_of(row: int | None, column: int | None) -> str:
    """A well as the table has it; empty where an image has none."""
    return "" if row is None or column is None else well_name(row, column)


def _places(head: list[str], rows: list[list[str]]) -> Table:
    places: dict[str, Place] = {}
    problems: list[str] = []
    for number, row in enumerate(rows, start=2):
        cells = {name: _plain(cell) for name, cell in zip(head, row, strict=False) if name in HEAD}
        name = cells.get("file", "")
        if not any(cells.values()):
            continue
        if problem := _problem(cells, name in places):
            problems.append(f"Line {number}: {problem}")
            continue
        well = well_named(cells["well"]) if cells.get("well") else None
        plate = cells.get("plate", "")
        condition = cells.get("condition") if "condition" in head else None
        places[name] = Place(plate, well, condition, cells.get("replicate") or label_of(plate, well))
    return Table(places, tuple(problems))


def _problem(cells: dict[str, str], is_known: bool) -> str | None:
    if not cells.get("file"):
        return "it names no file."
    if is_known:
        return f"the file “{cells['file'][:80]}” stands in the table twice; the first line counts."
    if cells.get("well") and well_named(cells["well"]) is None:
        return f"“{cells['well'][:20]}” is no well; wells are named A01 to P24."
    long = next((name for name, most in LIMITS.items() if len(cells.get(name, "")) > most), None)
    return f"the {long} is longer than {LIMITS[long]} characters." if long else None


def _plain(cell: str) -> str:
    return plain("".join(letter for letter in cell.strip() if letter.isprintable()))
