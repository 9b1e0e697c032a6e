"""Files that can be refused by what is known before they are sent: their name and size."""

from typing import NamedTuple

from cellhub_app.core.limits import MEGABYTE

SUFFIXES = frozenset({
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".btf", ".tf8", ".lsm", ".stk", ".bmp", ".dib", ".gif", ".webp", ".zip",
})  # fmt: skip


class Objection(NamedTuple):
    """Why a file is not taken: a stable word and a sentence."""

    code: str
    detail: str


def size_objection(name: str, size: int, max_mb: int) -> Objection | None:
    """What speaks against a file of so many bytes."""
    if size == 0:
        return Objection("empty", f"Couldn't take {name}: the file is empty. Check it and upload it again.")
    if size > max_mb * MEGABYTE:
        return Objection("tooLarge", f"Couldn't take {name}: it has {size / MEGABYTE:,.0f} MB, the limit is {max_mb:,} MB a file.")
    return None


def name_objection(name: str) -> Objection | None:
    """What speaks against a file of that name. One without an extension may be anything, and its content tells."""
    stem, dot, end = name.lower().rpartition(".")
    if not stem or dot + end in SUFFIXES:
        return None
    detail = f"Couldn't take {name}: {dot}{end} files are not read. Upload a PNG, JPEG, TIFF, BMP, GIF or WebP image, or a ZIP of them."
    return Objection("unsupported", detail)
