"""A button that puts text on the clipboard and says so."""

import reflex as rx

from cellhub_app.web.components.modules import linked_modules

_LIBRARY = linked_modules(__file__, "CopyButton.jsx")


class CopyButton(rx.NoSSRComponent):
    """Copies `text`. Where the browser has no clipboard (plain HTTP), it selects the element `source`, from which keys copy."""

    library = _LIBRARY
    tag = "CopyButton"

    text: rx.Var[str]
    source: rx.Var[str]
    label: rx.Var[str]
    done: rx.Var[str]
    by_hand: rx.Var[str]


copy_button = CopyButton.create
