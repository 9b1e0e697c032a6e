"""Rows of people: who is in a project or a team, and who was asked in and has not said yes or no."""

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import reflex as rx

from cellhub_app.domain.invitations.schemas import InvitationView
from cellhub_app.web.components.buttons import button
from cellhub_app.web.components.dialogs import dialog, dialog_actions
from cellhub_app.web.components.feedback import face
from cellhub_app.web.components.forms import field, select
from cellhub_app.web.i18n import t
from cellhub_app.web.theme import face_colour, initials

Roles = list[tuple[str, str]]


@dataclass
class MemberRow:
    """A member as the list shows them."""

    id: str
    name: str
    email: str
    role: str
    initials: str
    colour: str
    is_me: bool


@dataclass
class InvitationRow:
    """Somebody who was invited and has not said yes or no."""

    id: str
    email: str
    role: str
    sent_at: str
    is_expired: bool


class Member(Protocol):
    """Who can be shown as a row."""

    user_id: UUID
    email: str
    name: str
    role: Any


def member_row(member: Member, me: UUID) -> MemberRow:
    """How a member is shown to somebody."""
    return MemberRow(
        id=str(member.user_id),
        name=member.name,
        email=member.email,
        role=member.role.value,
        initials=initials(member.name),
        colour=face_colour(member.email),
        is_me=member.user_id == me,
    )


def invitation_row(view: InvitationView) -> InvitationRow:
    """How an invitation that waits is shown."""
    return InvitationRow(str(view.id), view.email, view.role.value, view.sent_at.isoformat(), view.is_expired)


def member_line(
    member: rx.Var[MemberRow], *acts: rx.Component, roles: Roles, may_change: Any, on_role: Any, on_remove: Any, on_leave: Any
) -> rx.Component:
    """A row of the list of members; `acts` stand before the button that lets them go, and who is shown may leave."""
    name = rx.el.b(member.name, rx.cond(member.is_me, rx.el.span(" ", t("(you)"), class_name="dim")))
    chosen = select(
        roles, label=t("Role of {name}", name=member.name), small=True, value=member.role, on_change=on_role, data_testid="member-role-of"
    )
    role = rx.cond(may_change, chosen, rx.el.span(rx.match(member.role, *roles, member.role), class_name="dim"))
    remove = button(t("Remove"), kind="danger", small=True, on_click=on_remove, data_testid="member-remove")
    leave = button(t("Leave"), kind="danger", small=True, on_click=on_leave, data_testid="member-leave")
    return rx.el.li(
        face(member.initials, member.colour, member.name),
        rx.el.div(name, rx.el.span(member.email, class_name="dim small"), class_name="grow stack-small"),
        role,
        *acts,
        rx.cond(member.is_me, leave, rx.cond(may_change, remove)),
        class_name="line",
        data_testid="member",
    )


def invited(rows: rx.Var[list[InvitationRow]], roles: Roles, *, on_resend: Any, on_take_back: Any) -> rx.Component:
    """The invitations that wait, if there are any."""
    lines = rx.foreach(rows, lambda row: _invitation(row, roles, on_resend, on_take_back))
    shown = rx.el.ul(lines, class_name="rows", data_testid="invitations")
    return rx.cond(rows.length() > 0, rx.el.section(rx.el.h3(t("Invited")), shown, class_name="stack-large"))


def _invitation(row: rx.Var[InvitationRow], roles: Roles, on_resend: Any, on_take_back: Any) -> rx.Component:
    sent = rx.fragment(t("sent"), " ", rx.moment(row.sent_at, from_now=True))
    again = button(t("Send again"), small=True, on_click=on_resend(row.id), data_testid="invitation-resend")
    back = button(t("Take back"), kind="danger", small=True, on_click=on_take_back(row.id), data_testid="invitation-revoke")
    role = rx.match(row.role, *roles, row.role)
    return rx.el.li(
        rx.icon("mail"),
        rx.el.div(rx.el.b(row.email), rx.el.span(role, " · ", sent, class_name="dim small"), class_name="grow stack-small"),
        rx.cond(row.is_expired, rx.el.span(t("too old"), class_name="chip chip-paused")),
        again,
        back,
        class_name="line",
        data_testid="invitation",
    )


def invite_form(roles: Roles, role: str, *, sends_mail: Any, on_submit: Any, key: Any) -> rx.Component:
    """Asks somebody in by their address; `role` is offered first, another `key` empties the form."""
    chosen = select(roles, label=t("Role"), id="role", name="role", default_value=role, data_testid="member-role")
    form = rx.el.form(
        field(t("E-mail"), "email", type="email", required=True, max_length=254, data_testid="member-email"),
        field(t("Role"), "role", control=chosen),
        button(t("Invite"), kind="primary", type="submit", data_testid="member-add"),
        on_submit=on_submit,
        reset_on_submit=False,
        key=key,
        class_name="form-line",
    )
    by_letter = t("They get a letter with a link, and need no account yet. Who has one also finds the invitation on the dashboard.")
    by_hand = t(
        "This server sends no e-mail: who has an account finds the invitation on the dashboard; for others ask an admin for the link."
    )
    hint = rx.cond(sends_mail, by_letter, by_hand)
    return rx.el.div(form, rx.el.p(hint, class_name="field-hint"), class_name="box stack-large")


def confirmation(title: Any, words: Any, act: Any, *, is_open: Any, on_change: Any, on_confirm: Any, test_id: str) -> rx.Component:
    """Asks before something that its person cannot take back themselves."""
    acts = dialog_actions(act, test_id=test_id, kind="danger-solid", on_click=on_confirm)
    return dialog(title, acts, is_open=is_open, on_open_change=on_change, description=words)
