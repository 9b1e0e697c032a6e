"""The queue of a project at the side: where each batch stands, what failed and why, and the buttons to steer it."""

import reflex as rx

from cellhub_app.web.batches import BatchBox
from cellhub_app.web.components.buttons import button, icon_button, link
from cellhub_app.web.components.feedback import stacked_bar, status_chip
from cellhub_app.web.components.throughput import throughput_chart
from cellhub_app.web.components.working import working_images
from cellhub_app.web.i18n import noun, t
from cellhub_app.web.pages.project.images_state import ImagesState
from cellhub_app.web.pages.project.pace import ProjectPace
from cellhub_app.web.pages.project.segment_state import QueueActions
from cellhub_app.web.pages.project.state import Failure, ProjectState


def queue_panel() -> rx.Component:
    """The panel; it folds away."""
    close = icon_button(t("Fold the queue away"), "x", small=True, class_name="panel-close", on_click=ProjectState.toggle_panel)
    return rx.el.aside(
        rx.el.div(rx.el.h2(t("Queue of this project")), close, class_name="row-between"),
        rx.cond(ProjectState.batches.length() == 0, _nothing_runs(), rx.foreach(ProjectState.batches, _batch)),
        rx.cond(ProjectState.failed > 0, _failures()),
        rx.cond(ProjectState.batches.length() > 0, _last_hour()),
        class_name="panel",
        aria_label=t("Queue of this project"),
        data_testid="queue-panel",
    )


def _nothing_runs() -> rx.Component:
    words = rx.cond(
        ProjectState.total == 0,
        t("Add images first. What you segment then shows up here, with its place in the line and the time left."),
        t("Nothing was segmented yet. Press Segment: the place in the line and the time left show up here."),
    )
    return rx.el.p(words, class_name="dim")


def _batch(batch: rx.Var[BatchBox]) -> rx.Component:
    figures = rx.el.dl(
        rx.el.div(rx.el.dt(t("Position")), rx.el.dd(batch.position, class_name=_size(batch.position), data_testid="batch-position")),
        rx.el.div(rx.el.dt(t("Time left")), rx.el.dd(batch.time_left, class_name=_size(batch.time_left), data_testid="batch-time-left")),
        class_name="figures",
    )
    shares = [(name, getattr(batch, name)) for name in ("succeeded", "running", "failed", "cancelled")]
    return rx.el.div(
        rx.el.div(rx.el.h3(batch.title, class_name="ellipsis"), status_chip(batch.status), class_name="row-between"),
        rx.cond(batch.is_open, figures),
        stacked_bar(batch.summary, shares),
        rx.el.p(batch.summary, class_name="dim small number", data_testid="batch-summary"),
        working_images(batch),
        rx.cond(batch.note != "", rx.el.p(batch.note, class_name="dim small number")),
        rx.cond(ProjectState.can_edit, _buttons(batch)),
        class_name="box batch",
        data_testid="batch",
    )


def _size(words: rx.Var[str]) -> rx.Var[str]:
    """Words need less room than figures."""
    return rx.cond(words.length() > 7, "figure-words", "")


def _last_hour() -> rx.Component:
    history = link(t("History"), to=ProjectState.history_href, class_name="text-link small", data_testid="project-history")
    return rx.el.div(
        rx.el.div(rx.el.h3(t("Throughput")), history, class_name="row-between"),
        throughput_chart(ProjectPace.drawn),
        class_name="box stack",
    )


def _buttons(batch: rx.Var[BatchBox]) -> rx.Component:
    pause = button(t("Pause"), icon="pause", small=True, on_click=QueueActions.pause(batch.id), data_testid="batch-pause")
    resume = button(t("Resume"), icon="play", small=True, on_click=QueueActions.resume(batch.id), data_testid="batch-resume")
    cancel = button(t("Cancel"), icon="x", small=True, on_click=QueueActions.cancel(batch.id), data_testid="batch-cancel")
    retry = button(
        t("Retry {count} failed", count=batch.failed_count), icon="rotate-cw", small=True, on_click=QueueActions.retry(batch.id),
        data_testid="batch-retry",
    )  # fmt: skip
    parts = [rx.cond(batch.can_pause, pause), rx.cond(batch.can_resume, resume), cancel]
    return rx.cond(batch.is_open, rx.el.div(*parts, rx.cond(batch.failed_count > 0, retry), class_name="row wrap"))


def _failures() -> rx.Component:
    def line(failure: rx.Var[Failure]) -> rx.Component:
        name = link(failure.name, to=failure.href, class_name="ellipsis failure-name")
        return rx.el.li(name, rx.el.span(failure.reason, class_name="dim small"))

    title = rx.el.h3(t("{count} ", count=ProjectState.failed), noun(ProjectState.failed, "image failed", "images failed"))
    retry = button(t("Retry these"), icon="rotate-cw", small=True, on_click=QueueActions.retry_all, data_testid="failures-retry")
    can_retry = ProjectState.can_edit & (ProjectState.retryable > 0)
    show = button(t("Show them"), small=True, on_click=ImagesState.show("unsuccessful"), data_testid="failures-show")
    return rx.el.div(
        title,
        rx.el.ul(rx.foreach(ProjectState.failures, line), class_name="failures"),
        rx.el.div(rx.cond(ImagesState.status != "unsuccessful", show), rx.cond(can_retry, retry), class_name="row wrap"),
        class_name="box box-failed",
        data_testid="failures",
    )
