"""The parts of the editor beside the viewer: the rail of tools, and the saved state with undo and redo."""

import reflex as rx

from cellhub_app.web.components.viewer.viewer import LIBRARY


class EditorRail(rx.NoSSRComponent):
    """The tools of the `editable` viewer of this page."""

    library = LIBRARY
    tag = "EditorRail"


class EditorBar(rx.NoSSRComponent):
    """Whether all edits are saved, and undo and redo, of the `editable` viewer of this page."""

    library = LIBRARY
    tag = "EditorBar"


editor_rail = EditorRail.create
editor_bar = EditorBar.create
