"""The dialog "Export": formats, each with a word on what it is for."""

import reflex as rx

from cellhub_app.web.components.dialogs import dialog, dialog_actions
from cellhub_app.web.i18n import noun, t
from cellhub_app.web.pages.project.exports_state import ExportsState, FormatChoice


def export_dialog() -> rx.Component:
    """The dialog; the state opens it."""
    count = ExportsState.image_count
    words = rx.fragment(t("Export {count} ", count=count), noun(count, "image", "images"))
    formats = rx.el.fieldset(
        rx.el.legend(t("Formats"), class_name="spoken"), rx.foreach(ExportsState.choices, _format), class_name="formats"
    )
    return dialog(
        t("Export"),
        formats,
        dialog_actions(words, test_id="export-start", on_click=ExportsState.start, disabled=~ExportsState.has_choice | (count == 0)),
        is_open=ExportsState.dialog == "export",
        on_open_change=ExportsState.set_open,
        description=t("One ZIP with a folder for each format; it is made in the background and kept for three days."),
    )


def _format(choice: rx.Var[FormatChoice]) -> rx.Component:
    box = rx.checkbox(
        checked=choice.is_chosen,
        on_change=lambda _checked: ExportsState.toggle(choice.name),
        custom_attrs={"data-testid": f"format-{choice.name}"},
    )
    return rx.el.label(
        box,
        rx.el.span(rx.el.b(choice.title), rx.el.span(choice.purpose, class_name="field-hint"), class_name="choice-text"),
        class_name="format",
    )
