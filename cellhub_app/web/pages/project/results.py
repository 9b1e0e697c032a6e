"""The tab of results: figures of all objects, the table behind them, and the selection."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.charts.charts import results
from cellhub_app.web.i18n import catalogue
from cellhub_app.web.pages.project.frame import project_page
from cellhub_app.web.pages.project.results_state import ResultsState
from cellhub_app.web.pages.project.state import ProjectState


def results_tab() -> rx.Component:
    """The page behind /projects/<id>/results."""
    view = results(
        api=routes.API,
        project_id=ProjectState.project_id,
        version=ProjectState.meta + ResultsState.told.to_string(),
        can_annotate=ProjectState.can_annotate,
        can_edit=ProjectState.can_edit,
        words=catalogue(),
        key=ProjectState.project_id,
    )
    return project_page("results", rx.el.div(rx.cond(ProjectState.project_id != "", view), class_name="scroll"))
