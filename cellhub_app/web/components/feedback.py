"""What tells people where things stand: states, progress, emptiness, waiting."""

from typing import Any

import reflex as rx

from cellhub_app.web.theme import STATUSES


def status_chip(status: Any, **props: Any) -> rx.Component:
    """The word and icon of a status known in the browser."""
    cases = [(name, rx.fragment(_status_icon(name, look.icon), look.word)) for name, look in STATUSES.items()]
    return rx.el.span(rx.match(status, *cases, rx.fragment(status)), class_name=f"chip chip-{status}", **props)


def _status_icon(name: str, icon: str) -> rx.Component:
    return rx.icon(icon, class_name="spin") if name == "running" else rx.icon(icon)


def stacked_bar(label: Any, parts: list[tuple[str, Any]]) -> rx.Component:
    """A bar of shares: (status, percent) in the order shown; `label` says it in words."""
    pieces = [rx.el.i(class_name=f"bar-{status}", style={"width": f"{percent}%"}) for status, percent in parts]
    return rx.el.div(*pieces, class_name="bar", role="img", aria_label=label)


def progress_bar(label: Any, percent: Any) -> rx.Component:
    """How far one thing is, 0 to 100."""
    piece = rx.el.i(class_name="bar-running", style={"width": f"{percent}%"})
    value = {"aria_valuenow": percent, "aria_valuemin": 0, "aria_valuemax": 100}
    return rx.el.div(piece, class_name="bar", role="progressbar", aria_label=label, **value)


def progress_ring(label: Any, percent: Any) -> rx.Component:
    """The same as a ring."""
    turn = rx.el.circle(cx="18", cy="18", r="15", path_length=100, class_name="ring-turn", stroke_dasharray=f"{percent} 100")
    track = rx.el.circle(cx="18", cy="18", r="15", class_name="ring-track")
    return rx.el.svg(track, turn, view_box="0 0 36 36", class_name="ring", role="img", aria_label=label)


def empty_state(icon: str, title: Any, text: Any, *actions: rx.Component, alone: bool = False, **props: Any) -> rx.Component:
    """Nothing here yet, why, and what to do; `alone` when it is all that the page shows."""
    heading = rx.el.h1(title) if alone else rx.el.h2(title)
    parts: list[Any] = [rx.icon(icon), heading, rx.el.p(text)]
    if actions:
        parts.append(rx.el.div(*actions, class_name="row"))
    return rx.el.div(*parts, class_name="empty", **props)


def skeleton(width: str, height: str) -> rx.Component:
    """A quiet block where something will be."""
    return rx.el.div(class_name="skeleton", style={"width": width, "height": height}, aria_hidden="true")


def face(initials: Any, colour: Any, name: Any) -> rx.Component:
    """A person as two letters."""
    return rx.el.span(initials, class_name="face", style={"background": colour, "color": "#fff"}, title=name, aria_label=name, role="img")
