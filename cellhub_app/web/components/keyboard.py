"""The keys of a page, shown by `?` and by a button in the top bar."""

import reflex as rx

from cellhub_app.web.components.buttons import icon_button
from cellhub_app.web.components.hotkey.hotkey import hotkey
from cellhub_app.web.i18n import t

Keys = list[tuple[str, str]]

GALLERY_KEYS: Keys = [
    ("← → ↑ ↓", t("Go through the images")),
    (t("Space"), t("Select the image, or take it out")),
    (t("Shift + click"), t("Select a range")),
    ("Ctrl + A", t("Select all that match")),
    ("Enter", t("Open the image")),
    ("Escape", t("Select nothing")),
    ("S · E · T · C", t("Segment, export, tag what is selected, compare models on it")),
    (t("Delete"), t("Put what is selected in the trash")),
    ("R", t("Restore what is selected from the trash")),
]
VIEWER_KEYS: Keys = [
    ("N · P", t("Next object, the one before")),
    ("← → ↑ ↓", t("Nearest object in that direction, with the picture in focus")),
    ("+ · − · 0", t("Zoom in, zoom out, show all")),
    ("Shift + ← → ↑ ↓", t("Move the picture")),
    ("[ · ]", t("Image before, next image")),
    (t("Page up · Page down"), t("Plane before, next plane of a stack (Shift: time)")),
    ("Escape", t("Select nothing")),
]
EDITOR_KEYS: Keys = [
    ("V · B · L", t("Select: by clicks, a box, a lasso (Shift adds)")),
    ("Tab · Shift + Tab", t("Next object, the one before (also . and ,)")),
    ("← → ↑ ↓", t("Nearest object in that direction; with nothing selected, the image before or the next")),
    (t("Space"), t("Keep the object selected and go on to others")),
    ("Ctrl + A", t("Select all objects")),
    ("Q", t("Select by area, circularity, score or border")),
    ("E", t("Edit vertices: Tab steps, arrows move (Shift: 10 px), Enter inserts, X removes")),
    ("N · F · A", t("New polygon, freehand, add points to an outline")),
    (t("Arrows, Space, Enter"), t("While drawing: move the crosshair, put a point, finish")),
    ("S · M · H", t("Slice, merge, make a hole (Shift + H fills holes)")),
    ("G · D", t("Move, delete (also the Delete key)")),
    ("O · I · C", t("Smooth, simplify, change the class")),
    ("R · > · <", t("Grow or shrink by some px; once more, larger or smaller")),
    ("Ctrl + Z · Ctrl + Shift + Z", t("Undo, redo (also Ctrl + Y)")),
    ("P · + · − · 0", t("Pan, zoom in, zoom out, show all")),
    ("Shift + ← → ↑ ↓", t("Move the picture")),
    ("[ · ]", t("Image before, next image")),
    (t("Page up · Page down"), t("Plane before, next plane of a stack (Shift: time)")),
    ("Escape", t("Cancel, put the tool away, select nothing")),
]


def keyboard_help(title: str, keys: Keys) -> rx.Component:
    """A button that shows the keys; `?` presses it."""
    button = icon_button(t("Keys (?)"), "keyboard", id="keyboard-help", class_name="keyboard-button", data_testid="keyboard-help")
    rows = [rx.el.div(rx.el.dt(rx.el.kbd(key)), rx.el.dd(words)) for key, words in keys]
    box = rx.popover.content(rx.el.h2(title), rx.el.dl(*rows, class_name="keys"), class_name="menu keys-box", align="end")
    return rx.fragment(rx.popover.root(rx.popover.trigger(button), box), hotkey(keys="?", target="keyboard-help"))
