"""The part of the exports' tab that brings annotations in."""

import reflex as rx

from cellhub_app.web.components.feedback import status_chip
from cellhub_app.web.components.importer.importer import importer
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.project.imports_state import FileRow, ImportRow, ImportsState

WORDS = {
    "format": t("Format"),
    "auto": t("Recognise it"),
    "mode": t("Outlines that are there"),
    "replace": t("Replace them"),
    "add": t("Keep them, and add"),
    "drop": t("Drop files here, or"),
    "choose": t("Choose files"),
    "sending": t("Sending ..."),
    "failed": t("The files could not be sent. Check the connection and try again."),
}


def imports_part() -> rx.Component:
    """Form and list; viewers see the list alone, and nothing when it is empty."""
    explained = t(
        "Outlines from COCO, YOLO, GeoJSON, ImageJ, label masks, CVAT or LabelMe. Files are matched to images by name; the history"
        " of each image keeps what was there and can bring it back."
    )
    form = rx.fragment(
        rx.el.p(explained, class_name="dim"),
        importer(action=ImportsState.imports_action, formats=ImportsState.readers, words=WORDS),
    )
    has_rows = ImportsState.imported.length() > 0
    rows = rx.el.ul(rx.foreach(ImportsState.imported, _row), class_name="rows", data_testid="imports")
    part = rx.el.section(
        rx.el.h2(t("Imports")),
        rx.cond(ImportsState.can_annotate, form),
        rx.cond(has_rows, rows),
        class_name="stack",
        aria_label=t("Imports"),
    )
    return rx.cond(ImportsState.can_annotate | has_rows, part)


def _row(row: rx.Var[ImportRow]) -> rx.Component:
    report = rx.el.details(
        rx.el.summary(row.report_title),
        rx.el.div(rx.foreach(row.files, _file), class_name="import-report"),
        data_testid="import-report",
    )
    words = rx.el.div(
        rx.el.div(rx.el.b(row.name), rx.el.span(rx.moment(row.made_at, from_now=True), class_name="dim small"), class_name="row wrap"),
        rx.cond(row.error != "", rx.el.p(row.error, class_name="small", data_testid="import-error")),
        rx.cond(row.report_title != "", report),
        class_name="grow stack-small",
    )
    return rx.el.li(
        words,
        rx.el.span(row.facts, class_name="dim small number", data_testid="import-facts"),
        status_chip(row.status, custom_attrs={"data-testid": "import-status"}),
        class_name="line import",
        data_testid="import",
    )


def _file(file: rx.Var[FileRow]) -> rx.Component:
    return rx.el.div(
        rx.el.p(rx.el.b(file.name), " ", rx.el.span(file.facts, class_name="dim number")),
        rx.cond(file.remarks.length() > 0, rx.el.ul(rx.foreach(file.remarks, rx.el.li))),
        class_name="small",
    )
