"""The tab of members."""

import reflex as rx

from cellhub_app.web.components.buttons import button
from cellhub_app.web.components.feedback import face
from cellhub_app.web.components.forms import field, select
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.project.frame import project_page
from cellhub_app.web.pages.project.members_state import MemberRow, MembersState

ROLES = [
    ("viewer", t("Viewer: looks and exports")),
    ("annotator", t("Annotator: corrects outlines")),
    ("editor", t("Editor: adds and segments")),
    ("owner", t("Owner: everything")),
]
SHORT = [(name, words.split(":")[0]) for name, words in ROLES]


def members_tab() -> rx.Component:
    """The page behind /projects/<id>/members."""
    rows = rx.el.ul(rx.foreach(MembersState.members, _row), class_name="rows", data_testid="members")
    content = rx.el.div(
        rx.el.h2(t("Members")), rx.cond(MembersState.can_manage, _add_form()), rows, class_name="page page-narrow stack-large"
    )
    return project_page("members", rx.el.div(content, class_name="scroll"))


def _add_form() -> rx.Component:
    roles = select(ROLES, label=t("Role"), id="role", name="role", default_value="editor", data_testid="member-role")
    return rx.el.form(
        field(t("E-mail of their account"), "email", type="email", required=True, max_length=254, data_testid="member-email"),
        field(t("Role"), "role", control=roles),
        button(t("Add member"), kind="primary", type="submit", data_testid="member-add"),
        on_submit=MembersState.add,
        reset_on_submit=False,
        key=MembersState.added.to_string(),
        class_name="box form-line",
    )


def _row(member: rx.Var[MemberRow]) -> rx.Component:
    name = rx.el.b(member.name, rx.cond(member.is_me, rx.el.span(" ", t("(you)"), class_name="dim")))
    role = rx.cond(
        MembersState.can_manage,
        select(
            SHORT, label=t("Role of {name}", name=member.name), small=True, value=member.role,
            on_change=lambda role: MembersState.change_role(member.id, role),
        ),
        rx.el.span(rx.match(member.role, *SHORT, member.role), class_name="dim"),
    )  # fmt: skip
    words = rx.cond(member.is_me, t("Leave"), t("Remove"))
    remove = button(words, kind="danger", small=True, on_click=MembersState.remove(member.id), data_testid="member-remove")
    return rx.el.li(
        face(member.initials, member.colour, member.name),
        rx.el.div(name, rx.el.span(member.email, class_name="dim small"), class_name="grow stack-small"),
        role,
        rx.cond(MembersState.can_manage | member.is_me, remove),
        class_name="line",
        data_testid="member",
    )
