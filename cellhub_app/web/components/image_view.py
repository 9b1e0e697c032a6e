"""The parts of the viewer's page, for members and visitors alike: the picture, its objects, the other images, the switches.

Each takes the page's state, which is a web/picture.py.
"""

from collections.abc import Callable
from typing import Any

import reflex as rx

from cellhub_app.web.components.filmstrip.filmstrip import filmstrip
from cellhub_app.web.components.objects.objects import object_panel
from cellhub_app.web.components.viewer.viewer import display_panel, pixel_size, viewer
from cellhub_app.web.i18n import t


def canvas(state: Any, api: Any, *over: rx.Component) -> rx.Component:
    """The picture with its outlines; `api` is below which address they are asked for. `over` lies over it."""
    address = f"{api}/images/{state.image_id}"
    then = rx.cond(state.past > 0, f"&revision={state.past}", "")
    view = viewer(
        image_id=state.image_id,
        image_url=f"{address}/display",
        width=state.width,
        height=state.height,
        polygons_url=rx.cond(state.is_segmented, f"{address}/polygons?frame=0&format=binary{then}", ""),
        revision=rx.cond(state.past > 0, state.past, state.revision),
        pixel_size_um=state.pixel_size_um,
        name=state.name,
        caption=rx.cond(state.past > 0, t("Revision {number}", number=state.past), state.caption),
        show_outlines=state.outlines_are_shown,
        selected_id=state.object_id,
        depth_url=address,
        depth_scope=state.project_id,
        on_select=state.select,
    )
    waiting = rx.el.p(rx.cond(state.problem != "", state.problem, t("The image is being read.")), class_name="canvas-note")
    has_picture = (state.image_id != "") & (state.status == "ready")
    return rx.el.section(
        rx.cond(has_picture, view, rx.cond(state.image_id != "", waiting)), *over, class_name="canvas", aria_label=t("Image")
    )


def side(state: Any, api: Any, within: Callable[[rx.Component], rx.Component] = lambda panel: panel) -> rx.Component:
    """The objects and what made them; `within` may put them behind a tab."""
    then = rx.cond(state.past > 0, f"&revision={state.past}", "")
    panel = object_panel(
        url=rx.cond(state.is_segmented, f"{api}/images/{state.image_id}/measurements?frame=0{then}", ""),
        revision=state.revision,
        channels=state.channels,
        selected_id=state.object_id,
        provenance=state.provenance,
        on_select=state.select,
    )
    head = rx.el.div(rx.el.h1(state.name, class_name="ellipsis"), rx.el.p(state.size, class_name="dim small number"))
    planes = rx.el.p(
        rx.icon("layers"),
        t("A stack of {count} planes: the first is segmented.", count=state.planes),
        class_name="side-note small",
    )
    display = rx.el.details(
        rx.el.summary(t("Display"), data_testid="display-open"),
        display_panel(image_id=state.image_id, frames=state.frames, timepoints=state.timepoints),
        pixel_size(
            url=f"{api}/images/{state.image_id}", pixel_size_um=state.pixel_size_um, can_edit=state.may_annotate, key=state.image_id
        ),
        class_name="ch-side-display",
    )
    failed = rx.cond((state.problem != "") & (state.status == "ready"), rx.el.p(state.problem, class_name="error-text small"))
    return rx.el.aside(
        head,
        rx.cond(state.planes > 1, planes),
        failed,
        display,
        rx.el.div(within(panel), class_name="side-objects"),
        class_name="side",
        aria_label=t("Objects"),
    )


def strip(state: Any, **props: Any) -> rx.Component:
    """The other images of the project."""
    film = filmstrip(project_id=state.project_id, image_id=state.image_id, query=state.filters, on_open=state.open_image, **props)
    return rx.el.div(film, class_name="strip")


def switches(state: Any) -> rx.Component:
    """Outlines on or off."""
    outlines = rx.el.label(
        rx.switch(checked=state.outlines_are_shown, on_change=state.show_outlines, size="1", data_testid="viewer-outlines"),
        t("Outlines"),
        class_name="row small dim",
    )
    return rx.el.div(outlines, class_name="row image-tools")
