"""The second step of signing in: the code of the second factor."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.buttons import button, link
from cellhub_app.web.components.entrance import entrance, next_field, problem_notice
from cellhub_app.web.components.forms import field, post_form
from cellhub_app.web.i18n import t

PROBLEMS = [
    ("signInRefused", t("The code is not right. Take the one that the app shows now; each works once.")),
    ("accountClosed", t("This account is not open: an admin has to open it first.")),
    ("tooManyRequests", t("Too many attempts. Wait a little, then try again; each wrong one makes the wait longer.")),
]


def sign_in_code() -> rx.Component:
    """The page behind /sign-in/code."""
    form = post_form(
        next_field(),
        field(
            t("Code"), "code", input_mode="numeric", auto_complete="one-time-code", required=True, auto_focus=True, max_length=40,
            hint=t("Of your authenticator app, or a recovery code."),
        ),
        button(t("Sign in"), kind="primary", type="submit", class_name="btn-wide", data_testid="code-submit"),
        action=routes.SIGN_IN_CODE_ACTION,
        class_name="entrance-form",
    )  # fmt: skip
    return entrance(
        t("One more step"),
        t("Your account asks for a code beside the password."),
        problem_notice(PROBLEMS, t("Signing in did not work. Try again.")),
        form,
        aside=link(t("Start anew"), to=routes.SIGN_IN, class_name="text-link"),
    )
