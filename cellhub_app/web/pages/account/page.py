"""One's own account."""

import reflex as rx

from cellhub_app.core.limits import NAME_MAX_LENGTH, PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH
from cellhub_app.web import routes
from cellhub_app.web.components.buttons import button, download_button
from cellhub_app.web.components.dialogs import dialog, dialog_actions
from cellhub_app.web.components.feedback import skeleton
from cellhub_app.web.components.forms import field
from cellhub_app.web.components.shell import shell
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.account.factor import factor
from cellhub_app.web.pages.account.state import AccountState, Place
from cellhub_app.web.pages.account.tokens import tokens


def account() -> rx.Component:
    """The page behind /account."""
    parts = rx.fragment(_profile(), _email(), _password(), factor(), _places(), tokens(), _data())
    content = rx.cond(AccountState.is_loaded, parts, skeleton("100%", "420px"))
    page = rx.el.div(rx.el.h1(t("Your account")), content, class_name="page page-narrow stack-large")
    return shell(page, _close_dialog(), here="account", crumbs=[(t("Your account"), "")])


def _section(title: str, *content: rx.Component, **props: str) -> rx.Component:
    return rx.el.section(rx.el.h2(title), *content, class_name="box stack-large", aria_label=title, **props)


def _again(prefix: str) -> rx.Component:
    """The password once more; the id differs so that each label finds its own field."""
    control = rx.el.input(
        id=f"{prefix}-password", name="password", type="password", auto_complete="current-password", required=True,
        max_length=PASSWORD_MAX_LENGTH, class_name="input",
    )  # fmt: skip
    return field(t("Present password"), f"{prefix}-password", control=control)


def _profile() -> rx.Component:
    form = rx.el.form(
        field(t("Name"), "name", auto_complete="name", required=True, max_length=NAME_MAX_LENGTH, default_value=AccountState.user_name),
        button(t("Save"), type="submit", data_testid="account-rename"),
        on_submit=AccountState.rename,
        reset_on_submit=False,
        class_name="form-pair",
    )
    return _section(t("Profile"), form)


def _email() -> rx.Component:
    unconfirmed = rx.el.div(
        rx.icon("mail-warning"),
        rx.el.span(t("Not confirmed yet: until then no letters come, and you can't invite others."), class_name="grow"),
        button(t("Send the letter again"), small=True, on_click=AccountState.send_verification, data_testid="verify-again"),
        class_name="notice notice-waiting",
    )
    confirmed = rx.el.span(rx.icon("check"), t("confirmed"), class_name="chip chip-succeeded")
    now = rx.el.p(rx.el.b(AccountState.user_email, data_testid="account-email"), " ", rx.cond(AccountState.is_verified, confirmed))
    form = rx.el.form(
        field(t("New e-mail"), "email", type="email", auto_complete="email", required=True, max_length=254),
        _again("email"),
        button(t("Change e-mail"), type="submit", data_testid="email-change"),
        on_submit=AccountState.change_email,
        reset_on_submit=False,
        key="email-" + AccountState.saved.to_string(),
        class_name="form-line",
    )
    no_mail = rx.el.p(t("This server sends no e-mail: its admin sees the links and passes them on."), class_name="dim small")
    return _section(
        t("E-mail"),
        now,
        rx.cond(AccountState.is_verified, rx.fragment(), unconfirmed),
        form,
        rx.cond(AccountState.sends_mail, rx.fragment(), no_mail),
    )


def _password() -> rx.Component:
    new = rx.el.input(
        id="new_password", name="new_password", type="password", auto_complete="new-password", required=True,
        min_length=PASSWORD_MIN_LENGTH, max_length=PASSWORD_MAX_LENGTH, class_name="input",
    )  # fmt: skip
    form = rx.el.form(
        _again("own"),
        field(t("New password"), "new_password", control=new),
        button(t("Change password"), type="submit", data_testid="password-change"),
        on_submit=AccountState.change_password,
        reset_on_submit=False,
        key="password-" + AccountState.saved.to_string(),
        class_name="form-line",
    )
    hint = t("At least {count} characters that are hard to guess. All your other sessions end.", count=PASSWORD_MIN_LENGTH)
    return _section(t("Password"), form, rx.el.p(hint, class_name="field-hint"))


def _places() -> rx.Component:
    others = button(t("Sign out everywhere else"), icon="log-out", small=True, on_click=AccountState.end_others, data_testid="end-others")
    rows = rx.el.ul(rx.foreach(AccountState.places, _place), class_name="rows", data_testid="places")
    head = rx.el.div(rx.el.h2(t("Where you are signed in")), rx.cond(AccountState.has_others, others), class_name="row-between wrap")
    return rx.el.section(head, rows, class_name="box stack-large", aria_label=t("Where you are signed in"))


def _place(place: rx.Var[Place]) -> rx.Component:
    kind = rx.cond(place.is_program, t("program"), t("browser"))
    here = rx.cond(place.is_current, rx.el.span(t("this browser"), class_name="chip chip-accent"))
    seen = rx.cond(place.is_current, t("now"), rx.moment(place.seen_at, from_now=True))
    end = button(
        t("Sign out"), small=True, on_click=AccountState.end(place.id), aria_label=t("Sign out {device}", device=place.device),
        data_testid="place-end",
    )  # fmt: skip
    return rx.el.li(
        rx.cond(place.is_program, rx.icon("terminal"), rx.icon("monitor")),
        rx.el.div(
            rx.el.b(place.device, " ", here),
            rx.el.span(kind, " · ", place.ip, " · ", seen, class_name="dim small"),
            class_name="grow stack-small",
        ),
        rx.cond(place.is_current, rx.fragment(), end),
        class_name="line",
        data_testid="place",
    )


def _data() -> rx.Component:
    copy = rx.el.div(
        rx.el.p(
            t("A copy of what this server knows of you, as JSON. Images and outlines come with an export of each project."),
            class_name="dim grow",
        ),
        download_button(t("Download my data"), href=routes.OWN_DATA),
        class_name="row-between wrap",
    )
    leave = rx.el.div(
        rx.el.p(t("Deleting the account also deletes the projects that nobody else is in."), class_name="dim grow"),
        button(t("Delete account"), kind="danger", icon="trash-2", on_click=AccountState.ask_close(True), data_testid="account-close"),
        class_name="row-between wrap",
    )
    return _section(t("Your data"), copy, leave)


def _close_dialog() -> rx.Component:
    form = rx.el.form(
        _again("close"),
        dialog_actions(t("Delete for good"), test_id="account-close-confirm", kind="danger-solid", type="submit"),
        on_submit=AccountState.close,
        reset_on_submit=False,
        class_name="stack-large",
    )
    words = t("This cannot be taken back. What you added to projects of others stays there, without your name.")
    return dialog(
        t("Delete your account?"), form, is_open=AccountState.asks_close, on_open_change=AccountState.ask_close, description=words
    )
