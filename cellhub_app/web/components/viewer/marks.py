"""Objects that were selected in the results of a project, marked in one of its images."""

import reflex as rx

from cellhub_app.web.components.viewer.viewer import LIBRARY


class Marks(rx.NoSSRComponent):
    """Shows nothing without `where`, ranges of measures with commas between them; a new `revision` asks for the objects again."""

    library = LIBRARY
    tag = "Marks"

    api: rx.Var[str]
    project_id: rx.Var[str]
    image_id: rx.Var[str]
    where: rx.Var[str]
    revision: rx.Var[int]


marks = Marks.create
