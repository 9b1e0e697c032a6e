"""The tab of members: people by themselves, and teams."""

import reflex as rx

from cellhub_app.web.components.buttons import icon_button
from cellhub_app.web.components.people import MemberRow, confirmation, invite_form, invited, member_line
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.project.frame import project_page
from cellhub_app.web.pages.project.members_state import MembersState
from cellhub_app.web.pages.project.share_links import share_links
from cellhub_app.web.pages.project.teams import teams_part

ROLES = [
    ("viewer", t("Viewer: looks and exports")),
    ("annotator", t("Annotator: corrects outlines")),
    ("editor", t("Editor: adds and segments")),
    ("owner", t("Owner: everything")),
]
SHORT = [(name, words.split(":")[0]) for name, words in ROLES]


def members_tab() -> rx.Component:
    """The page behind /projects/<id>/members."""
    form = invite_form(
        ROLES, "editor", sends_mail=MembersState.sends_mail, on_submit=MembersState.invite, key=MembersState.added.to_string()
    )
    content = rx.el.div(
        rx.el.h2(t("Members")),
        rx.cond(MembersState.can_manage, form),
        rx.el.ul(rx.foreach(MembersState.members, _row), class_name="rows", data_testid="members"),
        invited(MembersState.invitations, SHORT, on_resend=MembersState.resend, on_take_back=MembersState.take_back),
        teams_part(),
        share_links(),
        _leave_dialog(),
        _transfer_dialog(),
        class_name="page page-narrow stack-large",
    )
    return project_page("members", rx.el.div(content, class_name="scroll"))


def _row(member: rx.Var[MemberRow]) -> rx.Component:
    words = t("Give the project to {name}", name=member.name)
    give = icon_button(words, "crown", small=True, on_click=MembersState.ask_transfer(member.id), data_testid="member-give")
    return member_line(
        member,
        rx.cond(MembersState.is_owner & ~member.is_me, give),
        roles=SHORT,
        may_change=MembersState.can_manage,
        on_role=lambda role: MembersState.change_role(member.id, role),
        on_remove=MembersState.remove(member.id),
        on_leave=MembersState.ask_leave(True),
    )


def _leave_dialog() -> rx.Component:
    words = t("You no longer see it or hear of it, unless a team of yours shares it. Only its owners can ask you in again.")
    return confirmation(
        t("Leave {name}?", name=MembersState.name),
        words,
        t("Leave the project"),
        is_open=MembersState.asks_leave,
        on_change=MembersState.ask_leave,
        on_confirm=MembersState.leave,
        test_id="leave-confirm",
    )


def _transfer_dialog() -> rx.Component:
    words = t(
        "{receiver} owns it from then on: members, teams, settings and deleting are theirs. You stay as an editor,"
        " and only they can change that.",
        receiver=MembersState.receiver_name,
    )
    return confirmation(
        t("Give {name} to {receiver}?", name=MembersState.name, receiver=MembersState.receiver_name),
        words,
        t("Give it away"),
        is_open=MembersState.receiver_id != "",
        on_change=lambda _is_open: MembersState.ask_transfer(""),
        on_confirm=MembersState.transfer(MembersState.receiver_id),
        test_id="transfer-confirm",
    )
