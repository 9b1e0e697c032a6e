"""The parts of the viewer's page, for members and visitors alike: the picture, its objects, the other images, the switches.

Each takes the page's state, which is a web/picture.py.
"""

from typing import Any

import reflex as rx

from cellhub_app.web.components.filmstrip.filmstrip import filmstrip
from cellhub_app.web.components.objects.objects import object_panel
from cellhub_app.web.components.viewer.viewer import display_panel, pixel_size, viewer
from cellhub_app.web.i18n import t

TABS = {"objects": t("Objects"), "history": t("History"), "display": t("Display")}


def canvas(state: Any, api: Any, *over: rx.Component, **editing: Any) -> rx.Component:
    """The picture with its outlines; `api` is below which address they are asked for. `over` lies over it.

    `editing` says whether and by whom the outlines may be changed.
    """
    address = f"{api}/images/{state.image_id}"
    then = rx.cond(state.past > 0, f"&revision={state.past}", "")
    view = viewer(
        image_id=state.image_id,
        image_url=f"{address}/display",
        width=state.width,
        height=state.height,
        polygons_url=rx.cond(
            state.has_outlines | editing.get("editable", False), f"{address}/polygons?frame={state.plane}&format=binary{then}", ""
        ),
        revision=rx.cond(state.past > 0, state.past, state.revision),
        pixel_size_um=state.pixel_size_um,
        name=state.name,
        caption=rx.cond(state.past > 0, t("Revision {number}", number=state.past), state.caption),
        show_outlines=state.outlines_are_shown,
        selected_id=state.object_id,
        frame=state.plane,
        frames=state.frames,
        timepoints=state.timepoints,
        on_plane=state.show_plane,
        depth_url=address,
        depth_scope=state.project_id,
        on_select=state.select,
        api=api,
        **editing,
    )
    waiting = rx.el.p(rx.cond(state.problem != "", state.problem, t("The image is being read.")), class_name="canvas-note")
    has_picture = (state.image_id != "") & (state.status == "ready")
    return rx.el.section(
        rx.cond(has_picture, view, rx.cond(state.image_id != "", waiting)), *over, class_name="canvas", aria_label=t("Image")
    )


def side(state: Any, api: Any, below: rx.Component | None = None, **tabs: rx.Component) -> rx.Component:
    """What is known of the image: its objects, with `below` under them, how it is shown, and, each in a tab, what else there is."""
    head = rx.el.div(rx.el.h1(state.name, class_name="ellipsis"), rx.el.p(state.size, class_name="dim small number"))
    failed = rx.cond((state.problem != "") & (state.status == "ready"), rx.el.p(state.problem, class_name="error-text small"))
    return rx.el.aside(
        head,
        failed,
        _tabbed(state, {"objects": _objects(state, api, below), "display": _display(state, api), **tabs}),
        class_name="side",
        aria_label=t("Objects"),
    )


def _objects(state: Any, api: Any, below: rx.Component | None) -> rx.Component:
    then = rx.cond(state.past > 0, f"&revision={state.past}", "")
    panel = object_panel(
        url=rx.cond(state.is_segmented, f"{api}/images/{state.image_id}/measurements?frame={state.plane}{then}", ""),
        revision=state.revision,
        channels=state.channels,
        image_id=state.image_id,
        frame=state.plane,
        frames=state.frames,
        is_stack=state.planes > 1,
        selected_id=state.object_id,
        provenance=state.provenance,
        on_select=state.select,
    )
    return rx.el.div(rx.el.div(panel, class_name="side-list"), below or rx.fragment(), class_name="side-objects")


def _display(state: Any, api: Any) -> rx.Component:
    address = f"{api}/images/{state.image_id}"
    return rx.el.div(
        display_panel(),
        pixel_size(url=address, pixel_size_um=state.pixel_size_um, can_edit=state.may_annotate, key=state.image_id),
    )


def _tabbed(state: Any, panels: dict[str, rx.Component]) -> rx.Component:
    triggers = [rx.tabs.trigger(TABS[name], value=name, data_testid=f"side-{name}") for name in TABS if name in panels]
    contents = [rx.tabs.content(panel, value=name, class_name="side-tab") for name, panel in panels.items()]
    return rx.tabs.root(rx.tabs.list(*triggers, size="1"), *contents, value=state.side, on_change=state.show_side, class_name="side-tabs")


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
