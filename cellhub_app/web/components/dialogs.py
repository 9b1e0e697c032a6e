"""Dialogs: a title, a word on what happens, the content, and the acts at the bottom right."""

from typing import Any

import reflex as rx

from cellhub_app.web.components.buttons import Kind, button, icon_button
from cellhub_app.web.i18n import t


def dialog(
    title: Any, *content: rx.Component, is_open: Any, on_open_change: Any, description: Any = "", wide: bool = False, **props: Any
) -> rx.Component:
    """A dialog that the state opens and closes; Escape and a click outside close it."""
    head = rx.el.div(
        rx.dialog.title(title, class_name="dialog-title"),
        rx.dialog.close(icon_button(t("Close"), "x", small=True)),
        class_name="dialog-head",
    )
    note = rx.dialog.description(description, class_name="dialog-note") if description != "" else rx.fragment()
    described = {} if description != "" else {"aria_describedby": ""}
    box = rx.dialog.content(head, note, *content, class_name="dialog dialog-wide" if wide else "dialog", **described, **props)
    return rx.dialog.root(box, open=is_open, on_open_change=on_open_change)


def dialog_actions(confirm: Any, *, test_id: str, kind: Kind = "primary", disabled: Any = False, **props: Any) -> rx.Component:
    """Cancel, and the button that does it; inside a form the second submits."""
    act = button(confirm, kind=kind, disabled=disabled, data_testid=test_id, **props)
    return rx.el.div(rx.dialog.close(button(t("Cancel"))), act, class_name="dialog-actions")


def form_dialog(
    title: Any,
    *fields: rx.Component,
    act: Any,
    test_id: str,
    on_submit: Any,
    is_open: Any,
    on_open_change: Any,
    description: Any = "",
    **form: Any,
) -> rx.Component:
    """A dialog that asks for a few things and then does it; what was typed stays when it is refused."""
    acts = dialog_actions(act, test_id=test_id, type="submit")
    content = rx.el.form(*fields, acts, on_submit=on_submit, reset_on_submit=False, **form)
    return dialog(title, content, is_open=is_open, on_open_change=on_open_change, description=description)
