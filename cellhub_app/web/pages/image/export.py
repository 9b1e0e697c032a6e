"""The button "Export" in the bar of the image's page: a menu of formats, each an export of this image alone."""

import reflex as rx

from cellhub_app.web.components.buttons import button
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.image.export_state import ImageExportState
from cellhub_app.web.pages.image.state import ImageState


def export_menu() -> rx.Component:
    """The button and its menu."""
    trigger = button(
        rx.el.span(t("Export"), class_name="bar-words"), icon="download", small=True, disabled=ImageState.status != "ready",
        aria_label=t("Export this image"), title=t("Export this image"), data_testid="image-export",
    )  # fmt: skip
    formats = rx.foreach(
        ImageExportState.formats,
        lambda one: rx.dropdown_menu.item(
            one.title, on_select=ImageExportState.start(one.name), custom_attrs={"data-testid": f"image-export-{one.name}"}
        ),
    )
    menu = rx.dropdown_menu.content(formats, align="end")
    return rx.dropdown_menu.root(rx.dropdown_menu.trigger(trigger), menu, on_open_change=ImageExportState.offer)
