"""The sparkline of the last hour: bars for those who see them, the same in a sentence for everybody."""

import reflex as rx

from cellhub_app.web.i18n import t
from cellhub_app.web.throughput import HEIGHT, WIDTH, Drawing


def throughput_chart(drawn: rx.Var[Drawing]) -> rx.Component:
    """The figure; only the sentence while nothing got done."""
    view = {"preserveAspectRatio": "none", "aria-hidden": "true"}
    picture = rx.el.svg(rx.el.path(d=drawn.bars), view_box=f"0 0 {WIDTH} {HEIGHT}", custom_attrs=view)
    scale = rx.el.div(
        rx.el.span(t("60 min ago")), rx.el.span(drawn.peak, class_name="sparkline-peak"), rx.el.span(t("now")),
        class_name="sparkline-scale", aria_hidden="true",
    )  # fmt: skip
    return rx.el.figure(
        rx.cond(drawn.bars != "", rx.fragment(picture, scale)),
        rx.el.figcaption(drawn.words, class_name="dim small number"),
        class_name="sparkline",
        data_testid="sparkline",
    )
