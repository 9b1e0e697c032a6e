"""The tab of exports."""

import reflex as rx

from cellhub_app.web.components.buttons import button, download_button
from cellhub_app.web.components.feedback import empty_state, progress_bar, skeleton, status_chip
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.project.export_dialog import export_dialog
from cellhub_app.web.pages.project.exports_state import ExportRow, ExportsState
from cellhub_app.web.pages.project.frame import project_page
from cellhub_app.web.pages.project.imports import imports_part


def exports_tab() -> rx.Component:
    """The page behind /projects/<id>/exports."""
    new = button(
        t("New export"), kind="primary", icon="plus", disabled=ExportsState.total == 0, on_click=ExportsState.open_for_all,
        data_testid="export-new",
    )  # fmt: skip
    words = t("Take polygons and measurements with you: choose formats, and a worker packs them into one ZIP.")
    nothing = empty_state("package", t("No exports yet"), words, new)
    same = button(
        t("Same as last time"), icon="repeat", disabled=ExportsState.total == 0, on_click=ExportsState.again(ExportsState.rows[0].id),
        data_testid="export-same",
    )  # fmt: skip
    rows = rx.fragment(
        rx.el.div(rx.el.h2(t("Exports")), rx.el.div(same, new, class_name="row wrap"), class_name="page-head"),
        rx.el.ul(rx.foreach(ExportsState.rows, _row), class_name="rows", data_testid="exports"),
    )
    shown = rx.cond(ExportsState.rows.length() == 0, nothing, rows)
    content = rx.el.div(rx.cond(ExportsState.are_loaded, shown, skeleton("100%", "120px")), imports_part(), class_name="stack-large")
    return project_page("exports", rx.el.div(rx.el.div(content, class_name="page page-narrow"), class_name="scroll"), export_dialog())


def _row(row: rx.Var[ExportRow]) -> rx.Component:
    formats = rx.el.div(rx.foreach(row.formats, lambda title: rx.el.span(title, class_name="chip")), class_name="row wrap")
    when = rx.el.span(rx.moment(row.made_at, from_now=True), class_name="dim small")
    facts = rx.el.p(rx.cond(row.size != "", row.size + " · ", ""), row.expires, class_name="dim small number")
    running = rx.el.div(
        progress_bar(t("Making the export"), row.percent),
        rx.el.span(f"{row.percent} %", class_name="dim small number"),
        class_name="export-progress",
    )
    download = download_button(t("Download"), href=row.href, kind="primary", small=True, data_testid="export-download")
    again = button(t("Make again"), small=True, on_click=ExportsState.again(row.id), data_testid="export-again")
    cancel = button(t("Cancel"), small=True, on_click=ExportsState.cancel(row.id), data_testid="export-cancel")
    return rx.el.li(
        rx.el.div(formats, when, class_name="grow stack-small"),
        status_chip(row.status, custom_attrs={"data-testid": "export-status"}),
        rx.cond(row.is_running, running, rx.cond(row.is_ready, facts, rx.el.p(row.error, class_name="small dim"))),
        rx.cond(row.is_running, cancel, rx.cond(row.is_ready, download, again)),
        class_name="line",
        data_testid="export",
    )
