"""Asking for a link to set a new password."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.buttons import button, link
from cellhub_app.web.components.entrance import TOO_MANY, EntranceState, entrance, no_mail_note, notice, problem_notice
from cellhub_app.web.components.forms import field, post_form
from cellhub_app.web.i18n import t

PROBLEMS = [TOO_MANY]


def forgot_password() -> rx.Component:
    """The page behind /forgot-password."""
    form = post_form(
        field(t("E-mail"), "email", type="email", auto_complete="username", required=True, auto_focus=True, max_length=254),
        button(t("Send the link"), kind="primary", type="submit", class_name="btn-wide", data_testid="forgot-submit"),
        action=routes.FORGOT_PASSWORD_ACTION,
        class_name="entrance-form",
    )
    sent = t("If this address has an account, a letter with a link is on its way. It works once, for an hour.")
    return entrance(
        t("Forgot the password?"),
        t("We write you a link that sets a new one."),
        problem_notice(PROBLEMS, t("That did not work. Try again.")),
        rx.cond(EntranceState.done == "sent", notice(sent, kind="succeeded")),
        no_mail_note(),
        form,
        aside=link(t("Back to signing in"), to=routes.SIGN_IN, class_name="text-link"),
    )
