"""How the models of a face-off stand: a card each, and the button that makes one of them the project's."""

import reflex as rx

from cellhub_app.web.components.buttons import button
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.face_off.standings import Row
from cellhub_app.web.pages.face_off.state import FaceOffState


def model_cards() -> rx.Component:
    """The panel at the side."""
    chosen = rx.el.p(
        rx.icon("check"),
        t("{model} was chosen.", model=FaceOffState.chosen_title),
        class_name="side-note small",
        data_testid="face-off-chosen",
    )
    delete = button(
        t("Delete this comparison"), kind="ghost", small=True, icon="trash-2", on_click=FaceOffState.delete, data_testid="face-off-delete"
    )
    of_stacks = t("A model that is used from here segments the first plane of each stack. For all planes, choose Segment in the project.")
    head = rx.el.div(
        rx.el.h1(t("Face-off"), class_name="ellipsis"),
        rx.el.p(FaceOffState.title, class_name="dim small"),
        rx.el.p(t("Nothing is stored until you choose a model."), class_name="dim small"),
    )
    return rx.el.aside(
        head,
        rx.cond(FaceOffState.chosen_title != "", chosen),
        rx.el.div(rx.foreach(FaceOffState.rows, _card), class_name="stack"),
        rx.el.p(FaceOffState.truth, class_name="dim small", data_testid="face-off-truth"),
        rx.cond(FaceOffState.can_edit & FaceOffState.has_stacks, rx.el.p(of_stacks, class_name="dim small", data_testid="face-off-stacks")),
        rx.cond(FaceOffState.can_edit & (FaceOffState.face_off_id != ""), rx.el.div(delete)),
        class_name="side tuning",
        aria_label=t("How the models stand"),
    )


def _card(row: rx.Var[Row]) -> rx.Component:
    best = rx.cond(row.is_best, rx.el.span(t("closest to the corrections"), class_name="chip chip-accent"))
    failed = rx.cond(row.note != "", rx.el.p(row.note, class_name="error-text small"))
    figures = rx.el.dl(
        _figure(t("Objects"), row.objects, t("Objects found in all images")),
        _figure(t("Contested"), row.contested, t("Objects that some other model does not see, at an overlap of one half")),
        _figure(t("Time"), row.seconds, t("Seconds an image took on the worker")),
        _figure(t("Doubt"), row.doubt, t("Share of objects that are likely wrong or missing, as the model's own maps tell")),
        rx.cond(
            row.f1 != "",
            rx.fragment(
                _figure(t("AP at 0.5"), row.ap50, t("Found / (found + invented + missed)")),
                _figure(t("F1"), row.f1, t("2 found / (2 found + invented + missed)")),
                _figure(t("Dice"), row.dice, t("Overlap of the foreground with the corrected one")),
            ),
        ),
        class_name="card-figures",
    )
    every = button(
        t("Use for all {count}", count=FaceOffState.total), kind="primary", small=True, on_click=FaceOffState.use(row.name, "all"),
        data_testid=f"use-{row.name}",
    )  # fmt: skip
    these = button(
        t("Only these {count}", count=FaceOffState.figures.length()), small=True, on_click=FaceOffState.use(row.name, "these"),
        data_testid=f"use-these-{row.name}",
    )  # fmt: skip
    acts = rx.cond(FaceOffState.can_edit, rx.el.div(every, these, class_name="row wrap"))
    title = rx.el.div(rx.el.h2(row.title), best, class_name="row wrap")
    return rx.el.article(title, failed, figures, acts, class_name="box stack", data_testid=f"standing-{row.name}", key=row.name)


def _figure(words: str, value: rx.Var[str], meaning: str) -> rx.Component:
    return rx.el.div(rx.el.dt(words), rx.el.dd(value, class_name="number"), title=meaning)
