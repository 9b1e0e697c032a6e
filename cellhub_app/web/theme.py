"""How things look that Python decides: style sheets, and the word and icon of each status."""

from typing import NamedTuple

from cellhub_app.web.i18n import t

_SHEETS = (
    "fonts", "base", "controls", "shell", "overlays", "sign_in", "dashboard", "project", "panels", "queue", "image", "trials", "shared",
    "run",
)  # fmt: skip

STYLESHEETS = [f"/styles/{name}.css" for name in _SHEETS]

FACE_COLOURS = ("#0a7f72", "#7c3aad", "#2563a8", "#a3481a", "#8a6100", "#a02763")


class StatusLook(NamedTuple):
    """The word of a status and the lucide icon beside it; colour alone never tells."""

    word: str
    icon: str


STATUSES = {
    "queued": StatusLook(t("queued"), "ellipsis"),
    "running": StatusLook(t("processing"), "loader-circle"),
    "paused": StatusLook(t("paused"), "pause"),
    "succeeded": StatusLook(t("done"), "check"),
    "failed": StatusLook(t("failed"), "triangle-alert"),
    "cancelled": StatusLook(t("cancelled"), "ban"),
}


def initials(name: str) -> str:
    """One or two letters that stand for a person."""
    words = [word for word in name.replace(".", " ").replace("@", " ").split() if word]
    letters = words[0][:1] + (words[-1][:1] if len(words) > 1 else words[0][1:2]) if words else "?"
    return letters.upper()


def face_colour(key: str) -> str:
    """A colour that stays with a person."""
    return FACE_COLOURS[sum(key.encode()) % len(FACE_COLOURS)]
