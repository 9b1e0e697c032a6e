"""Files with annotations on their way to a project."""

import reflex as rx

from cellhub_app.web.components.modules import linked_modules

_LIBRARY = linked_modules(__file__, "Importer.jsx", "sending.js", "importer.css")


class Importer(rx.NoSSRComponent):
    """Sends chosen or dropped files to `action` with a format and a mode; the page around it tells what comes of them.

    `formats` have a `name` and a `title`.
    """

    library = _LIBRARY
    tag = "Importer"

    action: rx.Var[str]
    formats: rx.Var[list[dict[str, str]]]
    words: rx.Var[dict[str, str]]


importer = Importer.create
