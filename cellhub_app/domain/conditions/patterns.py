"""Wells from file names, by a template that a person can read and correct: `{plate}_{well}_{field}`.

A template begins where the name begins (folders left out) and may end before the name does. Templates and names come from outside:
what a part may match is bounded, so that no template takes long.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.conditions.wells import Well, label_of, well_named, well_numbered

TEMPLATE_MAX_LENGTH = 200
OPEN_PARTS = 3
_ANY = r".{0,80}?"
PARTS = {
    "well": r"(?P<well>[A-Pa-p]0{0,2}[1-9][0-9]?(?![0-9]))",
    "row": r"(?P<row>[A-Pa-p]|[0-9]{1,2})",
    "column": r"(?P<column>[0-9]{1,3}(?![0-9]))",
    "field": r"[FfSs]?[0-9]{1,6}",
    "time": r"[Tt]?[0-9]{1,6}",
    "plate": r"(?P<plate>.{1,80}?)",
    "condition": r"(?P<condition>.{1,120}?)",
    "replicate": r"(?P<replicate>.{1,80}?)",
}
OPEN = ("plate", "condition", "replicate", "*")
_TOKEN = re.compile(r"\{(\w*)\}|(\*)")

MICROSCOPES = (
    ("Opera Phenix, Operetta, Harmony", "r{row}c{column}f{field}"),
    ("CellVoyager, Yokogawa", "{plate}_{well}_T{time}F{field}"),
    ("ImageXpress, MetaXpress", "{plate}_{well}_s{field}"),
    ("ImageXpress, one field a well", "{plate}_{well}_w{field}"),
    ("Cytation, Gen5", "{well}_*_{field}_"),
    ("Incucyte", "{plate}_{well}_{field}"),
    ("Plate and well", "{plate}_{well}"),
    ("Well first", "{well}"),
    ("Well somewhere", "*_{well}"),
    ("Condition and replicate", "{condition}_{replicate}_{field}"),
)


@dataclass(frozen=True)
class Place:
    """Where an image belongs; `condition` is None where nothing was said about it."""

    plate: str = ""
    well: Well | None = None
    condition: str | None = None
    replicate: str = ""


@lru_cache(maxsize=64)
def expression(template: str) -> re.Pattern[str]:
    """The template as an expression. Raises Invalid with what is wrong with it."""
    if not template.strip() or len(template) > TEMPLATE_MAX_LENGTH:
        raise Invalid(f"A template has between 1 and {TEMPLATE_MAX_LENGTH} characters, for example {{plate}}_{{well}}_{{field}}.")
    names = [name or star for name, star in _TOKEN.findall(template)]
    _check(names, template)
    parts, at = [], 0
    for token in _TOKEN.finditer(template):
        parts += [re.escape(template[at : token.start()]), PARTS[token[1]] if token[1] else _ANY]
        at = token.end()
    open_end = names and names[-1] in OPEN[:3] and not template[at:]
    return re.compile("".join([*parts, re.escape(template[at:])]) + (r"(?=\.[^.]*$|$)" if open_end else ""))


def place_of(name: str, template: str) -> Place | None:
    """What a template reads from a file name; None where it does not fit, or names a well that no plate has. Raises Invalid."""
    found = expression(template).match(name.replace("\\", "/").rsplit("/", 1)[-1])
    if found is None:
        return None
    said = {part: text.strip() for part, text in found.groupdict().items() if text}
    well = well_named(said["well"]) if "well" in said else None
    if "row" in said:
        well = well_numbered(said["row"], said["column"])
    if well is None and ("well" in said or "row" in said):
        return None
    plate = said.get("plate", "")
    return Place(plate, well, said.get("condition"), said.get("replicate") or label_of(plate, well))


def guesses(names: Iterable[str]) -> list[tuple[str, str, int]]:
    """Common templates that fit: what writes such names, the template, how many names it fits. The one that fits most first."""
    some = list(names)
    counted = [(origin, template, sum(place_of(name, template) is not None for name in some)) for origin, template in MICROSCOPES]
    return sorted((each for each in counted if each[2]), key=lambda each: -each[2])


def _check(names: list[str], template: str) -> None:
    if unknown := next((name for name in names if name != "*" and name not in PARTS), None):
        raise Invalid(f"A template knows no {{{unknown}}}; it knows {', '.join(f'{{{part}}}' for part in PARTS)} and * for anything.")
    if twice := next((name for name in PARTS if names.count(name) > 1), None):
        raise Invalid(f"{{{twice}}} stands in the template twice; name it once, and write * for what does not matter.")
    if ("row" in names) != ("column" in names) or ("row" in names and "well" in names):
        raise Invalid("Name {well}, or both {row} and {column}.")
    if not {"well", "row", "condition", "replicate"} & set(names):
        raise Invalid("The template says neither {well} nor {condition}; without one of them it tells nothing about an image.")
    if sum(name in OPEN for name in names) > OPEN_PARTS:
        raise Invalid(f"At most {OPEN_PARTS} parts of a template may be of any length ({{plate}}, {{condition}}, {{replicate}}, *).")
    if re.search(r"(\{(plate|condition|replicate)\}|\*)(\{(plate|condition|replicate)\}|\*)", template):
        raise Invalid("Two parts of any length stand side by side; write what stands between them.")
