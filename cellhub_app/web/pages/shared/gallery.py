"""The gallery of a shared project."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.address.address import address_query
from cellhub_app.web.components.feedback import skeleton
from cellhub_app.web.components.forms import search_box, select
from cellhub_app.web.components.gallery.gallery import gallery
from cellhub_app.web.i18n import catalogue, t
from cellhub_app.web.pages.shared.frame import shared_page
from cellhub_app.web.pages.shared.state import SharedState

SORTS = [
    ("-createdAt", t("newest first")),
    ("createdAt", t("oldest first")),
    ("name", t("name, A to Z")),
    ("-objectCount", t("most objects")),
    ("objectCount", t("fewest objects")),
]


def shared_gallery() -> rx.Component:
    """The page behind /s/<link>."""
    search = search_box(
        t("Search images by name"), placeholder=t("Search image names"), default_value=SharedState.q, key=SharedState.search_key,
        on_change=SharedState.search.debounce(250), data_testid="shared-search",
    )  # fmt: skip
    title = rx.cond(
        SharedState.is_loaded,
        rx.fragment(rx.el.h1(SharedState.project_name), rx.el.p(SharedState.meta, class_name="dim number", data_testid="shared-meta")),
        rx.fragment(skeleton("240px", "24px"), skeleton("320px", "16px")),
    )
    head = rx.el.div(rx.el.div(title, class_name="grow"), _tools(), class_name="shared-head")
    work = rx.el.section(head, _gallery(), class_name="work shared-work", aria_label=t("Images"))
    return shared_page(work, address_query(query=SharedState.gallery_query), crumbs=[(t("A shared project"), "")], tools=search)


def _gallery() -> rx.Component:
    view = gallery(
        api=routes.shared_api(SharedState.link_id),
        project_id=SharedState.project_id,
        query=SharedState.gallery_query,
        total=rx.cond(SharedState.q == "", SharedState.total, 0),
        refresh=SharedState.refresh,
        thumbnail_size=SharedState.thumbnail_size,
        outlines=SharedState.outlines,
        can_select=False,
        doubt_from=SharedState.doubt_from,
        words=catalogue(),
        on_open=SharedState.open_picture,
    )
    return rx.el.div(rx.cond(SharedState.is_loaded, view), class_name="gallery-frame")


def _tools() -> rx.Component:
    sort = rx.el.label(
        select(SORTS, label=t("Sort images"), small=True, plain=True, value=SharedState.sort, on_change=SharedState.order),
        class_name="row sort",
    )
    outlines = rx.el.label(
        rx.switch(checked=SharedState.outlines, on_change=SharedState.show_thumbnail_outlines, size="1", data_testid="shared-outlines"),
        t("Outlines"),
        class_name="row small dim",
    )
    size = rx.el.input(
        type="range", min=96, max=360, step=8, value=SharedState.thumbnail_size, aria_label=t("Size of the thumbnails"), class_name="range",
        on_change=SharedState.resize,
    )  # fmt: skip
    return rx.el.div(sort, outlines, size, class_name="tools-right tools")
