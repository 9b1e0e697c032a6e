"""The part of the members' tab that is about teams."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.buttons import button, link
from cellhub_app.web.components.forms import field, select
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.project.teams_state import ShareRow, TeamChoice, TeamSharesState

ROLES = [("viewer", t("Viewer")), ("annotator", t("Annotator")), ("editor", t("Editor"))]


def teams_part() -> rx.Component:
    """Which teams the project is shared with, and, for owners, sharing it with more."""
    rows = rx.el.ul(rx.foreach(TeamSharesState.shares, _row), class_name="rows", data_testid="shares")
    shown = rx.el.section(
        rx.el.h2(t("Teams")), rx.cond(TeamSharesState.can_manage, _share_box()), rows, class_name="stack-large part", aria_label=t("Teams")
    )
    return rx.cond(TeamSharesState.can_manage | (TeamSharesState.shares.length() > 0), shown)


def _share_box() -> rx.Component:
    to_teams = link(t("Make a team"), to=routes.TEAMS, class_name="text-link")
    none = rx.el.p(
        t("A team is a group of people who get all of its projects at once. You are in none yet."), " ", to_teams, class_name="dim"
    )
    all_shared = rx.el.p(t("The project is shared with every team that you are in."), class_name="dim")
    without = rx.cond(TeamSharesState.has_teams, all_shared, none)
    return rx.el.div(rx.cond(TeamSharesState.choices.length() > 0, _form(), without), class_name="box")


def _form() -> rx.Component:
    teams = rx.el.select(
        rx.foreach(TeamSharesState.choices, _option),
        id="team_id",
        name="team_id",
        class_name="select",
        required=True,
        data_testid="share-team",
    )
    roles = select(ROLES, label=t("Role of the team"), id="team-role", name="role", default_value="editor", data_testid="share-role")
    return rx.el.form(
        field(t("Team"), "team_id", control=teams),
        field(t("Role"), "team-role", control=roles),
        button(t("Share"), kind="primary", type="submit", data_testid="share-add"),
        on_submit=TeamSharesState.share,
        reset_on_submit=False,
        key=TeamSharesState.shared.to_string(),
        class_name="form-line",
    )


def _option(team: rx.Var[TeamChoice]) -> rx.Component:
    return rx.el.option(team.name, value=team.id)


def _row(share: rx.Var[ShareRow]) -> rx.Component:
    name = rx.cond(share.href != "", link(share.name, to=share.href, class_name="strong-link"), rx.el.b(share.name))
    chosen = select(
        ROLES, label=t("Role of {name}", name=share.name), small=True, value=share.role,
        on_change=lambda role: TeamSharesState.change_share(share.id, role),
    )  # fmt: skip
    role = rx.cond(TeamSharesState.can_manage, chosen, rx.el.span(rx.match(share.role, *ROLES, share.role), class_name="dim"))
    end = button(
        t("Stop sharing"), kind="danger", small=True, on_click=TeamSharesState.end_share(share.id),
        aria_label=t("Stop sharing with {name}", name=share.name), data_testid="share-end",
    )  # fmt: skip
    return rx.el.li(
        rx.el.span(rx.icon("users"), class_name="face face-team", aria_hidden="true"),
        rx.el.div(name, rx.el.span(share.people, class_name="dim small"), class_name="grow stack-small"),
        role,
        rx.cond(TeamSharesState.can_manage, end),
        class_name="line",
        data_testid="share",
    )
