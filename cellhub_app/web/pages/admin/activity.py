"""The audit log, for admins."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.buttons import button, link_button
from cellhub_app.web.components.feedback import skeleton
from cellhub_app.web.components.forms import search_box, select
from cellhub_app.web.components.shell import shell
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.admin.activity_state import WORDS, ActivityState, ActRow


def activity() -> rx.Component:
    """The page behind /admin/activity."""
    options = [("", t("Everything")), *((action.value, words) for action, words in WORDS.items())]
    kinds = select(options, label=t("What was done"), on_change=ActivityState.narrow, value=ActivityState.action, data_testid="acts-kind")
    search = search_box(
        t("Search by e-mail"), placeholder=t("E-mail"), on_change=ActivityState.search.debounce(250), data_testid="acts-search"
    )
    head = rx.el.div(rx.el.h1(t("Audit log")), rx.el.div(kinds, search, class_name="row wrap"), class_name="page-head")
    more = rx.cond(ActivityState.has_more, rx.el.div(button(t("Show more"), on_click=ActivityState.show_more), class_name="cards-more"))
    none = rx.el.p(t("Nothing of that kind was done."), class_name="dim quiet")
    rows = rx.cond(ActivityState.acts.length() > 0, rx.fragment(_table(), more), none)
    page = rx.el.div(head, rx.cond(ActivityState.is_loaded, rows, skeleton("100%", "360px")), class_name="page page-wide")
    return shell(page, here="admin", crumbs=[(t("Admin"), routes.ADMIN), (t("Audit log"), "")])


def activity_link() -> rx.Component:
    """The way from the page of people."""
    return link_button(t("Audit log"), to=routes.ACTIVITY, icon="scroll-text", data_testid="to-activity")


def _table() -> rx.Component:
    names = (t("When"), t("Who"), t("What"), t("About"), t("From"))
    head = rx.el.thead(rx.el.tr(*(rx.el.th(name, scope="col") for name in names)))
    table = rx.el.table(head, rx.el.tbody(rx.foreach(ActivityState.acts, _row)), class_name="table table-lines", data_testid="acts")
    return rx.el.div(table, class_name="table-frame rows", tab_index=0, role="region", aria_label=t("Audit log"))


def _row(act: rx.Var[ActRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(rx.moment(act.at, format="YYYY-MM-DD HH:mm:ss"), class_name="number"),
        rx.el.td(act.who),
        rx.el.td(act.what),
        rx.el.td(act.about, class_name="dim small about"),
        rx.el.td(act.whence, class_name="dim small"),
        key=act.id,
    )
