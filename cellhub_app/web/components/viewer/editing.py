"""The parts of the editor around the viewer: the rail of tools, the line that says what to do, the saved state with undo and redo."""

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


class EditorStatus(rx.NoSSRComponent):
    """The tool in hand and what there is to say of it, of the `editable` viewer of this page."""

    library = LIBRARY
    tag = "EditorStatus"


editor_rail = EditorRail.create
editor_status = EditorStatus.create
editor_bar = EditorBar.create
