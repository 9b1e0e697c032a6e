"""Setting a new password with the link of a letter."""

import reflex as rx

from cellhub_app.core.limits import PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH
from cellhub_app.web import routes
from cellhub_app.web.components.buttons import button, link
from cellhub_app.web.components.entrance import LINK_BROKEN, TOO_MANY, entrance, link_field, problem_notice
from cellhub_app.web.components.forms import field, post_form
from cellhub_app.web.i18n import t

PROBLEMS = [
    ("passwordWeak", t("This password is too easy to guess. Choose a longer one of several uncommon words.")),
    ("linkSpent", t("This link was used before or is too old. Ask for a new one.")),
    LINK_BROKEN,
    TOO_MANY,
]


def reset_password() -> rx.Component:
    """The page behind /reset-password."""
    form = post_form(
        link_field(),
        field(
            t("New password"), "password", type="password", auto_complete="new-password", required=True, auto_focus=True,
            hint=t("At least {count} characters that are hard to guess.", count=PASSWORD_MIN_LENGTH),
            min_length=PASSWORD_MIN_LENGTH, max_length=PASSWORD_MAX_LENGTH,
        ),
        button(t("Set the password"), kind="primary", type="submit", class_name="btn-wide", data_testid="reset-submit"),
        action=routes.RESET_PASSWORD_ACTION,
        class_name="entrance-form",
    )  # fmt: skip
    return entrance(
        t("Set a new password"),
        t("You are signed out everywhere else."),
        problem_notice(PROBLEMS, t("That did not work. Try again.")),
        form,
        aside=link(t("Ask for a new link"), to=routes.FORGOT_PASSWORD, class_name="text-link"),
    )
