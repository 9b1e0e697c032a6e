"""What an address shows where nothing is."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.buttons import link_button
from cellhub_app.web.components.feedback import empty_state
from cellhub_app.web.i18n import t


def not_found() -> rx.Component:
    """The 404 page."""
    words = t("The address may be mistyped, or what was here has been deleted or is not shared with you any more.")
    way_back = link_button(t("Go to your projects"), to=routes.HOME, kind="primary", icon="layout-grid")
    return rx.el.main(empty_state("telescope", t("There is nothing at this address"), words, way_back, alone=True), class_name="alone")
