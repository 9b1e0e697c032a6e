"""One image of a shared project in the viewer."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.address.address import address_query
from cellhub_app.web.components.buttons import link, link_button
from cellhub_app.web.components.feedback import empty_state
from cellhub_app.web.components.image_view import canvas, side, strip, switches
from cellhub_app.web.components.keyboard import VIEWER_KEYS, keyboard_help
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.shared.frame import shared_page
from cellhub_app.web.pages.shared.image_state import SharedImageState


def shared_image() -> rx.Component:
    """The page behind /s/<link>/images/<image>."""
    api = routes.shared_api(SharedImageState.link_id)
    body = rx.el.div(canvas(SharedImageState, api), side(SharedImageState, api), strip(SharedImageState, api=api), class_name="image-page")
    shown = rx.cond(SharedImageState.is_missing, _missing(), body)
    crumbs = [(SharedImageState.project_name, SharedImageState.back), (SharedImageState.name, "")]
    back = link(
        rx.icon("arrow-left"), to=SharedImageState.back, aria_label=t("All images"), class_name="btn btn-ghost btn-icon shared-back"
    )
    tools = rx.fragment(back, switches(SharedImageState), keyboard_help(t("Keys of the viewer"), VIEWER_KEYS))
    return shared_page(shown, address_query(query=SharedImageState.query), crumbs=crumbs, tools=tools)


def _missing() -> rx.Component:
    back = link_button(t("All images"), to=SharedImageState.back, kind="primary")
    return empty_state("image-off", t("There is no such image"), t("It may have been deleted, or it is of another project."), back)
