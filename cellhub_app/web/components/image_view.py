"""The parts of the viewer's page, for members and visitors alike: the picture, its objects, the other images, the switches.

Each takes the page's state, which is a web/picture.py.
"""

from typing import Any

import reflex as rx

from cellhub_app.web.components.filmstrip.filmstrip import filmstrip
from cellhub_app.web.components.objects.objects import object_panel
from cellhub_app.web.components.viewer.viewer import viewer
from cellhub_app.web.i18n import t

TABS = {"objects": t("Objects"), "object": t("Object"), "history": t("History"), "display": t("Display")}


def canvas(state: Any, api: Any, **editing: Any) -> rx.Component:
    """The picture with its outlines; `api` is below which address they are asked for, `editing` whether and by whom they may be changed."""
    address = f"{api}/images/{state.image_id}"
    view = viewer(
        image_id=state.image_id,
        image_url=f"{address}/display",
        width=state.width,
        height=state.height,
        polygons_url=rx.cond(state.is_segmented | editing.get("editable", False), f"{address}/polygons?frame=0&format=binary", ""),
        revision=state.revision,
        pixel_size_um=state.pixel_size_um,
        name=state.name,
        caption=state.caption,
        show_outlines=state.outlines_are_shown,
        fill_opacity=(state.fill_percent / 100).to(float),
        selected_id=state.object_id,
        on_select=state.select,
        api=api,
        **editing,
    )
    waiting = rx.el.p(rx.cond(state.problem != "", state.problem, t("The image is being read.")), class_name="canvas-note")
    has_picture = (state.image_id != "") & (state.status == "ready")
    return rx.el.section(rx.cond(has_picture, view, rx.cond(state.image_id != "", waiting)), class_name="canvas", aria_label=t("Image"))


def side(state: Any, api: Any, **tabs: rx.Component | None) -> rx.Component:
    """What is known of the image: its objects and, each in a tab, what else there is (`object`, `history`, `display`)."""
    head = rx.el.div(rx.el.h1(state.name, class_name="ellipsis"), rx.el.p(state.size, class_name="dim small number"))
    planes = rx.el.p(
        rx.icon("layers"),
        t("A stack of {count} planes: the first is shown and segmented.", count=state.planes),
        class_name="side-note small",
    )
    failed = rx.cond((state.problem != "") & (state.status == "ready"), rx.el.p(state.problem, class_name="error-text small"))
    return rx.el.aside(
        head,
        rx.cond(state.planes > 1, planes),
        failed,
        _tabbed(_objects(state, api), {name: panel for name, panel in tabs.items() if panel is not None}),
        class_name="side",
        aria_label=t("Objects"),
    )


def _objects(state: Any, api: Any) -> rx.Component:
    panel = object_panel(
        url=rx.cond(state.is_segmented, f"{api}/images/{state.image_id}/measurements?frame=0", ""),
        revision=state.revision,
        channels=state.channels,
        selected_id=state.object_id,
        provenance=state.provenance,
        on_select=state.select,
    )
    return rx.el.div(panel, class_name="side-objects")


def _tabbed(objects: rx.Component, others: dict[str, rx.Component]) -> rx.Component:
    """The objects alone, or under tabs with the others."""
    if not others:
        return objects
    panels = {"objects": objects, **others}
    triggers = [rx.tabs.trigger(TABS[name], value=name, data_testid=f"side-{name}") for name in TABS if name in panels]
    contents = [rx.tabs.content(panel, value=name, class_name="side-tab") for name, panel in panels.items()]
    return rx.tabs.root(rx.tabs.list(*triggers, size="1"), *contents, default_value="objects", class_name="side-tabs")


def strip(state: Any, **props: Any) -> rx.Component:
    """The other images of the project."""
    film = filmstrip(project_id=state.project_id, image_id=state.image_id, query=state.filters, on_open=state.open_image, **props)
    return rx.el.div(film, class_name="strip")


def switches(state: Any) -> rx.Component:
    """Outlines on or off, and how much they are filled."""
    outlines = rx.el.label(
        rx.switch(checked=state.outlines_are_shown, on_change=state.show_outlines, size="1", data_testid="viewer-outlines"),
        t("Outlines"),
        class_name="row small dim",
    )
    fill = rx.el.label(
        t("Fill"),
        rx.el.input(type="range", min=0, max=60, step=5, value=state.fill_percent, class_name="range", on_change=state.fill),
        class_name="row small dim",
    )
    return rx.el.div(outlines, fill, class_name="row image-tools")
