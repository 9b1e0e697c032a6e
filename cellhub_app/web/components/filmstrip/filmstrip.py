"""The images of a project in a row below the viewer, and the keys that go to the image before and after."""

from typing import Any

import reflex as rx

from cellhub_app.web.components.modules import linked_modules

_LIBRARY = linked_modules(__file__, "Filmstrip.jsx", "filmstrip.css", "frames.js")


class Filmstrip(rx.NoSSRComponent):
    """Thumbnails in the gallery's order under `query`; the present one is marked and kept in view.

    Left and Right go to the neighbours while nothing that uses these keys has the focus; [ and ] do so anywhere but in fields.
    """

    library = _LIBRARY
    tag = "Filmstrip"
    lib_dependencies: list[str] = ["react-virtuoso@4.18.21"]

    # Below which address rows and pictures are asked for; members need not say.
    api: rx.Var[str]
    project_id: rx.Var[str]
    image_id: rx.Var[str]
    query: rx.Var[dict[str, Any]]

    on_open: rx.EventHandler[rx.event.passthrough_event_spec(str)]


filmstrip = Filmstrip.create
