"""Text of strangers to values: every way in which it can be wrong ends in one plain sentence."""

import json
import math
from typing import Any, NoReturn

from cellhub_app.core.errors import Invalid

CLASS_MAX_LENGTH = 100


def parsed_json(name: str, data: bytes) -> Any:
    """The JSON document of a file. Raises Invalid for what is no JSON, holds NaN or infinity, or is nested too deep."""
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except RecursionError:
        raise Invalid(f"“{name[:200]}” is nested too deep to be annotations.") from None
    except ValueError as error:
        raise Invalid(f"“{name[:200]}” is not valid JSON: it is damaged, or another kind of file.") from error


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(constant)


def number(value: object) -> float:
    """A finite number, also from text; NaN for anything else."""
    try:
        found = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        return math.nan
    return found if math.isfinite(found) else math.nan


def whole(value: object) -> int | None:
    """An integer up to 2^53, also from text or from a float without fraction; None for anything else."""
    found = number(value)
    return int(found) if found.is_integer() and abs(found) <= 2**53 else None


def text(value: object, default: str = "") -> str:
    """The value when it is text, else the default."""
    return value if isinstance(value, str) else default


def class_name(value: object) -> str | None:
    """A name for a class: visible, not too long; None where there is none."""
    visible = "".join(character for character in text(value) if character.isprintable()).strip()
    return visible[:CLASS_MAX_LENGTH] or None


def entries(value: object) -> list[dict[str, Any]]:
    """The objects in a JSON list; nothing for anything else."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def score(value: object) -> float | None:
    """A share between 0 and 1; None for anything else."""
    found = number(value)
    return found if 0 <= found <= 1 else None
