"""Which planes of stacks are segmented, for dialogs: two choices of which one is pressed."""

from typing import Any

import reflex as rx

from cellhub_app.web.i18n import t


def planes_choice(pressed: rx.Var[str], choose: Any, options: dict[str, Any]) -> rx.Component:
    """The options, by the name that `choose` gets; `pressed` is the name of one of them."""
    label = t("Which planes")

    def option(name: str, words: Any) -> rx.Component:
        return rx.el.button(
            words, type="button", class_name="pill", on_click=choose(name), data_testid=f"planes-{name}",
            custom_attrs={"aria-pressed": (pressed == name).to_string()},
        )  # fmt: skip

    pills = rx.el.div(*(option(name, words) for name, words in options.items()), class_name="pills", role="group", aria_label=label)
    return rx.el.div(rx.el.p(label, class_name="field-label"), pills, class_name="field")
