"""Two results on one picture, side by side or under a swipe. Pictures and outlines come over HTTP, never through state."""

from typing import Any

import reflex as rx

from cellhub_app.web.components.modules import linked_modules
from cellhub_app.web.components.viewer.viewer import Viewer

_LIBRARY = linked_modules(__file__, "Duel.jsx", "duel.css", "place.js")


class Duel(rx.NoSSRComponent):
    """Fills its parent. `left` and `right` are `{"title", "note", "url"}`, the url answering outlines, empty while there are none.

    Outlines of class 1 (orange) are those that some other model does not see. `veil_url` answers a picture that is laid over the image.
    """

    library = _LIBRARY
    tag = "Duel"
    lib_dependencies: list[str] = Viewer.create().lib_dependencies

    image_id: rx.Var[str]
    image_url: rx.Var[str]
    name: rx.Var[str]
    width: rx.Var[int]
    height: rx.Var[int]
    pixel_size_um: rx.Var[float | None]
    left: rx.Var[dict[str, Any]]
    right: rx.Var[dict[str, Any]]
    mode: rx.Var[str]
    veil_url: rx.Var[str]
    show_outlines: rx.Var[bool]
    fill_opacity: rx.Var[float]


duel = Duel.create
