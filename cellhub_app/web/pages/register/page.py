"""Opening an account."""

import reflex as rx

from cellhub_app.core.limits import NAME_MAX_LENGTH, PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH
from cellhub_app.web import routes
from cellhub_app.web.components.buttons import button, link
from cellhub_app.web.components.entrance import TOO_MANY, entrance, invitation_field, next_field, problem_notice
from cellhub_app.web.components.forms import field, post_form
from cellhub_app.web.i18n import t

PROBLEMS = [
    ("emailInvalid", t("This does not look like an e-mail address; it should read like name@example.org.")),
    ("passwordWeak", t("This password is too easy to guess. Choose a longer one of several uncommon words.")),
    ("registrationClosed", t("Registration is by invitation on this server. Ask a member of a project, or an admin.")),
    TOO_MANY,
    ("invalid", t("Fill in every field.")),
]


def register() -> rx.Component:
    """The registration page."""
    form = post_form(
        next_field(),
        invitation_field(),
        field(t("Name"), "name", auto_complete="name", required=True, auto_focus=True, max_length=NAME_MAX_LENGTH),
        field(t("E-mail"), "email", type="email", auto_complete="username", required=True, max_length=254),
        field(
            t("Password"),
            "password",
            hint=t("At least {count} characters that are hard to guess.", count=PASSWORD_MIN_LENGTH),
            type="password",
            auto_complete="new-password",
            required=True,
            min_length=PASSWORD_MIN_LENGTH,
            max_length=PASSWORD_MAX_LENGTH,
        ),
        button(t("Register"), kind="primary", type="submit", class_name="btn-wide", data_testid="register-submit"),
        action=routes.REGISTER_ACTION,
        class_name="entrance-form",
    )
    return entrance(
        t("Register"),
        t("One account for your images, segmentations and exports."),
        problem_notice(PROBLEMS, t("Registering did not work. Try again.")),
        form,
        aside=rx.fragment(t("Have an account already?"), " ", link(t("Sign in"), to=routes.SIGN_IN, class_name="text-link")),
    )
