"""Buttons and links: one look for a kind of act. An icon alone always has a name for those who cannot see it."""

from typing import Any, Literal

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

Kind = Literal["primary", "plain", "ghost", "danger", "danger-solid"]


def _classes(kind: Kind, *, small: bool, icon_only: bool = False, more: str = "") -> str:
    names = ["btn", "" if kind == "plain" else f"btn-{kind}", "btn-small" if small else "", "btn-icon" if icon_only else "", more]
    return " ".join(name for name in names if name)


def button(*label: Any, kind: Kind = "plain", icon: str = "", small: bool = False, class_name: str = "", **props: Any) -> rx.Component:
    """A button with words and perhaps an icon before them."""
    props.setdefault("type", "button")
    children = [rx.icon(icon), *label] if icon else label
    return rx.el.button(*children, class_name=_classes(kind, small=small, more=class_name), **props)


def icon_button(name: Any, icon: str, *, kind: Kind = "ghost", small: bool = False, class_name: str = "", **props: Any) -> rx.Component:
    """A button that shows an icon only; `name` is what it does."""
    props.setdefault("type", "button")
    classes = _classes(kind, small=small, icon_only=True, more=class_name)
    return rx.el.button(rx.icon(icon), aria_label=name, title=name, class_name=classes, **props)


def link(*children: Any, to: Any, **props: Any) -> rx.Component:
    """A link to another page of ours, followed without loading the document anew."""
    return ReactRouterLink.create(*children, to=to, **props)


def link_button(*label: Any, to: Any, kind: Kind = "plain", icon: str = "", small: bool = False, **props: Any) -> rx.Component:
    """A link that looks like a button."""
    children = [rx.icon(icon), *label] if icon else label
    return link(*children, to=to, class_name=_classes(kind, small=small), **props)


def download_button(*label: Any, href: Any, kind: Kind = "plain", small: bool = False, **props: Any) -> rx.Component:
    """A link to a file that the browser saves; without reload_document React Router would look for a page at the address."""
    classes = _classes(kind, small=small)
    return ReactRouterLink.create(rx.icon("download"), *label, to=href, reload_document=True, download=True, class_name=classes, **props)
