"""The history on the page of the queue: what ended, why images failed, and the button to try them again."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.buttons import button, link, link_button
from cellhub_app.web.components.feedback import skeleton, status_chip
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.queue.history_state import CauseRow, Example, HistoryRow, HistoryState
from cellhub_app.web.pages.queue.parts import heading, progress


def history() -> rx.Component:
    """The section; the address narrows it to a project or one batch."""
    of_project = rx.cond(HistoryState.of_project != "", t("History of {name}", name=HistoryState.of_project), t("One batch"))
    title = rx.cond(HistoryState.is_narrowed, of_project, t("History"))
    everything = link_button(t("Show the whole history"), to=routes.QUEUE, small=True, data_testid="history-all")
    more = button(t("Show more"), on_click=HistoryState.show_more, data_testid="history-more")
    rows = rx.fragment(
        rx.el.ul(rx.foreach(HistoryState.rows, _row), class_name="rows", data_testid="history"),
        rx.cond(HistoryState.has_more, rx.el.div(more, class_name="cards-more")),
    )
    none = rx.cond(
        HistoryState.missing != "", HistoryState.missing, t("Nothing has ended yet. Each batch is kept here with what came of it.")
    )
    shown = rx.cond(HistoryState.rows.length() > 0, rows, rx.el.p(none, class_name="dim quiet", data_testid="history-none"))
    return rx.el.section(
        rx.el.div(rx.el.h2(title), rx.cond(HistoryState.is_narrowed, everything), class_name="row-between wrap section-head"),
        rx.cond(HistoryState.are_loaded, shown, skeleton("100%", "160px")),
        class_name="stack queue-history",
        aria_label=t("History"),
    )


def _row(row: rx.Var[HistoryRow]) -> rx.Component:
    ended = link(
        rx.icon("link"), rx.moment(row.ended_at, from_now=True), to=row.href, title=t("Link to this batch"), class_name="quiet-link",
        data_testid="history-link",
    )  # fmt: skip
    head = heading(row.project, row.project_href, row.batch, row.who, ended)
    details = link_button(t("Details"), to=row.run_href, small=True, data_testid="history-run")
    return rx.el.li(
        rx.el.div(head, rx.el.div(details, status_chip(row.batch.status), class_name="row"), class_name="queue-head"),
        progress(row.batch, row.batch.note),
        rx.cond(row.causes.length() > 0, _causes(row)),
        key=row.batch.id,
        class_name="queue-line",
        data_testid="history-batch",
    )


def _causes(row: rx.Var[HistoryRow]) -> rx.Component:
    retry = button(
        row.retry, icon="rotate-cw", small=True, on_click=HistoryState.retry(row.batch.id),
        data_testid="history-retry",
    )  # fmt: skip
    return rx.el.div(
        rx.el.h4(t("Why images failed")),
        rx.el.ul(rx.foreach(row.causes, _cause), class_name="causes"),
        rx.cond(row.more_causes != "", rx.el.p(row.more_causes, class_name="dim small")),
        rx.cond(row.no_retry != "", rx.el.p(row.no_retry, class_name="dim small")),
        rx.cond(row.retry != "", rx.el.div(retry)),
        class_name="cause-box",
    )


def _cause(cause: rx.Var[CauseRow]) -> rx.Component:
    def example(image: rx.Var[Example]) -> rx.Component:
        return rx.el.li(link(image.name, to=image.href, class_name="text-link"))

    examples = rx.el.ul(
        rx.foreach(cause.examples, example), rx.cond(cause.more != "", rx.el.li(cause.more)), class_name="examples small dim"
    )
    return rx.el.li(rx.el.p(rx.el.b(cause.images, class_name="number"), " ", cause.detail), examples, data_testid="cause")
