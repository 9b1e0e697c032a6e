"""What a batch shows alike while it runs and when it has ended."""

from typing import Any

import reflex as rx

from cellhub_app.web.batches import BatchBox, Person, StateCount
from cellhub_app.web.components.buttons import link
from cellhub_app.web.components.feedback import face, stacked_bar
from cellhub_app.web.components.working import working_images
from cellhub_app.web.i18n import t


def heading(project: Any, href: Any, batch: rx.Var[BatchBox], who: rx.Var[Person], *more: rx.Component) -> rx.Component:
    """Which project, which model over how many images, and who started it."""
    starter = rx.el.span(
        face(who.initials, who.colour, who.name), rx.el.span(t("started by {name}", name=who.name)), *more, class_name="queue-who dim small"
    )
    return rx.el.div(
        rx.el.h3(link(project, to=href, class_name="card-title")), rx.el.span(batch.title, class_name="number"), starter,
        class_name="queue-words",
    )  # fmt: skip


def progress(batch: rx.Var[BatchBox], note: rx.Var[str] | str = "") -> rx.Component:
    """The bar, how many images stand where, and what else there is to say in a few words."""
    shares = [(name, getattr(batch, name)) for name in ("succeeded", "running", "failed", "cancelled")]
    counts = rx.el.ul(rx.foreach(batch.states, _count), class_name="counts number")
    words = rx.el.div(counts, rx.el.span(note, class_name="dim small number"), class_name="queue-figures")
    return rx.el.div(stacked_bar(batch.summary, shares), words, working_images(batch), class_name="queue-progress")


def _count(state: rx.Var[StateCount]) -> rx.Component:
    dot = rx.el.i(class_name=f"dot dot-{state.status}", aria_hidden="true")
    return rx.el.li(dot, rx.el.b(state.count), " ", state.word, custom_attrs={"data-status": state.status})
