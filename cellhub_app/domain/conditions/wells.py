"""Wells of plates: names, places, and the plates that they fit on."""

import re

from cellhub_app.models.condition import well_name

LAYOUTS = {6: (2, 3), 12: (3, 4), 24: (4, 6), 48: (6, 8), 96: (8, 12), 384: (16, 24)}
ROWS, COLUMNS = LAYOUTS[384]
_WELL = re.compile(r"([A-P])0{0,2}([1-9][0-9]?)", re.IGNORECASE)

Well = tuple[int, int]


def well_named(name: str) -> Well | None:
    """Row and column of a well, both from 0: B03, b3 and B003 are (1, 2). None for what no plate has."""
    found = _WELL.fullmatch(name.strip())
    return _on_a_plate(ord(found[1].upper()) - ord("A"), int(found[2]) - 1) if found else None


def well_numbered(row: str, column: str) -> Well | None:
    """A well from its row (a letter, or a number from 1) and its column (from 1): `2` and `03` are (1, 2)."""
    letters = row.strip().upper()
    place = int(letters) - 1 if letters.isascii() and letters.isdigit() else ord(letters) - ord("A") if len(letters) == 1 else -1
    return _on_a_plate(place, int(column) - 1) if column.isascii() and column.isdigit() else None


def layout_for(wells: set[Well]) -> int:
    """The smallest plate that has all these wells; 96 where there are none."""
    if not wells:
        return 96
    rows, columns = (1 + max(well[axis] for well in wells) for axis in (0, 1))
    return next(size for size, (high, wide) in LAYOUTS.items() if rows <= high and columns <= wide)


def label_of(plate: str, well: Well | None) -> str:
    """The replicate that a well is when nobody says otherwise: fields of one well are not independent of each other."""
    return " ".join(part for part in (plate, well_name(*well)) if part) if well else ""


def _on_a_plate(row: int, column: int) -> Well | None:
    return (row, column) if 0 <= row < ROWS and 0 <= column < COLUMNS else None
