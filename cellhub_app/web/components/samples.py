"""Small drawings of the kinds of samples, for choosing one at a glance."""

from typing import Any

import reflex as rx

from cellhub_app.models.project import SampleKind
from cellhub_app.web.components.forms import choice
from cellhub_app.web.i18n import t

KINDS = [
    (SampleKind.NUCLEI, t("Nuclei"), t("Stained, fluorescence or tissue")),
    (SampleKind.CELLS, t("Cells"), t("Whole cells, phase or stained")),
    (SampleKind.SPHEROIDS, t("Spheroids"), t("3D cultures, bright field")),
    (SampleKind.OTHER, t("Other"), t("Anything with clear objects")),
]


def kind_choices(chosen: Any = SampleKind.NUCLEI) -> rx.Component:
    """The kinds of samples as radio buttons with pictures."""
    options = [
        choice("sample_kind", kind.value, words, hint, _drawing(kind), checked=chosen == kind.value, data_testid=f"kind-{kind.value}")
        for kind, words, hint in KINDS
    ]
    return rx.el.fieldset(rx.el.legend(t("What is in the pictures")), *options, class_name="choices")


def _drawing(kind: SampleKind) -> rx.Component:
    shapes = {SampleKind.NUCLEI: _nuclei, SampleKind.CELLS: _cells, SampleKind.SPHEROIDS: _spheroids, SampleKind.OTHER: _other}[kind]()
    return rx.el.svg(*shapes, view_box="0 0 96 60", custom_attrs={"aria-hidden": "true"})


def _ellipse(x: int, y: int, rx_: int, ry: int, turn: int = 0, fill: str = "#b9c2c9", stroke: str = "#2dd4bf") -> rx.Component:
    return rx.el.ellipse(cx=x, cy=y, rx=rx_, ry=ry, transform=f"rotate({turn} {x} {y})", fill=fill, stroke=stroke, stroke_width=1.5)


def _nuclei() -> list[rx.Component]:
    places = [(17, 16, 8, 6, 20), (42, 12, 7, 6, -30), (70, 18, 9, 6, 50), (27, 41, 9, 7, -15), (54, 36, 7, 7, 0), (81, 45, 8, 6, 75)]
    return [_ellipse(*place) for place in places]


def _cells() -> list[rx.Component]:
    outlines = [
        "M6 30C10 12 28 6 38 14s8 20 2 30-26 12-32 4-4-10-2-18Z",
        "M50 10c12-6 32-2 38 8s-2 16-12 18-22 2-28-6-8-14 2-20Z",
        "M50 48c6-8 24-8 34-4s6 12-6 12-34 0-28-8Z",
    ]
    bodies = [rx.el.path(d=d, fill="#5d666d", stroke="#2dd4bf", stroke_width=1.5) for d in outlines]
    return [*bodies, *(_ellipse(x, y, 6, 5, 0, "#9aa4ab", "none") for x, y in [(24, 28), (70, 22), (68, 52)])]


def _spheroids() -> list[rx.Component]:
    field = rx.el.rect(width="96", height="60", fill="#a9adb0")
    rims = [_ellipse(34, 30, 20, 19, 0, "#6b6f72", "#0f766e"), _ellipse(74, 36, 12, 12, 0, "#75797c", "#0f766e")]
    cores = [_ellipse(34, 30, 12, 11, 0, "#3f4346", "none"), _ellipse(74, 36, 7, 7, 0, "#4a4e51", "none")]
    return [field, *rims, *cores]


def _other() -> list[rx.Component]:
    square = rx.el.rect(x="14", y="18", width="24", height="22", rx="5", fill="#77808a", stroke="#2dd4bf", stroke_width=1.5)
    return [square, _ellipse(62, 24, 12, 10, 0, "#77808a"), _ellipse(78, 46, 8, 5, -20, "#77808a"), _ellipse(50, 46, 6, 6, 0, "#77808a")]
