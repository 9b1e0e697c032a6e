"""The objects of an image beside the viewer: a virtual list and the measures of the selected one. They come over HTTP."""

import reflex as rx

from cellhub_app.core.metrics.metric import Metric
from cellhub_app.core.metrics.shape import SHAPE_METRICS
from cellhub_app.web.components.modules import linked_modules

_NAMES = ("ObjectPanel.jsx", "Measures.jsx", "objects.css", "rows.js", "measurements.js")
_LIBRARY = linked_modules(__file__, *_NAMES)


def _column(metric: Metric) -> dict[str, str]:
    return {
        "key": metric.key, "title": metric.title, "px": metric.px_name, "um": metric.um_name, "pxUnit": metric.px_symbol,
        "umUnit": metric.um_symbol,
    }  # fmt: skip


COLUMNS = [_column(metric) for metric in SHAPE_METRICS]


class ObjectPanel(rx.NoSSRComponent):
    """Fills its parent. `url` answers the measurements; empty while the image is not segmented. A new `revision` reads them again.

    `selected_id` is the object that is shown in full; `on_select` names another, or None.
    """

    library = _LIBRARY
    tag = "ObjectPanel"
    lib_dependencies: list[str] = ["react-virtuoso@4.18.21"]

    url: rx.Var[str]
    revision: rx.Var[int]
    channels: rx.Var[int]
    # Which plane of the image these objects are of, how many slices it has, and whether it has several planes.
    image_id: rx.Var[str]
    frame: rx.Var[int]
    frames: rx.Var[int]
    is_stack: rx.Var[bool]
    selected_id: rx.Var[str]
    columns: rx.Var[list[dict[str, str]]]
    provenance: rx.Var[str]

    on_select: rx.EventHandler[rx.event.passthrough_event_spec(str | None)]


def object_panel(**props: object) -> rx.Component:
    """The panel with the titles and units of the measures."""
    return ObjectPanel.create(columns=COLUMNS, **props)
