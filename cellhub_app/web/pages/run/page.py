"""The page of a run: what it did, image by image."""

from typing import Any

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.buttons import button, link, link_button
from cellhub_app.web.components.feedback import empty_state, face, skeleton, stacked_bar, status_chip
from cellhub_app.web.components.shell import shell
from cellhub_app.web.components.working import percent_bar
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.run.log_state import LogLine, RunLog
from cellhub_app.web.pages.run.state import CauseRow, ImageRow, RunState
from cellhub_app.web.pages.run.words import Fact

CRUMBS = [(t("Queue"), routes.QUEUE), (t("Run"), "")]


def run() -> rx.Component:
    """The page behind /jobs/<id>: a batch, also by the job of one of its images."""
    shown = rx.cond(RunState.is_missing, _missing(), rx.foreach(RunState.box, _run))
    page = rx.cond(RunState.is_loaded, shown, rx.el.div(skeleton("100%", "120px"), skeleton("100%", "320px"), class_name="stack-large"))
    return shell(rx.el.div(page, class_name="page page-wide"), here="queue", crumbs=CRUMBS)


def _missing() -> rx.Component:
    words = t("It may have been removed with its project, or it is not shared with you any more.")
    return empty_state("history", t("There is no such run"), words, link_button(t("Open the queue"), to=routes.QUEUE, kind="primary"))


def _run(box: rx.Var[Any]) -> rx.Component:
    starter = rx.el.span(
        face(RunState.who.initials, RunState.who.colour, RunState.who.name),
        rx.el.span(t("started by {name}", name=RunState.who.name), " · ", rx.moment(RunState.started_at, format="D MMM YYYY, HH:mm")),
        class_name="run-who dim small",
    )
    project = link(RunState.project_name, to=routes.project(RunState.project_id), class_name="text-link")
    head = rx.el.div(
        rx.el.div(rx.el.h1(box.title), rx.el.div(project, starter, class_name="row wrap"), class_name="stack-small"),
        rx.el.div(
            status_chip(box.status, data_testid="run-status"),
            rx.cond(RunState.can_steer, _steering(box)),
            class_name="row wrap",
        ),
        class_name="row-between wrap",
    )
    shares = [(name, getattr(box, name)) for name in ("succeeded", "running", "failed", "cancelled")]
    figures = rx.el.div(
        stacked_bar(box.summary, shares),
        rx.el.div(
            rx.el.p(box.summary), rx.el.p(RunState.outlook, data_testid="run-outlook"), class_name="row-between wrap dim number small"
        ),
        class_name="stack-small",
        data_testid="run-figures",
    )
    facts = rx.el.dl(rx.foreach(RunState.facts, _fact), class_name="run-facts", data_testid="run-facts")
    failures = rx.cond(RunState.causes.length() > 0, _failures())
    return rx.el.div(head, figures, facts, failures, _images(), class_name="stack-large", data_testid="run")


def _fact(fact: rx.Var[Fact]) -> rx.Component:
    return rx.el.div(rx.el.dt(fact.name), rx.el.dd(fact.value, class_name="number"))


def _failures() -> rx.Component:
    """Each reason once, and what can be done about it."""

    def cause(row: rx.Var[CauseRow]) -> rx.Component:
        return rx.el.li(rx.el.p(rx.el.b(row.images, class_name="number"), " ", row.detail), data_testid="run-cause")

    retry = button(RunState.retry_words, icon="rotate-cw", on_click=RunState.retry, data_testid="run-retry")
    return rx.el.section(
        rx.el.h2(t("Why images failed")),
        rx.el.ul(rx.foreach(RunState.causes, cause), class_name="causes"),
        rx.cond(RunState.no_retry != "", rx.el.p(RunState.no_retry, class_name="dim small")),
        rx.cond(RunState.retry_words != "", rx.el.div(retry)),
        class_name="cause-box",
        aria_label=t("Why images failed"),
    )


def _steering(box: rx.Var[Any]) -> rx.Component:
    """What can be done with a run that is not over."""
    return rx.fragment(
        rx.cond(box.can_pause, button(t("Pause"), icon="pause", on_click=RunState.pause(box.id), data_testid="run-pause")),
        rx.cond(box.can_resume, button(t("Resume"), icon="play", on_click=RunState.resume(box.id), data_testid="run-resume")),
        button(t("Cancel"), icon="x", on_click=RunState.cancel(box.id), data_testid="run-cancel"),
    )


def _images() -> rx.Component:
    rows = rx.el.ul(rx.foreach(RunState.images, _image), class_name="rows run-images", data_testid="run-images")
    more = rx.el.div(button(t("Show more"), on_click=RunState.show_more, data_testid="run-more"), class_name="cards-more")
    none = rx.el.p(t("This run has no images any more: they were removed for good."), class_name="dim quiet")
    shown = rx.cond(RunState.images.length() > 0, rx.fragment(rows, rx.cond(RunState.has_more, more)), none)
    return rx.el.section(rx.el.h2(t("Images")), shown, class_name="stack", aria_label=t("Images"))


def _image(row: rx.Var[ImageRow]) -> rx.Component:
    is_open = RunLog.job_id == row.job_id
    name = rx.cond(
        row.is_gone,
        rx.el.span(row.name, " ", rx.el.span(t("(deleted)"), class_name="dim")),
        link(row.name, to=row.href, class_name="text-link"),
    )
    words = rx.el.div(
        rx.el.b(name, class_name="ellipsis"),
        rx.el.span(row.objects, rx.cond(row.objects != "", " · ", ""), row.times, class_name="dim small number"),
        rx.cond(row.percent >= 0, rx.el.div(*percent_bar(row.name, row.percent), class_name="export-progress")),
        rx.cond(row.problem != "", rx.el.span(row.problem, class_name="error-text small", data_testid="run-problem")),
        class_name="grow stack-small",
    )
    log = button(
        rx.cond(is_open, t("Hide the log"), t("Log")), small=True, on_click=RunLog.choose(row.job_id), data_testid="run-log",
        custom_attrs={"aria-expanded": rx.cond(is_open, "true", "false")},
    )  # fmt: skip
    line = rx.el.div(_picture(row), words, status_chip(row.status), log, class_name="run-line")
    return rx.el.li(line, rx.cond(is_open, _log()), key=row.job_id, data_testid="run-image", custom_attrs={"data-status": row.status})


def _picture(row: rx.Var[ImageRow]) -> rx.Component:
    """The thumbnail with what was found over it."""
    gone = rx.cond(row.is_gone, rx.icon("image-off"))
    return rx.el.span(gone, class_name="run-picture", style={"background_image": row.pictures}, aria_hidden="true")


def _log() -> rx.Component:
    def entry(line: rx.Var[LogLine]) -> rx.Component:
        moment = rx.moment(line.at, format="HH:mm:ss", class_name="dim number")
        return rx.el.li(moment, rx.el.span(line.message), class_name=f"log-{line.level}", data_testid="log-line")

    return rx.el.div(
        rx.cond(RunLog.facts.length() > 0, rx.el.dl(rx.foreach(RunLog.facts, _fact), class_name="run-facts small")),
        rx.el.ol(
            rx.foreach(RunLog.lines, entry),
            class_name="run-log small",
            aria_label=t("Log of {name}", name=RunLog.image_name),
            custom_attrs={"aria-live": "polite"},
        ),
        class_name="run-open",
    )
