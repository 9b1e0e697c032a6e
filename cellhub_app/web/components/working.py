"""How far images are that take minutes, while they are worked on."""

import reflex as rx

from cellhub_app.web.batches import BatchBox, WorkingRow
from cellhub_app.web.components.buttons import link
from cellhub_app.web.components.feedback import progress_bar
from cellhub_app.web.i18n import t


def working_images(batch: rx.Var[BatchBox]) -> rx.Component:
    """Each large image of a batch that a worker has in hand; nothing where there is none."""
    rows = rx.el.ul(rx.foreach(batch.working, _image), class_name="working", aria_label=t("Large images"), data_testid="working")
    return rx.cond(batch.working.length() > 0, rows)


def _image(row: rx.Var[WorkingRow]) -> rx.Component:
    name = link(row.name, to=row.href, class_name="text-link ellipsis", title=row.name)
    return rx.el.li(name, rx.el.div(*percent_bar(row.name, row.percent), class_name="working-far"))


def percent_bar(name: rx.Var[str], percent: rx.Var[int]) -> tuple[rx.Component, rx.Component]:
    """The bar of one image, and its figure."""
    words = rx.el.span(t("{percent} %", percent=percent), class_name="dim small number", aria_hidden="true", data_testid="working-percent")
    return progress_bar(t("Segmenting {name}", name=name), percent), words
