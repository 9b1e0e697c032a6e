"""The dialogs of the dashboard."""

import reflex as rx

from cellhub_app.core.limits import NAME_MAX_LENGTH
from cellhub_app.web.components.dialogs import form_dialog
from cellhub_app.web.components.forms import field
from cellhub_app.web.components.samples import kind_choices
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.dashboard.state import DashboardState


def create_dialog() -> rx.Component:
    """A new project: its name, what is in the pictures, and the pixel size if known."""
    return form_dialog(
        t("New project"),
        field(t("Name"), "name", required=True, max_length=NAME_MAX_LENGTH, auto_focus=True, placeholder=t("HeLa, dose series 7")),
        kind_choices(),
        field(
            t("Pixel size, µm"),
            "pixel_size_um",
            type="number",
            min=0.0001,
            max=10_000,
            step="any",
            hint=t("Leave it empty if the files tell it, or if you do not know."),
        ),
        act=t("Create project"),
        test_id="project-create",
        on_submit=DashboardState.create,
        is_open=DashboardState.create_is_open,
        on_open_change=DashboardState.set_create_open,
        description=t("The kind of sample picks the model that is offered first."),
    )


def rename_dialog() -> rx.Component:
    """Another name for a project."""
    return form_dialog(
        t("Rename project"),
        field(t("Name"), "name", required=True, max_length=NAME_MAX_LENGTH, auto_focus=True, default_value=DashboardState.renamed_name),
        act=t("Rename"),
        test_id="project-rename",
        on_submit=DashboardState.rename,
        is_open=DashboardState.renamed_id != "",
        on_open_change=lambda _is_open: DashboardState.ask_name(""),
        key=DashboardState.renamed_name,
    )
