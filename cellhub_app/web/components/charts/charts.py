"""The results of a project as one component: figures by Apache ECharts, the table of objects, the selection. All of it comes over HTTP."""

import reflex as rx

from cellhub_app.web.components.modules import linked_folder

_LIBRARY = linked_folder(__file__, "Results.jsx")


class Results(rx.NoSSRComponent):
    """Fills its parent. What is shown is kept in the address: chart, measures, filters and selection.

    A new `version` asks for everything again; whoever `can_annotate` may change what is selected, whoever `can_edit` gives images
    conditions. `words` is the catalogue of the page's language.
    """

    library = _LIBRARY
    tag = "Results"
    # Apache ECharts draws SVG, so that a download is what is on screen; only the parts that echarts.js names are bundled.
    lib_dependencies: list[str] = ["echarts@6.1.0"]

    api: rx.Var[str]
    project_id: rx.Var[str]
    version: rx.Var[str]
    can_annotate: rx.Var[bool]
    can_edit: rx.Var[bool]
    words: rx.Var[dict[str, str]]


results = Results.create
