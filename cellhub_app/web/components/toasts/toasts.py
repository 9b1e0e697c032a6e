"""Toasts without eval: a local component, because Reflex's own toasts do nothing under our Content-Security-Policy."""

import reflex as rx

from cellhub_app.web.components.modules import linked_modules

_LIBRARY = linked_modules(__file__, "Toasts.jsx", "timers.js", "toasts.css")


class Toasts(rx.NoSSRComponent):
    """Shows the messages in a corner and speaks them to screen readers; they leave after 6 s, with an action or a link after 10 s; errors
    and warnings stay.

    A message is `{"id", "kind", "title", "detail", "action_label", "href", "link_label"}`; the last four may be empty, the kind is "info",
    "success", "warning" or "error".
    The page removes a message from its list when `on_dismiss` or `on_action` names its id; it disappears at once in the browser.
    """

    library = _LIBRARY
    tag = "Toasts"

    messages: rx.Var[list[dict[str, str]]]

    on_dismiss: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_action: rx.EventHandler[rx.event.passthrough_event_spec(str)]


toasts = Toasts.create
