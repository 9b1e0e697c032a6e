"""The face-off: two results on one picture, the images below, and beside them how the models stand."""

from typing import Any

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.address.address import address_query
from cellhub_app.web.components.buttons import icon_button, link_button
from cellhub_app.web.components.duel.duel import duel
from cellhub_app.web.components.feedback import empty_state, progress_bar
from cellhub_app.web.components.hotkey.hotkey import hotkey
from cellhub_app.web.components.keyboard import keyboard_help
from cellhub_app.web.components.shell import shell
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.face_off.models import model_cards
from cellhub_app.web.pages.face_off.standings import Figure, Row
from cellhub_app.web.pages.face_off.state import FaceOffState

CRUMBS = [
    (t("Projects"), routes.HOME),
    (FaceOffState.project_name, routes.project(FaceOffState.project_id)),
    (t("Face-off"), ""),
]
KEYS = [
    ("S · W", t("Side by side, or swipe")),
    ("D", t("Show what the models disagree about")),
    ("O", t("Outlines on and off")),
    ("[ · ]", t("Image before, next image")),
    ("← →", t("Move the line of the swipe that has the focus")),
    ("+ · − · 0", t("Zoom in, zoom out, show all")),
]
HOTKEYS = {"s": "duel-side", "w": "duel-swipe", "d": "duel-veil", "o": "duel-outlines", "[": "duel-before", "]": "duel-next"}


def face_off_page() -> rx.Component:
    """The page behind /projects/<id>/face-off/<id>."""
    body = rx.el.div(_stage(), model_cards(), _strip(), class_name="image-page face-off-page")
    keys = [hotkey(keys=key, target=target) for key, target in HOTKEYS.items()]
    shown = rx.fragment(rx.cond(FaceOffState.is_missing, _missing(), body), address_query(query=FaceOffState.query), *keys)
    return shell(shown, here="projects", crumbs=CRUMBS, fixed=True, tools=keyboard_help(t("Keys of the face-off"), KEYS), narrow=True)


def _missing() -> rx.Component:
    words = t("Face-offs are kept for seven days. It may also have been deleted, or is not shared with you any more.")
    home = link_button(t("Go to your projects"), to=routes.HOME, kind="primary")
    return empty_state("columns-2", t("There is no such face-off"), words, home)


def _stage() -> rx.Component:
    view = duel(
        image_id=FaceOffState.image_id,
        image_url=FaceOffState.image_url,
        name=FaceOffState.name,
        width=FaceOffState.width,
        height=FaceOffState.height,
        pixel_size_um=FaceOffState.pixel_size_um,
        left=FaceOffState.left,
        right=FaceOffState.right,
        mode=FaceOffState.mode,
        veil_url=FaceOffState.veil_url,
        show_outlines=FaceOffState.shows_outlines,
        fill_opacity=rx.cond(FaceOffState.shows_veil, 0.0, 0.08).to(float),
    )
    gone = rx.el.p(t("The images of this face-off have been deleted."), class_name="canvas-note")
    picture = rx.cond(FaceOffState.image_id != "", view, rx.cond(FaceOffState.face_off_id != "", gone))
    return rx.el.section(_bar(), rx.el.div(picture, class_name="canvas"), class_name="face-off-stage", aria_label=t("Comparison"))


def _bar() -> rx.Component:
    def pill(mode: str, words: str, icon: str) -> rx.Component:
        return rx.el.button(
            rx.icon(icon), words, type="button", id=f"duel-{mode}", class_name="pill", data_testid=f"duel-mode-{mode}",
            custom_attrs={"aria-pressed": (FaceOffState.mode == mode).to_string()}, on_click=FaceOffState.lay(mode),
        )  # fmt: skip

    modes = rx.el.div(
        pill("side", t("Side by side"), "columns-2"),
        pill("swipe", t("Swipe"), "separator-vertical"),
        class_name="pills",
        role="group",
        aria_label=t("How to compare"),
    )
    veil = _switch("duel-veil", [rx.el.i(class_name="key-veil"), t("Disagreement")], FaceOffState.shows_veil, FaceOffState.show_veil)
    outlines = _switch("duel-outlines", [t("Outlines")], FaceOffState.shows_outlines, FaceOffState.show_outlines)
    key = rx.el.span(
        rx.el.i(class_name="key-agreed"), t("all models agree"), rx.el.i(class_name="key-contested"), t("contested"),
        class_name="row small dim face-off-key",
    )  # fmt: skip
    return rx.el.div(
        _chooser(t("Left"), FaceOffState.left_model, FaceOffState.show_left, "duel-choose-left"),
        rx.el.div(modes, veil, outlines, key, class_name="face-off-options"),
        _chooser(t("Right"), FaceOffState.right_model, FaceOffState.show_right, "duel-choose-right"),
        class_name="face-off-bar",
    )


def _switch(name: str, words: list[Any], is_on: rx.Var[bool], on_change: Any) -> rx.Component:
    switch = rx.switch(id=name, checked=is_on, on_change=on_change, size="1", data_testid=name)
    return rx.el.label(switch, *words, class_name="row small dim")


def _chooser(words: str, model: rx.Var[str], on_change: Any, test_id: str) -> rx.Component:
    def option(row: rx.Var[Row]) -> rx.Component:
        return rx.el.option(row.title, value=row.name)

    return rx.el.select(
        rx.foreach(FaceOffState.rows, option), value=model, on_change=on_change, aria_label=words, data_testid=test_id,
        class_name="select select-small",
    )  # fmt: skip


def _strip() -> rx.Component:
    frames = rx.el.div(rx.foreach(FaceOffState.figures, _frame), class_name="face-off-frames")
    steps = rx.fragment(
        icon_button(t("Image before ([)"), "chevron-left", small=True, id="duel-before", on_click=FaceOffState.step(-1)),
        frames,
        icon_button(t("Next image (])"), "chevron-right", small=True, id="duel-next", on_click=FaceOffState.step(1)),
    )
    working = rx.el.div(
        rx.el.span(FaceOffState.progress, class_name="small number", role="status", data_testid="face-off-progress"),
        progress_bar(t("How far the models are"), FaceOffState.percent),
        class_name="face-off-progress",
    )
    return rx.el.div(steps, rx.cond(FaceOffState.progress != "", working), class_name="strip face-off-strip")


def _frame(figure: rx.Var[Figure]) -> rx.Component:
    state = rx.match(
        figure.state,
        ("running", rx.icon("loader-circle", class_name="spin")),
        ("failed", rx.icon("triangle-alert")),
        rx.el.span(figure.share, class_name="number"),
    )
    return rx.el.button(
        rx.el.img(src=figure.picture, alt="", loading="lazy"),
        rx.el.span(state, class_name="frame-note"),
        type="button",
        class_name="ch-frame",
        title=figure.title,
        aria_label=figure.title,
        custom_attrs={"aria-current": (FaceOffState.image_id == figure.id).to_string()},
        on_click=FaceOffState.look_at(figure.id),
        data_testid="face-off-frame",
        key=figure.id,
    )
