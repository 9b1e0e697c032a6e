"""Names as people order them."""

import re
from collections.abc import Iterable

_CONTROL = re.compile(r"(ctrl|control|untreated|vehicle|dmso|mock|wt|wild[- ]?type)\b", re.IGNORECASE)


def names_in_order(names: Iterable[str]) -> list[str]:
    """Controls first, 2 nM before 10 nM."""
    return sorted(names, key=lambda name: (not _CONTROL.match(name), _natural(name)))


def _natural(name: str) -> list[tuple[int, float, str]]:
    parts: list[tuple[int, float, str]] = []
    digits = ""
    for character in [*name.casefold(), ""]:
        if character.isdigit() or (character == "." and digits and "." not in digits):
            digits += character
            continue
        if digits:
            parts.append((0, float(digits), ""))
            digits = ""
        if character:
            parts.append((1, 0.0, character))
    return parts
