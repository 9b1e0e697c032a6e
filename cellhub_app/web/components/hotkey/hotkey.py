"""A key that presses a button of the page, wherever the focus is, except while somebody types."""

import reflex as rx

from cellhub_app.web.components.modules import linked_modules

_LIBRARY = linked_modules(__file__, "Hotkey.jsx")


class Hotkey(rx.NoSSRComponent):
    """Shows nothing; a press of `keys` (one key as the keyboard event names it) clicks the element whose id is `target`."""

    library = _LIBRARY
    tag = "Hotkey"

    keys: rx.Var[str]
    target: rx.Var[str]


hotkey = Hotkey.create
