"""One's teams: groups of people with whom projects are shared at once."""

import reflex as rx

from cellhub_app.core.limits import NAME_MAX_LENGTH
from cellhub_app.web.components.buttons import button, link
from cellhub_app.web.components.dialogs import form_dialog
from cellhub_app.web.components.feedback import empty_state, skeleton
from cellhub_app.web.components.forms import field
from cellhub_app.web.components.shell import shell
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.teams.state import TeamRow, TeamsState


def teams() -> rx.Component:
    """The page behind /teams."""
    has_any = TeamsState.rows.length() > 0
    content = rx.cond(TeamsState.is_loaded, rx.cond(has_any, _list(), _nothing_yet()), skeleton("100%", "210px"))
    head = rx.el.div(rx.el.h1(t("Teams")), rx.cond(has_any & TeamsState.may_make, _new_button()), class_name="page-head")
    page = rx.el.div(head, content, class_name=rx.cond(has_any, "page page-narrow", "page"), on_mount=TeamsState.close_dialogs)
    return shell(page, _create_dialog(), here="teams", crumbs=[(t("Teams"), "")])


def _new_button() -> rx.Component:
    return button(t("New team"), kind="primary", icon="plus", on_click=TeamsState.set_create_open(True), data_testid="team-new")


def _nothing_yet() -> rx.Component:
    words = t(
        "A team is a group of people. Share a project with it, and everybody in it has the project at once; whoever joins later"
        " gets all of its projects, and whoever leaves loses them."
    )
    for_guests = t("When somebody asks you into a team, it is shown here, and its projects are shown with yours.")
    return rx.cond(
        TeamsState.may_make,
        empty_state("users", t("Share with many at once"), words, _new_button(), data_testid="teams-empty"),
        empty_state("users", t("You are in no team"), for_guests, data_testid="teams-empty"),
    )


def _list() -> rx.Component:
    more = rx.el.div(button(t("Show more"), on_click=TeamsState.show_more), class_name="cards-more")
    rows = rx.el.ul(rx.foreach(TeamsState.rows, _row), class_name="rows", data_testid="teams")
    return rx.fragment(rows, rx.cond(TeamsState.has_more, more))


def _row(team: rx.Var[TeamRow]) -> rx.Component:
    manager = rx.el.span(t("Manager"), class_name="chip chip-accent")
    role = rx.cond(team.is_in, rx.cond(team.is_manager, manager), rx.el.span(t("You are not in it"), class_name="dim small"))
    return rx.el.li(
        rx.el.span(rx.icon("users"), class_name="face face-team", aria_hidden="true"),
        rx.el.div(
            link(team.name, to=team.href, class_name="strong-link"),
            rx.el.span(team.size, class_name="dim small"),
            class_name="grow stack-small",
        ),
        role,
        class_name="line",
        data_testid="team",
    )


def _create_dialog() -> rx.Component:
    return form_dialog(
        t("New team"),
        field(t("Name"), "name", required=True, max_length=NAME_MAX_LENGTH, auto_focus=True, placeholder=t("Imaging facility")),
        act=t("Make team"),
        test_id="team-create",
        on_submit=TeamsState.create,
        is_open=TeamsState.create_is_open,
        on_open_change=TeamsState.set_create_open,
        description=t("You manage it: you ask people in, and anybody in it who owns a project can share that with the team."),
    )
