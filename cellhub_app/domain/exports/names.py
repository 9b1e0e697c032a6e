"""File names inside the ZIP: safe on every system, whatever people called their images."""

import re
import unicodedata
from pathlib import PurePosixPath

STEM_MAX_LENGTH = 100
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def safe_stem(name: str) -> str:
    """The name without folders and its last extension, as a file name that Windows, macOS and Linux all take; never empty."""
    last = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    visible = "".join(character for character in unicodedata.normalize("NFC", last) if character.isprintable())
    stem = PurePosixPath(visible).stem if visible.strip(". ") else ""
    clean = _FORBIDDEN.sub("_", stem)[:STEM_MAX_LENGTH].strip(". ")
    if not clean:
        return "image"
    return f"_{clean}" if _RESERVED.fullmatch(clean.split(".", 1)[0]) else clean


def safe_suffix(name: str) -> str:
    """The ending of a file name with its dot, when it is a plain one; else nothing."""
    suffix = PurePosixPath(name.replace("\\", "/")).suffix
    return suffix if _SUFFIX.fullmatch(suffix) else ""


class Stems:
    """Hands out stems so that no two are equal, not even where case is ignored: equal ones get _2, _3 ..."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def take(self, name: str) -> str:
        """A stem for the file name that nobody has yet."""
        stem = candidate = safe_stem(name)
        number = self._next.get(stem.casefold(), 1)
        while candidate.casefold() in self._taken:
            number += 1
            candidate = f"{stem}_{number}"
        self._next[stem.casefold()] = number
        self._taken.add(candidate.casefold())
        return candidate
