"""For admins: who has an account, and the letters that did not leave."""

import reflex as rx

from cellhub_app.web.components.buttons import button
from cellhub_app.web.components.feedback import face, skeleton
from cellhub_app.web.components.forms import search_box, select
from cellhub_app.web.components.shell import shell
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.admin.activity import activity_link
from cellhub_app.web.pages.admin.state import AdminState, LetterRow, PersonRow

ROLES = [("admin", t("Admin")), ("operator", t("Operator")), ("user", t("User")), ("guest", t("Guest"))]
STATUSES = [("", t("All")), ("pending", t("Waiting")), ("active", t("Active")), ("suspended", t("Suspended"))]


def admin() -> rx.Component:
    """The page behind /admin."""
    shown = rx.cond(AdminState.is_loaded, rx.fragment(_letters(), _people()), skeleton("100%", "320px"))
    head = rx.el.div(rx.el.h1(t("Admin")), activity_link(), class_name="row-between wrap")
    page = rx.el.div(head, shown, class_name="page stack-large")
    return shell(page, here="admin", crumbs=[(t("Admin"), "")])


def _people() -> rx.Component:
    pills = [
        rx.el.button(
            words,
            rx.cond(AdminState.pending > 0, rx.el.span(AdminState.pending)) if status == "pending" else rx.fragment(),
            type="button",
            aria_pressed=(AdminState.status == status).to_string(),
            on_click=AdminState.narrow(status or None),
            class_name="pill",
            data_testid=f"people-{status or 'all'}",
        )
        for status, words in STATUSES
    ]
    search = search_box(
        t("Search people"), placeholder=t("Name or e-mail"), on_change=AdminState.search.debounce(250), data_testid="people-search"
    )
    head = rx.el.div(rx.el.div(*pills, class_name="pills", role="group", aria_label=t("Status")), search, class_name="row-between wrap")
    none = rx.el.p(t("Nobody here fits."), class_name="dim quiet")
    rows = rx.el.ul(rx.foreach(AdminState.rows, _person), class_name="rows", data_testid="people")
    more = rx.cond(AdminState.has_more, rx.el.div(button(t("Show more"), on_click=AdminState.show_more), class_name="cards-more"))
    return rx.el.section(
        rx.el.h2(t("People")),
        head,
        rx.cond(AdminState.rows.length() > 0, rows, none),
        more,
        class_name="stack-large",
        aria_label=t("People"),
    )


def _person(person: rx.Var[PersonRow]) -> rx.Component:
    seen = rx.cond(person.seen_at != "", rx.fragment(t("seen"), " ", rx.moment(person.seen_at, from_now=True)), t("never here"))
    confirmed = rx.cond(person.is_confirmed, rx.fragment(), rx.el.span(" · ", t("e-mail not confirmed")))
    name = rx.el.b(person.name, rx.cond(person.is_me, rx.el.span(" ", t("(you)"), class_name="dim")))
    role = select(
        ROLES, label=t("Role of {name}", name=person.name), small=True, value=person.role,
        on_change=lambda role: AdminState.set_role(person.id, role), data_testid="person-role",
    )  # fmt: skip
    suspend = button(
        t("Suspend"), kind="danger", small=True, on_click=AdminState.set_status(person.id, "suspended"), data_testid="person-suspend"
    )
    words = rx.cond(person.status == "pending", t("Open account"), t("Let in again"))
    let_in = button(words, kind="primary", small=True, on_click=AdminState.set_status(person.id, "active"), data_testid="person-open")
    return rx.el.li(
        face(person.initials, person.colour, person.name),
        rx.el.div(name, rx.el.span(person.email, " · ", seen, confirmed, class_name="dim small"), class_name="grow stack-small"),
        rx.match(
            person.status,
            ("pending", rx.el.span(t("waiting"), class_name="chip chip-paused")),
            ("suspended", rx.el.span(rx.icon("ban"), t("suspended"), class_name="chip chip-failed")),
            rx.fragment(),
        ),
        role,
        rx.cond(person.status == "active", suspend, let_in),
        class_name="line",
        data_testid="person",
    )


def _letters() -> rx.Component:
    why = rx.cond(
        AdminState.sends_mail,
        t("The mail server did not take these. Pass the links on yourself; each works once."),
        t("This server sends no e-mail (CELLHUB_SMTP_URL is not set). Pass these links on yourself; each works once."),
    )
    rows = rx.el.ul(rx.foreach(AdminState.letters, _letter), class_name="rows", data_testid="letters")
    section = rx.el.section(
        rx.el.h2(t("Letters that did not leave")), rx.el.p(why, class_name="dim"), rows, class_name="stack-large", aria_label=t("Letters")
    )
    return rx.cond(AdminState.letters.length() > 0, section)


def _letter(letter: rx.Var[LetterRow]) -> rx.Component:
    about = rx.el.span(letter.subject, " · ", rx.moment(letter.written_at, from_now=True), class_name="dim small")
    return rx.el.li(
        rx.el.div(rx.el.b(letter.address), about, rx.el.code(letter.link, class_name="link-text"), class_name="grow stack-small"),
        class_name="line",
        data_testid="letter",
    )
