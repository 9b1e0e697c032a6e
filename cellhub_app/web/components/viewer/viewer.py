"""The image viewer: OpenLayers with an own canvas layer for polygons. Pixels and polygons come over HTTP, never through state."""

import reflex as rx

from cellhub_app.web.components.modules import linked_folder

LIBRARY = linked_folder(__file__, "editor.js")


class Viewer(rx.NoSSRComponent):
    """One image with its polygons, filling its parent; another image is another set of props, not another component.

    `image_url` answers the 8-bit picture (it may be smaller than `width` x `height`, which are the image's own pixels);
    `polygons_url` the binary collection or GeoJSON, empty while the image is not segmented. A new `revision` loads the polygons
    again and keeps the view; an `editable` viewer takes in only what changed. Without `pixel_size_um` everything is in pixels.
    """

    library = LIBRARY
    tag = "CellHubViewer"
    # clipper2-ts cuts, joins and offsets outlines on the grid that they are stored in (polyclip-ts takes a second for 2,000 points).
    lib_dependencies: list[str] = ["ol@10.11.0", "clipper2-ts@2.0.1"]

    image_id: rx.Var[str]
    image_url: rx.Var[str]
    width: rx.Var[int]
    height: rx.Var[int]
    polygons_url: rx.Var[str]
    revision: rx.Var[int]
    pixel_size_um: rx.Var[float | None]
    name: rx.Var[str]
    caption: rx.Var[str]

    outline_width: rx.Var[float]
    fill_opacity: rx.Var[float]
    show_outlines: rx.Var[bool]
    # Viewers of one group show the same part of an image of the same size; `bare` leaves out the zoom control.
    group: rx.Var[str]
    bare: rx.Var[bool]
    # Which plane the page shows at first (`polygons_url` is of it) and how many slices and times there are; the slider is in the viewer.
    frame: rx.Var[int]
    frames: rx.Var[int]
    timepoints: rx.Var[int]
    # What to offer over a plane without outlines: whether the person may segment, and whether a run works on the image already.
    may_segment: rx.Var[bool]
    is_running: rx.Var[bool]
    # A picture with transparency over the image.
    veil_url: rx.Var[str]
    # While somebody moves a slider: how long `polygons_url` must rest before it is asked for, and what to say meanwhile.
    settle_ms: rx.Var[int]
    wait_note: rx.Var[str]
    selected_id: rx.Var[str]
    # Below which address the pyramid and the tiles of the image are; empty: the 8-bit picture alone. How it is shown is kept for a scope.
    depth_url: rx.Var[str]
    depth_scope: rx.Var[str]
    # Whether the person (`user_id`) may change the objects; `api` is below which address that happens.
    editable: rx.Var[bool]
    user_id: rx.Var[str]
    api: rx.Var[str]

    # The object's id, or None when nothing is selected any more.
    on_select: rx.EventHandler[rx.event.passthrough_event_spec(str | None)]
    # The number of the plane that somebody went to: time * frames + slice.
    on_plane: rx.EventHandler[rx.event.passthrough_event_spec(int)]
    # "plane" or "all", asked over a plane without outlines.
    on_segment: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    # {"count", "width", "height"} once picture and polygons are on screen, again after each new revision.
    on_ready: rx.EventHandler[rx.event.passthrough_event_spec(dict)]


class DisplayPanel(rx.NoSSRComponent):
    """How the image of this page is shown: channels with histogram and window, the look of outlines; kept in the browser."""

    library = LIBRARY
    tag = "DisplayPanel"


class PixelSize(rx.NoSSRComponent):
    """The size of a pixel; whoever `can_edit` sets it by hand or by a line over the image. `url` is that of the image."""

    library = LIBRARY
    tag = "PixelSize"

    url: rx.Var[str]
    pixel_size_um: rx.Var[float | None]
    can_edit: rx.Var[bool]


viewer = Viewer.create
display_panel = DisplayPanel.create
pixel_size = PixelSize.create
