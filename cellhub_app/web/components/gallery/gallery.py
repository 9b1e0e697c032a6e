"""The virtual gallery: 10,000 images as square thumbnails. Rows, thumbnails and overlays come over HTTP, never through state."""

from typing import Any

import reflex as rx

from cellhub_app.web.components.modules import linked_modules

_NAMES = (
    "Gallery.jsx", "Cell.jsx", "Badge.jsx", "Notices.jsx", "gallery.css", "loader.js", "requests.js", "layout.js", "status.js",
    "selection.js", "useselection.js", "useinput.js", "useplace.js", "../charts/language.js",
)  # fmt: skip
_LIBRARY = linked_modules(__file__, *_NAMES)


class Gallery(rx.NoSSRComponent):
    """A project's images under a filter, filling its parent (which needs a height) and scrolling inside.

    `query` holds status, q, tag, flaw, holding, trashed, sort (and minObjects, maxObjects) as GET /projects/{id}/images takes them; a new
    one starts over. `total` is how many match it. A new `refresh` reads the list again without losing the place; `changes` are
    `{"first", "rows"}`: partial rows `{"id", ...}` numbered from `first`, merged into what is shown (`"deleted": True` takes one out);
    a gap in the numbers reads the list again. A new `all_asked` selects everything, a new `none_asked` nothing.
    Done images whose doubt is at least that of their model in `doubt_from` are marked "Look first". `words` is the catalogue of the
    page's language.
    """

    library = _LIBRARY
    tag = "Gallery"
    lib_dependencies: list[str] = ["react-virtuoso@4.18.21"]

    # Below which address rows and pictures are asked for; members need not say.
    api: rx.Var[str]
    project_id: rx.Var[str]
    query: rx.Var[dict[str, Any]]
    total: rx.Var[int]
    refresh: rx.Var[int]
    changes: rx.Var[dict[str, Any]]
    all_asked: rx.Var[int]
    none_asked: rx.Var[int]
    thumbnail_size: rx.Var[int]
    outlines: rx.Var[bool]
    can_write: rx.Var[bool]
    # Without it a click opens.
    can_select: rx.Var[bool]
    doubt_from: rx.Var[dict[str, float]]
    words: rx.Var[dict[str, str]]

    # {"ids", "all", "count"}: all means everything that matches the query except ids.
    on_selection_change: rx.EventHandler[rx.event.passthrough_event_spec(dict)]
    on_open: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    # {"total", "loaded"} after each page; total is exact once everything is loaded.
    on_loaded: rx.EventHandler[rx.event.passthrough_event_spec(dict)]


gallery = Gallery.create
