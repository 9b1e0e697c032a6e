"""Asking for a link to set a new password."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.buttons import button, link
from cellhub_app.web.components.entrance import EntranceState, entrance, no_mail_note, notice
from cellhub_app.web.components.forms import field, post_form
from cellhub_app.web.i18n import t

PROBLEMS = [("tooManyRequests", t("Too many attempts. Wait a minute, then try again."))]


def forgot_password() -> rx.Component:
    """The page behind /forgot-password."""
    form = post_form(
        field(t("E-mail"), "email", type="email", auto_complete="username", required=True, auto_focus=True, max_length=254),
        button(t("Send the link"), kind="primary", type="submit", class_name="btn-wide", data_testid="forgot-submit"),
        action=routes.FORGOT_PASSWORD_ACTION,
        class_name="entrance-form",
    )
    sent = t("If this address has an account, a letter with a link is on its way. It works once, for an hour.")
    problem = rx.match(EntranceState.problem, *PROBLEMS, t("That did not work. Try again."))
    return entrance(
        t("Forgot the password?"),
        t("We write you a link that sets a new one."),
        rx.cond(EntranceState.problem != "", notice(problem)),
        rx.cond(EntranceState.done == "sent", notice(sent, kind="succeeded")),
        no_mail_note(),
        form,
        aside=link(t("Back to signing in"), to=routes.SIGN_IN, class_name="text-link"),
    )
