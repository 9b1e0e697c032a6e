"""The tab of settings."""

import reflex as rx

from cellhub_app.core.limits import NAME_MAX_LENGTH, TEXT_MAX_LENGTH
from cellhub_app.web.components.buttons import button
from cellhub_app.web.components.feedback import skeleton
from cellhub_app.web.components.forms import field
from cellhub_app.web.components.samples import kind_choices
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.project.frame import project_page
from cellhub_app.web.pages.project.settings_state import SettingsState


def settings_tab() -> rx.Component:
    """The page behind /projects/<id>/settings."""
    shown = rx.cond(SettingsState.are_loaded & SettingsState.is_loaded, rx.fragment(_form(), _room(), _danger()), skeleton("100%", "260px"))
    content = rx.el.div(rx.el.h2(t("Settings")), shown, class_name="page page-narrow stack-large")
    return project_page("settings", rx.el.div(content, class_name="scroll"))


def _form() -> rx.Component:
    is_locked = ~SettingsState.can_manage
    description = rx.el.textarea(
        id="description", name="description", class_name="input", max_length=TEXT_MAX_LENGTH, default_value=SettingsState.description,
    )  # fmt: skip
    fields = rx.el.fieldset(
        field(t("Name"), "name", required=True, max_length=NAME_MAX_LENGTH, default_value=SettingsState.name),
        field(t("Description"), "description", control=description),
        kind_choices(SettingsState.loaded_kind),
        field(
            t("Pixel size, µm"), "pixel_size_um", type="number", min=0.0001, max=10_000, step="any", default_value=SettingsState.pixel_size,
            hint=t("For images whose files do not tell. Empty: sizes are shown in pixels."),
        ),
        rx.el.div(button(t("Save"), kind="primary", type="submit", data_testid="settings-save")),
        disabled=is_locked,
        class_name="plain-fieldset stack-large",
    )  # fmt: skip
    return rx.el.form(fields, on_submit=SettingsState.save, reset_on_submit=False, class_name="box")


def _room() -> rx.Component:
    """What the project takes of the storage."""
    rows = rx.foreach(SettingsState.room, lambda row: rx.el.div(rx.el.dt(row[0], class_name="dim"), rx.el.dd(row[1], class_name="number")))
    return rx.el.section(
        rx.el.h3(t("Storage")), rx.el.dl(rows, class_name="room"), class_name="box stack-small", data_testid="project-room"
    )


def _danger() -> rx.Component:
    words = rx.el.p(t("The project and its images go to the trash. You can take it back right after."), class_name="dim grow")
    delete = button(t("Delete project"), kind="danger", icon="trash-2", on_click=SettingsState.delete, data_testid="project-delete")
    return rx.cond(SettingsState.can_manage, rx.el.div(words, delete, class_name="box row-between wrap"))
