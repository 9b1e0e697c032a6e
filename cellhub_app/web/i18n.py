"""Words for people. The English sentence is the key, so that pages stay readable; another language is one more catalogue."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import reflex as rx

DEFAULT_LANGUAGE = "en"
CATALOGUES: Mapping[str, Mapping[str, str]] = {DEFAULT_LANGUAGE: {}}


def t(text: str, /, language: str = DEFAULT_LANGUAGE, **values: Any) -> str:
    """The text in a language, with its {places} filled; values may be Vars inside components."""
    translated = CATALOGUES[language].get(text, text)
    return translated.format(**values) if values else translated


def catalogue(language: str = DEFAULT_LANGUAGE) -> dict[str, str]:
    """All sentences of a language, for components that speak in the browser."""
    return dict(CATALOGUES[language])


def counted(count: int, one: str, many: str) -> str:
    """`1 image`, `2,140 images`: a number with its noun, for text made on the server."""
    return f"{count:,} {t(one if count == 1 else many)}"


def listed(words: Sequence[str]) -> str:
    """`HRNet, U-Net and ResUNet`: names in a sentence."""
    *first, last = words or [""]
    return t("{first} and {last}", first=", ".join(first), last=last) if first else last


def noun(count: rx.Var[int], one: str, many: str) -> rx.Var[str]:
    """The noun that fits a count known in the browser."""
    return rx.cond(count == 1, t(one), t(many))


def bytes_text(count: int | None) -> str:
    """`3.1 MB`; empty when unknown."""
    if count is None:
        return ""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return ""


def seconds_text(low: int, high: int) -> str:
    """A range of waiting in the unit a person would use: `8 s`, `under 9 s`, `2–3 min`."""
    if high < 60:
        return _range(low, high, 1, t("s"))
    if high < 5400:
        return _range(low, high, 60, t("min"))
    return _range(low, high, 3600, t("h"))


def duration_text(seconds: float) -> str:
    """How long something took: `8 s`, `100 s`, `12 min`."""
    whole = max(1, round(seconds))
    return f"{whole} {t('s')}" if whole < 120 else f"{round(whole / 60)} {t('min')}"


def _range(low: int, high: int, unit_s: int, unit: str) -> str:
    first, last = low // unit_s, max(ceil(high / unit_s), 1)
    if first >= last:
        return f"{last} {unit}"
    return f"{first}–{last} {unit}" if first > 0 else t("under {time}", time=f"{last} {unit}")
