"""The tab of members."""

import reflex as rx

from cellhub_app.web.components.buttons import button
from cellhub_app.web.components.feedback import face
from cellhub_app.web.components.forms import field, select
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.project.frame import project_page
from cellhub_app.web.pages.project.members_state import InvitationRow, MemberRow, MembersState
from cellhub_app.web.pages.project.share_links import share_links

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
        rx.el.h2(t("Members")),
        rx.cond(MembersState.can_manage, _invite_form()),
        rows,
        _waiting(),
        share_links(),
        class_name="page page-narrow stack-large",
    )
    return project_page("members", rx.el.div(content, class_name="scroll"))


def _waiting() -> rx.Component:
    rows = rx.el.ul(rx.foreach(MembersState.invitations, _invitation), class_name="rows", data_testid="invitations")
    return rx.cond(MembersState.invitations.length() > 0, rx.el.section(rx.el.h3(t("Invited")), rows, class_name="stack-large"))


def _invitation(row: rx.Var[InvitationRow]) -> rx.Component:
    role = rx.match(row.role, *SHORT, row.role)
    sent = rx.fragment(t("sent"), " ", rx.moment(row.sent_at, from_now=True))
    again = button(t("Send again"), small=True, on_click=MembersState.resend(row.id), data_testid="invitation-resend")
    back = button(t("Take back"), kind="danger", small=True, on_click=MembersState.take_back(row.id), data_testid="invitation-revoke")
    return rx.el.li(
        rx.icon("mail"),
        rx.el.div(rx.el.b(row.email), rx.el.span(role, " · ", sent, class_name="dim small"), class_name="grow stack-small"),
        rx.cond(row.is_expired, rx.el.span(t("too old"), class_name="chip chip-paused")),
        again,
        back,
        class_name="line",
        data_testid="invitation",
    )


def _invite_form() -> rx.Component:
    roles = select(ROLES, label=t("Role"), id="role", name="role", default_value="editor", data_testid="member-role")
    form = rx.el.form(
        field(t("E-mail"), "email", type="email", required=True, max_length=254, data_testid="member-email"),
        field(t("Role"), "role", control=roles),
        button(t("Invite"), kind="primary", type="submit", data_testid="member-add"),
        on_submit=MembersState.invite,
        reset_on_submit=False,
        key=MembersState.added.to_string(),
        class_name="form-line",
    )
    by_letter = t("They get a letter with a link, and need no account yet. Who has one also finds the invitation on the dashboard.")
    by_hand = t(
        "This server sends no e-mail: who has an account finds the invitation on the dashboard; for others ask an admin for the link."
    )
    hint = rx.cond(MembersState.sends_mail, by_letter, by_hand)
    return rx.el.div(form, rx.el.p(hint, class_name="field-hint"), class_name="box stack-large")


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
