"""The choice of a model and its parameters, for dialogs; `state` is a web/model_choice.py."""

from typing import Any

import reflex as rx

from cellhub_app.web.components.forms import field
from cellhub_app.web.i18n import t
from cellhub_app.web.model_choice import ModelCard


def model_choice(state: Any) -> rx.Component:
    """The cards of the models, and the parameters of the one that is chosen."""
    cards = rx.foreach(state.cards, lambda card: _model(state, card))
    return rx.fragment(
        rx.el.fieldset(rx.el.legend(t("Model")), cards, class_name="models"),
        rx.foreach(state.cards, lambda card: _parameters(state, card)),
    )


def _model(state: Any, card: rx.Var[ModelCard]) -> rx.Component:
    radio = rx.el.input(
        type="radio", name="model", value=card.name, checked=state.chosen == card.name, class_name="choice-radio",
        on_change=lambda _value: state.choose(card.name), data_testid=f"model-{card.name}",
    )  # fmt: skip
    head = rx.el.span(
        rx.el.b(card.title),
        rx.el.span(card.preset, class_name="chip chip-accent"),
        rx.cond(~card.fits, rx.el.span(t("made for other samples"), class_name="chip chip-paused")),
        class_name="row wrap",
    )
    score = rx.el.span(
        rx.el.span(card.score, class_name="big number"), rx.el.span(card.score_note, class_name="field-hint"), class_name="model-score"
    )
    pace = rx.el.span(rx.icon("timer"), card.pace, class_name="model-pace dim small number")
    return rx.el.label(radio, head, score, pace, class_name="choice model")


def _parameters(state: Any, card: rx.Var[ModelCard]) -> rx.Component:
    """The parameters of the chosen model only."""
    slider = rx.el.input(
        type="range",
        id="threshold",
        min=card.threshold_min,
        max=card.threshold_max,
        step=0.05,
        value=state.threshold,
        class_name="range",
        on_change=state.set_threshold,
        data_testid="segment-threshold",
    )
    row = rx.el.div(slider, rx.el.output(state.threshold, html_for="threshold", class_name="number"), class_name="slider-row")
    hint = t("Lower finds more and larger objects, higher only the clear ones.")
    threshold = field(card.threshold_title, "threshold", control=row, hint=hint)
    area = field(
        card.min_area_title, "min-area", type="number", min=0, max=1_000_000, step=1, value=state.min_area_px.to_string(),
        on_change=state.set_min_area, hint=t("Smaller objects are left out."), data_testid="segment-min-area",
    )  # fmt: skip
    return rx.cond(state.chosen == card.name, rx.el.div(threshold, area, class_name="parameters"))
