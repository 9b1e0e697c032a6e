"""Trying a model's parameters: the image with what would be found, and beside it the model, two sliders, and for which images."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.address.address import address_query
from cellhub_app.web.components.buttons import button, link_button
from cellhub_app.web.components.feedback import empty_state
from cellhub_app.web.components.filmstrip.filmstrip import filmstrip
from cellhub_app.web.components.forms import field
from cellhub_app.web.components.hotkey.hotkey import hotkey
from cellhub_app.web.components.keyboard import keyboard_help
from cellhub_app.web.components.shell import shell
from cellhub_app.web.components.viewer.viewer import viewer
from cellhub_app.web.i18n import noun, t
from cellhub_app.web.pages.tuning.state import Option, TuningState

KEYS = [
    ("← →", t("Move the slider that has the focus")),
    ("B", t("Before and after: the present outlines, then the preview")),
    ("[ · ]", t("Image before, next image")),
    ("+ · − · 0", t("Zoom in, zoom out, show all")),
]
SETTLE_MS = 90


def tuning_page() -> rx.Component:
    """The page behind /projects/<id>/images/<id>/try."""
    crumbs = [
        (t("Projects"), routes.HOME),
        (TuningState.project_name, TuningState.back),
        (TuningState.name, routes.image(TuningState.project_id, TuningState.image_id)),
        (t("Try settings"), ""),
    ]
    body = rx.el.div(_canvas(), _side(), _strip(), class_name="image-page")
    shown = rx.fragment(rx.cond(TuningState.is_missing, _missing(), body), address_query(query=TuningState.query))
    tools = keyboard_help(t("Keys of this page"), KEYS)
    return shell(shown, here="projects", crumbs=crumbs, fixed=True, tools=tools, narrow=True)


def _missing() -> rx.Component:
    words = t("It may have been deleted, or it is not shared with you any more.")
    return empty_state(
        "image-off", t("There is no such image"), words, link_button(t("Go to your projects"), to=routes.HOME, kind="primary")
    )


def _canvas() -> rx.Component:
    address = f"{routes.API}/images/{TuningState.image_id}"
    present = f"{address}/polygons?frame=0&format=binary"
    view = viewer(
        image_id=TuningState.image_id,
        image_url=f"{address}/display",
        width=TuningState.width,
        height=TuningState.height,
        polygons_url=rx.cond(TuningState.shows_present, present, rx.cond(TuningState.can_edit, TuningState.preview_url, "")),
        revision=TuningState.revision,
        pixel_size_um=TuningState.pixel_size_um,
        name=TuningState.name,
        caption=rx.cond(TuningState.shows_present, t("Present outlines"), t("Preview")),
        fill_opacity=0.12,
        settle_ms=SETTLE_MS,
        wait_note=t("Trying …"),
        on_ready=TuningState.note_found,
    )
    reading = rx.el.p(t("The image is being read, or could not be read."), class_name="canvas-note")
    is_ready = (TuningState.image_id != "") & (TuningState.status == "ready")
    return rx.el.section(
        rx.cond(is_ready, view, rx.cond(TuningState.image_id != "", reading)), class_name="canvas", aria_label=t("Preview")
    )


def _side() -> rx.Component:
    count = rx.cond(
        TuningState.found >= 0,
        rx.el.p(
            rx.el.span(TuningState.found, class_name="big number"),
            " ",
            noun(TuningState.found, "object", "objects"),
            role="status",
            data_testid="tuning-count",
        ),
        rx.el.p(rx.el.span("–", class_name="big"), " ", t("objects"), class_name="dim"),
    )
    head = rx.el.div(rx.el.h1(t("Try settings")), rx.el.p(t("Nothing is stored until you segment."), class_name="dim small"))
    forbidden = rx.el.p(t("Your role in this project lets you look, but not segment. Ask an owner for more."), class_name="side-note small")
    work = rx.fragment(_models(), _parameters(), rx.el.div(count, _present(), class_name="row-between"), _apply())
    return rx.el.aside(head, rx.cond(TuningState.can_edit, work, forbidden), class_name="side tuning", aria_label=t("Settings"))


def _models() -> rx.Component:
    def row(one: rx.Var[Option]) -> rx.Component:
        radio = rx.el.input(
            type="radio", name="model", value=one.name, checked=TuningState.model == one.name, class_name="choice-radio",
            on_change=lambda _value: TuningState.choose(one.name), data_testid=f"tuning-model-{one.name}",
        )  # fmt: skip
        other = rx.cond(~one.fits, rx.el.span(t("made for other samples"), class_name="chip chip-paused"))
        return rx.el.label(radio, rx.el.span(rx.el.b(one.title), other, class_name="row wrap"), class_name="choice tuning-model")

    return rx.el.fieldset(rx.el.legend(t("Model")), rx.foreach(TuningState.options, row), class_name="plain-fieldset tuning-models")


def _parameters() -> rx.Component:
    slider = rx.el.input(
        type="range", id="threshold", min=TuningState.chosen.threshold_min, max=TuningState.chosen.threshold_max, step=0.01,
        value=TuningState.threshold, class_name="range", on_change=TuningState.set_threshold, data_testid="tuning-threshold",
    )  # fmt: skip
    row = rx.el.div(slider, rx.el.output(TuningState.threshold, html_for="threshold", class_name="number"), class_name="slider-row")
    threshold = field(t("Threshold"), "threshold", control=row, hint=t("Lower finds more and larger objects, higher only the clear ones."))
    coarse = rx.el.input(
        type="range", id="min-area", min=0, max=500, step=2, value=rx.cond(TuningState.min_area_px > 500, 500, TuningState.min_area_px),
        class_name="range", on_change=TuningState.set_min_area, data_testid="tuning-min-area",
    )  # fmt: skip
    exact = rx.el.input(
        type="number", min=0, max=1_000_000, value=TuningState.min_area_px.to_string(), class_name="input area-input",
        on_change=TuningState.set_min_area.debounce(300), aria_label=t("Smallest object in pixels"),
    )  # fmt: skip
    area = field(t("Smallest object (px)"), "min-area", control=rx.el.div(coarse, exact, class_name="slider-row"))
    reset = button(t("Model's own settings"), kind="ghost", small=True, icon="rotate-ccw", on_click=TuningState.reset_parameters)
    return rx.el.div(threshold, area, rx.el.div(reset), class_name="stack-large")


def _present() -> rx.Component:
    """The stored outlines, to compare: only where there are some."""
    switch = rx.switch(
        id="tuning-present", checked=TuningState.shows_present, on_change=TuningState.show_present, size="1", data_testid="tuning-present"
    )
    label = rx.el.label(switch, t("Present outlines"), class_name="row small dim")
    return rx.cond(TuningState.revision > 0, rx.fragment(label, hotkey(keys="b", target="tuning-present")))


def _apply() -> rx.Component:
    def pill(scope: str, *words: object) -> rx.Component:
        return rx.el.button(
            *words, type="button", class_name="pill", custom_attrs={"aria-pressed": (TuningState.scope == scope).to_string()},
            on_click=TuningState.set_scope(scope), data_testid=f"tuning-scope-{scope}",
        )  # fmt: skip

    picked = pill("picked", t("Selection"), rx.el.span(TuningState.picked))
    scopes = rx.el.div(
        pill("image", t("This image")),
        rx.cond(TuningState.picked > 0, picked),
        pill("all", t("All images"), rx.el.span(TuningState.total)),
        class_name="pills",
        role="group",
        aria_label=t("Which images to segment like this"),
    )
    count = TuningState.images_in_scope.to(int)
    act = button(
        t("Segment {count} ", count=count),
        noun(count, "image", "images"),
        kind="primary",
        icon="scan-search",
        on_click=TuningState.prepare,
        disabled=(count == 0) | TuningState.is_starting | (TuningState.model == ""),
        data_testid="tuning-apply",
    )
    return rx.el.div(rx.el.h2(t("Segment like this")), scopes, act, class_name="stack tuning-apply")


def _strip() -> rx.Component:
    strip = filmstrip(
        project_id=TuningState.project_id, image_id=TuningState.image_id, query=TuningState.filters, on_open=TuningState.open_image
    )
    return rx.el.div(strip, class_name="strip")
