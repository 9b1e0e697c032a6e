"""Fields of forms: every control has a visible label and, where it helps, a word on what is meant."""

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML


class PlainForm(BaseHTML):
    """A form that the browser itself sends: Reflex' own would wait for a script."""

    tag = "form"

    action: rx.Var[str]
    method: rx.Var[str]


def post_form(*children: rx.Component, action: str, **props: Any) -> rx.Component:
    """A plain HTML form that posts to an address of the API."""
    return PlainForm.create(*children, action=action, method="post", **props)


def way_form(*children: rx.Component, to: str, **props: Any) -> rx.Component:
    """A plain HTML form that goes to a page of ours with its fields in the address."""
    return PlainForm.create(*children, action=to, method="get", **props)


def field(label: Any, name: str, *, hint: Any = "", control: rx.Component | None = None, **props: Any) -> rx.Component:
    """A labelled input (or another control whose id is `name`)."""
    hint_id = f"{name}-hint"
    if control is None:
        props.setdefault("type", "text")
        if hint != "":
            props["aria_describedby"] = hint_id
        control = rx.el.input(id=name, name=name, class_name="input", **props)
    parts = [rx.el.label(label, html_for=name), control]
    if hint != "":
        parts.append(rx.el.span(hint, id=hint_id, class_name="field-hint"))
    return rx.el.div(*parts, class_name="field")


def select(options: list[tuple[str, str]], *, label: str, small: bool = False, plain: bool = False, **props: Any) -> rx.Component:
    """A native select of (value, words)."""
    classes = " ".join(["select", *(["select-small"] if small else []), *(["select-plain"] if plain else [])])
    entries = [rx.el.option(words, value=value) for value, words in options]
    return rx.el.select(*entries, aria_label=label, class_name=classes, **props)


def search_box(label: str, *, placeholder: str, **props: Any) -> rx.Component:
    """A search field with its lens; debounced, so that the last word typed always counts."""
    box = rx.el.input(type="search", aria_label=label, placeholder=placeholder, class_name="input", **props)
    return rx.el.div(rx.icon("search"), box, class_name="search", role="search")


def choice(name: str, value: str, words: Any, hint: Any, picture: rx.Component, *, checked: Any = False, **props: Any) -> rx.Component:
    """One of several radio buttons that look like pictures."""
    radio = rx.el.input(type="radio", name=name, value=value, default_checked=checked, class_name="choice-radio", **props)
    text = rx.el.span(rx.el.b(words), rx.el.span(hint, class_name="field-hint"), class_name="choice-text")
    return rx.el.label(radio, rx.el.span(picture, class_name="choice-picture"), text, class_name="choice")


def tick(words: Any, hint: Any = None, *, checked: Any, on_change: Any, test_id: Any, class_name: str = "") -> rx.Component:
    """A checkbox that the whole row ticks: its words, and a hint below them."""
    box = rx.checkbox(checked=checked, on_change=on_change, custom_attrs={"data-testid": test_id})
    below = [rx.el.span(hint, class_name="field-hint")] if hint is not None else []
    return rx.el.label(box, rx.el.span(rx.el.b(words), *below, class_name="choice-text"), class_name=f"tick {class_name}".rstrip())
