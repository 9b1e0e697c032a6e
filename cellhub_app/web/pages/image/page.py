"""The viewer: the image with its polygons, the objects beside it, the other images below."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.address.address import address_query
from cellhub_app.web.components.buttons import link_button
from cellhub_app.web.components.feedback import empty_state
from cellhub_app.web.components.filmstrip.filmstrip import filmstrip
from cellhub_app.web.components.keyboard import VIEWER_KEYS, keyboard_help
from cellhub_app.web.components.objects.objects import object_panel
from cellhub_app.web.components.shell import shell
from cellhub_app.web.components.viewer.viewer import viewer
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.image.state import ImageState

CRUMBS = [(t("Projects"), routes.HOME), (ImageState.project_name, ImageState.back), (ImageState.name, "")]


def image_page() -> rx.Component:
    """The page behind /projects/<id>/images/<id>."""
    body = rx.el.div(_canvas(), _side(), _strip(), class_name="image-page")
    shown = rx.fragment(rx.cond(ImageState.is_missing, _missing(), body), address_query(query=ImageState.query))
    return shell(shown, here="projects", crumbs=CRUMBS, fixed=True, tools=_tools(), narrow=True)


def _missing() -> rx.Component:
    words = t("It may have been deleted, or it is not shared with you any more.")
    return empty_state(
        "image-off", t("There is no such image"), words, link_button(t("Go to your projects"), to=routes.HOME, kind="primary")
    )


def _canvas() -> rx.Component:
    address = f"{routes.API}/images/{ImageState.image_id}"
    view = viewer(
        image_id=ImageState.image_id,
        image_url=f"{address}/display",
        width=ImageState.width,
        height=ImageState.height,
        polygons_url=rx.cond(ImageState.is_segmented, f"{address}/polygons?frame=0&format=binary", ""),
        revision=ImageState.revision,
        pixel_size_um=ImageState.pixel_size_um,
        name=ImageState.name,
        caption=ImageState.caption,
        show_outlines=ImageState.outlines_are_shown,
        fill_opacity=(ImageState.fill_percent / 100).to(float),
        selected_id=ImageState.object_id,
        on_select=ImageState.select,
    )
    waiting = rx.el.p(rx.cond(ImageState.problem != "", ImageState.problem, t("The image is being read.")), class_name="canvas-note")
    has_picture = (ImageState.image_id != "") & (ImageState.status == "ready")
    return rx.el.section(
        rx.cond(has_picture, view, rx.cond(ImageState.image_id != "", waiting)), class_name="canvas", aria_label=t("Image")
    )


def _side() -> rx.Component:
    panel = object_panel(
        url=rx.cond(ImageState.is_segmented, f"{routes.API}/images/{ImageState.image_id}/measurements?frame=0", ""),
        revision=ImageState.revision,
        channels=ImageState.channels,
        selected_id=ImageState.object_id,
        provenance=ImageState.provenance,
        on_select=ImageState.select,
    )
    head = rx.el.div(rx.el.h1(ImageState.name, class_name="ellipsis"), rx.el.p(ImageState.size, class_name="dim small number"))
    planes = rx.el.p(
        rx.icon("layers"),
        t("A stack of {count} planes: the first is shown and segmented.", count=ImageState.planes),
        class_name="side-note small",
    )
    failed = rx.cond(
        (ImageState.problem != "") & (ImageState.status == "ready"), rx.el.p(ImageState.problem, class_name="error-text small")
    )
    return rx.el.aside(
        head,
        rx.cond(ImageState.planes > 1, planes),
        failed,
        rx.el.div(panel, class_name="side-objects"),
        class_name="side",
        aria_label=t("Objects"),
    )


def _strip() -> rx.Component:
    strip = filmstrip(
        project_id=ImageState.project_id, image_id=ImageState.image_id, query=ImageState.filters, on_open=ImageState.open_image
    )
    return rx.el.div(strip, class_name="strip")


def _tools() -> rx.Component:
    outlines = rx.el.label(
        rx.switch(checked=ImageState.outlines_are_shown, on_change=ImageState.show_outlines, size="1", data_testid="viewer-outlines"),
        t("Outlines"),
        class_name="row small dim",
    )
    fill = rx.el.label(
        t("Fill"),
        rx.el.input(type="range", min=0, max=60, step=5, value=ImageState.fill_percent, class_name="range", on_change=ImageState.fill),
        class_name="row small dim",
    )
    try_out = link_button(
        t("Try settings"), to=routes.tuning(ImageState.project_id, ImageState.image_id), small=True, icon="sliders-horizontal",
        data_testid="open-tuning",
    )  # fmt: skip
    keys = keyboard_help(t("Keys of the viewer"), VIEWER_KEYS)
    return rx.fragment(rx.el.div(outlines, fill, class_name="row image-tools"), try_out, keys)
