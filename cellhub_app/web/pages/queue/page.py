"""The page of the queue: what runs and how fast, the workers, and what has ended."""

import reflex as rx

from cellhub_app.web.components.buttons import button
from cellhub_app.web.components.dialogs import dialog
from cellhub_app.web.components.feedback import empty_state, skeleton, status_chip
from cellhub_app.web.components.shell import shell
from cellhub_app.web.components.throughput import throughput_chart
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.queue.history import history
from cellhub_app.web.pages.queue.history_state import HistoryState
from cellhub_app.web.pages.queue.pace import QueuePace
from cellhub_app.web.pages.queue.parts import heading, progress
from cellhub_app.web.pages.queue.state import QueueLine, QueueState, WorkerRow


def queue() -> rx.Component:
    """The page behind /queue."""
    main = rx.el.div(_running(), history(), class_name="queue-main")
    columns = rx.el.div(main, rx.el.div(_throughput(), _workers(), class_name="queue-side"), class_name="queue-columns")
    not_yet = rx.cond(_has_error(), _trouble(), _waiting())
    load = rx.cond(QueueState.is_loaded, rx.el.p(_load(), class_name="dim number"))
    head = rx.el.div(rx.el.h1(t("Queue")), load, class_name="stack-small queue-title")
    page = rx.el.div(head, rx.cond(QueueState.is_loaded, columns, not_yet), class_name="page page-wide")
    return shell(page, _cancel_dialog(), here="queue", crumbs=[(t("Queue"), "")])


def _waiting() -> rx.Component:
    return rx.el.div(skeleton("100%", "140px"), skeleton("100%", "220px"), class_name="stack-large", aria_busy="true")


def _has_error() -> rx.Var[bool]:
    """Whether something was reported; the database may have been away before any handler could say so in a state."""
    messages = QueueState.messages
    return rx.Var(f"{messages!s}.some(message => message.kind === 'error')", _var_data=messages._get_all_var_data()).to(bool)


def _trouble() -> rx.Component:
    words = t("The server could not read the queue just now. What runs goes on meanwhile.")
    again = button(t("Try again"), icon="rotate-cw", on_click=[QueueState.load, HistoryState.load_history, QueuePace.load_pace])
    return empty_state("cloud-off", t("The queue can't be shown"), words, again, data_testid="queue-trouble")


def _acts() -> rx.Component:
    """What can be done with all that the person started."""
    pause = button(t("Pause all of mine"), icon="pause", small=True, on_click=QueueState.pause_all, data_testid="queue-pause-all")
    resume = button(t("Resume all of mine"), icon="play", small=True, on_click=QueueState.resume_all, data_testid="queue-resume-all")
    cancel = button(t("Cancel all of mine"), icon="x", small=True, on_click=QueueState.ask_cancel_all(True), data_testid="queue-cancel-all")
    parts = [
        rx.cond(QueueState.may_pause_all, pause),
        rx.cond(QueueState.may_resume_all, resume),
        rx.cond(QueueState.cancellable != "", cancel),
    ]
    return rx.el.div(*parts, class_name="row wrap")


def _cancel_dialog() -> rx.Component:
    confirm = t("Cancel {batches}", batches=QueueState.cancellable)
    return dialog(
        t("Cancel all that you started?"),
        rx.el.div(
            rx.dialog.close(button(t("Let them run"))),
            button(confirm, kind="danger-solid", on_click=QueueState.cancel_all, data_testid="queue-cancel-confirm"),
            class_name="dialog-actions",
        ),
        is_open=QueueState.asks_cancel,
        on_open_change=QueueState.ask_cancel_all,
        description=t("What waits or is being processed is taken out of the line. What is done stays; the rest can be segmented again."),
    )


def _running() -> rx.Component:
    words = t("When somebody in your projects segments images, their place in the line and the time left are shown here.")
    lines = rx.el.ul(rx.foreach(QueueState.lines, _line), class_name="rows", data_testid="queue-batches")
    idle = rx.el.div(empty_state("coffee", t("Nothing is running"), words), class_name="box queue-idle")
    return rx.el.section(
        rx.el.div(rx.el.h2(t("Running")), _acts(), class_name="row-between wrap section-head"),
        rx.cond(QueueState.lines.length() > 0, lines, idle),
        class_name="stack",
        aria_label=t("Running"),
    )


def _load() -> rx.Component:
    queued, running = QueueState.queued_in_all, QueueState.running_in_all
    words = t("On the whole server {queued} wait and {running} are being processed.", queued=queued, running=running)
    return rx.cond(queued + running == 0, t("No image is in line on this server."), words)


def _line(line: rx.Var[QueueLine]) -> rx.Component:
    batch = line.batch
    figures = rx.el.dl(
        rx.el.div(rx.el.dt(t("Position")), rx.el.dd(batch.position)),
        rx.el.div(rx.el.dt(t("Time left")), rx.el.dd(batch.time_left)),
        class_name="figures figures-small",
    )
    retry = button(t("Retry {count} failed", count=batch.failed_count), icon="rotate-cw", small=True, on_click=QueueState.retry(batch.id))
    acts = rx.el.div(
        rx.cond(batch.can_pause, button(t("Pause"), icon="pause", small=True, on_click=QueueState.pause(batch.id))),
        rx.cond(batch.can_resume, button(t("Resume"), icon="play", small=True, on_click=QueueState.resume(batch.id))),
        button(t("Cancel"), icon="x", small=True, on_click=QueueState.cancel(batch.id)),
        rx.cond(batch.failed_count > 0, retry),
        class_name="row wrap",
    )
    return rx.el.li(
        rx.el.div(heading(line.project, line.href, batch, line.who), status_chip(batch.status), class_name="queue-head"),
        progress(batch),
        rx.el.div(figures, rx.cond(line.can_edit, acts), class_name="queue-foot"),
        key=batch.id,
        class_name="queue-line",
        data_testid="queue-batch",
    )


def _throughput() -> rx.Component:
    return rx.el.section(rx.el.h2(t("Throughput")), throughput_chart(QueuePace.drawn), class_name="box stack", aria_label=t("Throughput"))


def _workers() -> rx.Component:
    nobody = rx.el.p(
        t("No worker has been heard of in the last seconds. What you start will wait until one is back; ask an admin if it lasts."),
        class_name="notice notice-failed",
        role="status",
    )
    listed = rx.el.ul(rx.foreach(QueueState.workers, _worker), class_name="workers", data_testid="workers")
    return rx.el.section(
        rx.el.h2(t("Workers")), rx.cond(QueueState.workers.length() > 0, listed, nobody), class_name="box stack", aria_label=t("Workers")
    )


def _worker(worker: rx.Var[WorkerRow]) -> rx.Component:
    def fact(name: str, value: rx.Var[str]) -> rx.Component:
        return rx.cond(value != "", rx.el.div(rx.el.dt(name), rx.el.dd(value)))

    facts = [fact(t("Device"), worker.device), fact(t("Model loaded"), worker.model), fact(t("Pace"), worker.pace)]
    figures = rx.el.dl(*facts, class_name="facts number")
    return rx.el.li(
        rx.el.b(worker.work), rx.el.span(worker.name, class_name="dim small ellipsis", title=worker.name), figures, class_name="worker"
    )
