"""One team: people, projects, and what can be done with it."""

from typing import Any

import reflex as rx

from cellhub_app.core.limits import NAME_MAX_LENGTH
from cellhub_app.web import routes
from cellhub_app.web.components.buttons import button, link, link_button
from cellhub_app.web.components.feedback import empty_state, skeleton
from cellhub_app.web.components.forms import field
from cellhub_app.web.components.people import MemberRow, confirmation, invite_form, invited, member_line
from cellhub_app.web.components.shell import shell
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.team.state import PROJECTS, ProjectRow, TeamState

ROLES = [("member", t("Member: has the team's projects")), ("manager", t("Manager: also asks people in"))]
SHORT = [(name, words.split(":")[0]) for name, words in ROLES]
SHARE_ROLES = [("viewer", t("Viewer")), ("annotator", t("Annotator")), ("editor", t("Editor"))]


def team() -> rx.Component:
    """The page behind /teams/<id>."""
    waiting = rx.el.div(skeleton("240px", "28px"), skeleton("100%", "240px"), class_name="stack-large", aria_busy="true")
    found = rx.cond(TeamState.is_loaded, rx.el.div(_title(), _people(), _projects(), _settings(), class_name="stack-large"), waiting)
    page = rx.el.div(rx.cond(TeamState.is_missing, _missing(), found), class_name="page page-narrow")
    crumbs = [(t("Teams"), routes.TEAMS), (rx.cond(TeamState.is_missing, t("No such team"), TeamState.name), "")]
    return shell(page, _leave_dialog(), _delete_dialog(), here="teams", crumbs=crumbs)


def _missing() -> rx.Component:
    words = t("It may have been deleted, or you are not in it any more.")
    return empty_state(
        "users", t("There is no such team"), words, link_button(t("Go to your teams"), to=routes.TEAMS, kind="primary"), alone=True
    )


def _title() -> rx.Component:
    return rx.el.div(
        rx.el.h1(TeamState.name), rx.el.p(TeamState.meta, class_name="dim number", data_testid="team-meta"), class_name="stack-small"
    )


def _section(title: str, *content: rx.Component) -> rx.Component:
    return rx.el.section(rx.el.h2(title), *content, class_name="stack-large part", aria_label=title)


def _people() -> rx.Component:
    form = invite_form(ROLES, "member", sends_mail=TeamState.sends_mail, on_submit=TeamState.invite, key=TeamState.added.to_string())
    return _section(
        t("People"),
        rx.cond(TeamState.is_manager, form),
        rx.el.ul(rx.foreach(TeamState.members, _member), class_name="rows", data_testid="members"),
        invited(TeamState.invitations, SHORT, on_resend=TeamState.resend, on_take_back=TeamState.take_back),
    )


def _member(member: rx.Var[MemberRow]) -> rx.Component:
    return member_line(
        member,
        roles=SHORT,
        may_change=TeamState.is_manager,
        on_role=lambda role: TeamState.change_role(member.id, role),
        on_remove=TeamState.remove(member.id),
        on_leave=TeamState.ask("leave"),
    )


def _projects() -> rx.Component:
    none = rx.el.p(t("No project is shared with the team yet. Who owns one shares it on its Members tab."), class_name="dim")
    rows = rx.el.ul(rx.foreach(TeamState.projects, _project), class_name="rows", data_testid="team-projects")
    first = rx.el.p(t("These are the {count} that were shared last.", count=PROJECTS), class_name="dim small")
    shown = rx.fragment(rows, rx.cond(TeamState.has_more, first))
    return _section(t("Projects"), rx.cond(TeamState.projects.length() > 0, shown, none))


def _project(row: rx.Var[ProjectRow]) -> rx.Component:
    end = button(
        t("Stop sharing"), kind="danger", small=True, on_click=TeamState.end_share(row.id),
        aria_label=t("Stop sharing {name}", name=row.name), data_testid="share-end",
    )  # fmt: skip
    return rx.el.li(
        rx.icon("layout-grid"),
        rx.el.div(link(row.name, to=row.href, class_name="strong-link"), class_name="grow"),
        rx.el.span(rx.match(row.role, *SHARE_ROLES, row.role), class_name="dim"),
        rx.cond(TeamState.is_manager, end),
        class_name="line",
        data_testid="team-project",
    )


def _settings() -> rx.Component:
    form = rx.el.form(
        field(t("Name"), "name", required=True, max_length=NAME_MAX_LENGTH, default_value=TeamState.name),
        button(t("Rename"), type="submit", data_testid="team-rename"),
        on_submit=TeamState.rename,
        reset_on_submit=False,
        key=TeamState.name,
        class_name="form-pair",
    )
    words = rx.el.p(t("Projects stay with their owners. The team's people lose what only the team gave them."), class_name="dim grow")
    delete = button(t("Delete team"), kind="danger", icon="trash-2", on_click=TeamState.ask("delete"), data_testid="team-delete")
    boxes = rx.fragment(rx.el.div(form, class_name="box"), rx.el.div(words, delete, class_name="box row-between wrap"))
    return rx.cond(TeamState.is_manager, _section(t("Settings"), boxes))


def _question(name: str, title: Any, words: Any, act: str, on_confirm: Any) -> rx.Component:
    return confirmation(
        title,
        words,
        act,
        is_open=TeamState.question == name,
        on_change=lambda _is_open: TeamState.ask(""),
        on_confirm=on_confirm,
        test_id=f"{name}-confirm",
    )


def _leave_dialog() -> rx.Component:
    words = t("You lose the projects that only this team gave you. A manager can ask you in again.")
    return _question("leave", t("Leave {name}?", name=TeamState.name), words, t("Leave the team"), TeamState.leave)


def _delete_dialog() -> rx.Component:
    words = rx.fragment(TeamState.lost, " ", t("Projects stay with their owners. This can't be undone."))
    return _question("delete", t("Delete {name}?", name=TeamState.name), words, t("Delete the team"), TeamState.delete)
