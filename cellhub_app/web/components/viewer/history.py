"""The history beside the viewer: revisions, what differs between two of them, and where an object comes from."""

import reflex as rx

from cellhub_app.web.components.viewer.viewer import LIBRARY


class HistoryPanel(rx.NoSSRComponent):
    """The revisions of a plane of an image, newest first, and the comparison that the page's ComparisonChip lays over the picture.

    `revision` is the number of the newest one, and another one loads the list again; `past` the one that is looked at, or 0.
    """

    library = LIBRARY
    tag = "HistoryPanel"

    # Below which address revisions are asked for.
    api: rx.Var[str]
    image_id: rx.Var[str]
    # The number of the plane whose history it is.
    frame: rx.Var[int]
    revision: rx.Var[int]
    past: rx.Var[int]
    # Names of models -> titles.
    models: rx.Var[dict[str, str]]
    may_restore: rx.Var[bool]

    # The number of a revision to look at, 0 for the present.
    on_look: rx.EventHandler[rx.event.passthrough_event_spec(int)]
    on_restore: rx.EventHandler[rx.event.passthrough_event_spec(int)]


class ObjectOrigin(rx.NoSSRComponent):
    """Who or what made an object and what it came from; nothing while no object is chosen."""

    library = LIBRARY
    tag = "ObjectOrigin"

    api: rx.Var[str]
    # Below which address the pages of runs are.
    jobs: rx.Var[str]
    image_id: rx.Var[str]
    frame: rx.Var[int]
    frames: rx.Var[int]
    object_id: rx.Var[str]
    revision: rx.Var[int]
    models: rx.Var[dict[str, str]]


class ComparisonChip(rx.NoSSRComponent):
    """The comparison that was asked for in the history, over the picture, and what closes it."""

    library = LIBRARY
    tag = "ComparisonChip"

    api: rx.Var[str]
    image_id: rx.Var[str]
    frame: rx.Var[int]
    revision: rx.Var[int]
    past: rx.Var[int]
    # How many slices there are: the plane on the screen may be another one for a moment.
    frames: rx.Var[int]


history_panel = HistoryPanel.create
comparison_chip = ComparisonChip.create
object_origin = ObjectOrigin.create
