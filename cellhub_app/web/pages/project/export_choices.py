"""The words of the export dialog, and the choices that they mean."""

from datetime import UTC, date, datetime, time
from typing import Any, Literal

from pydantic import ValidationError

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.exports.options import ExportOptions
from cellhub_app.web.guard import plain
from cellhub_app.web.i18n import t

Part = Literal["revision", "day", "units", "split", "seed", "classes", "names", "coco", "colour", "width", "fill", "labels"]
DEFAULTS: dict[str, str] = {
    "revision": "current", "day": "", "units": "both", "split": "", "seed": "0", "classes": "", "names": "", "coco": "polygons",
    "colour": "", "width": "", "fill": "0", "labels": "",
}  # fmt: skip
REVISIONS = {"current": t("As they are now"), "model": t("As the model found them")}
UNITS = {"both": t("px and µm, side by side"), "px": t("px only"), "um": t("µm only")}
SPLITS = {
    "": t("One data set"),
    "80/20/0": "80 / 20 / 0 %",
    "80/10/10": "80 / 10 / 10 %",
    "70/20/10": "70 / 20 / 10 %",
}
COCO_SHAPES = {"polygons": t("Polygons"), "rle": t("Masks (RLE)")}
COLOURS = {
    "": t("One for each class"), "#2dd4bf": t("Teal"), "#ffd60a": t("Yellow"), "#ff375f": t("Red"), "#ffffff": t("White"),
}  # fmt: skip
WIDTHS = {"": t("Fitting the picture"), "1": "1 px", "2": "2 px", "4": "4 px", "8": "8 px"}
FILLS = {"0": t("None"), "0.15": "15 %", "0.3": "30 %", "0.5": "50 %"}


def options_of(words: dict[str, str]) -> ExportOptions:
    """The choices that a form's words mean. Raises Invalid, with one sentence, for what means nothing."""
    try:
        return ExportOptions.model_validate(_document({**DEFAULTS, **words}))
    except ValidationError as error:
        raise Invalid(plain(error)) from error


def _document(words: dict[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {"revision": words["revision"], "units": words["units"], "coco": words["coco"], "outlines": _style(words)}
    if words["day"]:
        made["as_of"] = _end_of(words["day"])
    if words["split"]:
        shares = dict(zip(("train", "val", "test"), (float(share) / 100 for share in words["split"].split("/")), strict=True))
        made["split"] = {**shares, "seed": words["seed"] or 0}
    if words["classes"].strip():
        made["classes"] = [_number(word) for word in words["classes"].split(",") if word.strip()]
    if words["names"].strip():
        made["class_names"] = dict(_renamed(pair) for pair in words["names"].split(",") if pair.strip())
    return made


def _style(words: dict[str, str]) -> dict[str, Any]:
    return {"colour": words["colour"] or None, "width_px": words["width"] or None, "fill": words["fill"], "labels": bool(words["labels"])}


def _end_of(day: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day), time.max, UTC)
    except ValueError:
        raise Invalid(f"{day[:20]!r} is not a day. Write it as 2026-05-31.") from None


def _number(word: str) -> int:
    try:
        return int(word)
    except ValueError:
        raise Invalid(f"{word.strip()[:20]!r} is not the number of a class. Write numbers with commas between them, as 0, 2.") from None


def _renamed(pair: str) -> tuple[int, str]:
    number, is_named, name = pair.partition("=")
    if not is_named or not name.strip():
        raise Invalid(f"{pair.strip()[:40]!r} names no class. Write a number and a name, as 0 = HeLa, 1 = debris.")
    return _number(number), name.strip()
