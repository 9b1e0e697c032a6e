"""Signing in."""

import reflex as rx

from cellhub_app.core.limits import PASSWORD_MAX_LENGTH
from cellhub_app.web import routes
from cellhub_app.web.components.buttons import button, link
from cellhub_app.web.components.entrance import EntranceState, entrance, next_field, no_mail_note, notice, problem_notice
from cellhub_app.web.components.forms import field, post_form
from cellhub_app.web.i18n import t

PROBLEMS = [
    ("signInRefused", t("The e-mail address or the password is not right. Check both and try again.")),
    ("accountClosed", t("This account is not open: an admin has to open it first.")),
    ("tooManyRequests", t("Too many attempts. Wait a little, then try again; each wrong one makes the wait longer.")),
    ("notSignedIn", t("Too much time has passed. Sign in again.")),
    ("invalid", t("Fill in both fields.")),
]
DONE = [
    ("registered", t("Your account is open: sign in with it. A letter asks you to confirm the address.")),
    ("pending", t("Your account is made. An admin has to open it before you can sign in.")),
    ("confirmed", t("Your address is confirmed.")),
    ("reset", t("Your new password is set. Sign in with it.")),
]


def sign_in() -> rx.Component:
    """The sign-in page."""
    form = post_form(
        next_field(),
        field(t("E-mail"), "email", type="email", auto_complete="username", required=True, auto_focus=True, max_length=254),
        field(t("Password"), "password", type="password", auto_complete="current-password", required=True, max_length=PASSWORD_MAX_LENGTH),
        button(t("Sign in"), kind="primary", type="submit", class_name="btn-wide", data_testid="sign-in-submit"),
        action=routes.SIGN_IN_ACTION,
        class_name="entrance-form",
    )
    return entrance(
        t("Sign in"),
        t("Segment, check and measure the cells in your images."),
        problem_notice(PROBLEMS, t("Signing in did not work. Try again.")),
        rx.cond(EntranceState.done != "", notice(rx.match(EntranceState.done, *DONE, ""), kind="succeeded")),
        rx.cond(EntranceState.done == "registered", no_mail_note()),
        form,
        link(t("Forgot the password?"), to=routes.FORGOT_PASSWORD, class_name="text-link entrance-forgot"),
        aside=rx.fragment(t("No account yet?"), " ", link(t("Register"), to=routes.REGISTER, class_name="text-link")),
    )
