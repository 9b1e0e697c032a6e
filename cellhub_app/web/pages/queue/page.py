"""The page of the queue: batches of the person's projects, then the workers."""

import reflex as rx

from cellhub_app.web.components.buttons import button, link
from cellhub_app.web.components.feedback import empty_state, skeleton, stacked_bar, status_chip
from cellhub_app.web.components.shell import shell
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.queue.state import QueueLine, QueueState, WorkerRow


def queue() -> rx.Component:
    """The page behind /queue."""
    words = t("When you segment images, their place in the line and the time left are shown here.")
    lines = rx.el.ul(rx.foreach(QueueState.lines, _line), class_name="rows", data_testid="queue-batches")
    batches = rx.cond(QueueState.lines.length() > 0, lines, empty_state("coffee", t("Nothing is running"), words))
    head = rx.el.div(
        rx.el.h1(t("Queue")),
        rx.el.p(_load(), class_name="dim number"),
        class_name="stack-small",
    )
    content = rx.cond(QueueState.is_loaded, rx.fragment(batches, _workers()), skeleton("100%", "160px"))
    return shell(rx.el.div(head, content, class_name="page page-wide stack-large"), here="queue", crumbs=[(t("Queue"), "")])


def _load() -> rx.Component:
    queued, running = QueueState.queued_in_all, QueueState.running_in_all
    words = t("On the whole server {queued} wait and {running} are being processed.", queued=queued, running=running)
    return rx.cond(queued + running == 0, t("No image waits on this server."), words)


def _line(line: rx.Var[QueueLine]) -> rx.Component:
    batch = line.batch
    shares = [(name, getattr(batch, name)) for name in ("succeeded", "running", "failed", "cancelled")]
    what = rx.el.div(
        link(line.project, to=line.href, class_name="text-link"),
        rx.el.span(batch.title, class_name="dim small"),
        class_name="stack-small grow",
    )
    progress = rx.el.div(
        stacked_bar(batch.summary, shares), rx.el.span(batch.summary, class_name="dim small number"), class_name="queue-progress"
    )
    figures = rx.el.dl(
        rx.el.div(rx.el.dt(t("Position")), rx.el.dd(batch.position)),
        rx.el.div(rx.el.dt(t("Time left")), rx.el.dd(batch.time_left)),
        class_name="figures figures-small",
    )
    acts = rx.el.div(
        rx.cond(batch.can_pause, button(t("Pause"), small=True, on_click=QueueState.pause(batch.id))),
        rx.cond(batch.can_resume, button(t("Resume"), small=True, on_click=QueueState.resume(batch.id))),
        button(t("Cancel"), small=True, on_click=QueueState.cancel(batch.id)),
        class_name="row",
    )
    return rx.el.li(
        what, status_chip(batch.status), progress, figures, rx.cond(line.can_edit, acts), class_name="line", data_testid="queue-batch"
    )


def _workers() -> rx.Component:
    names = [t("Worker"), t("Does"), t("Device"), t("Model loaded")]
    head = rx.el.tr(*(rx.el.th(name, scope="col") for name in names), rx.el.th(t("Pace"), scope="col", class_name="figure"))
    table = rx.el.table(rx.el.thead(head), rx.el.tbody(rx.foreach(QueueState.workers, _worker)), class_name="table", data_testid="workers")
    nobody = rx.el.p(
        t("No worker has been heard of in the last seconds. What you start will wait until one is back; ask an admin if it lasts."),
        class_name="notice notice-failed",
        role="status",
    )
    return rx.el.section(
        rx.el.h2(t("Workers")),
        rx.cond(QueueState.workers.length() > 0, rx.el.div(table, class_name="rows table-frame"), nobody),
        class_name="stack-large",
    )


def _worker(worker: rx.Var[WorkerRow]) -> rx.Component:
    cells = (rx.el.td(value) for value in (worker.name, worker.work, worker.device, worker.model))
    return rx.el.tr(*cells, rx.el.td(worker.pace, class_name="figure"))
