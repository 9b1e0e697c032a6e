"""Confirming an address with the link of a letter: by a button, so that programs which look into letters confirm nothing."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.buttons import button, link
from cellhub_app.web.components.entrance import LINK_BROKEN, TOO_MANY, EntranceState, entrance, link_field, problem_notice
from cellhub_app.web.components.forms import post_form
from cellhub_app.web.i18n import t

PROBLEMS = [
    ("linkSpent", t("This link was used before or is too old. Sign in and ask for a new one on the page of your account.")),
    LINK_BROKEN,
    TOO_MANY,
]


def verify_email() -> rx.Component:
    """The page behind /verify-email."""
    form = post_form(
        link_field(),
        button(t("This is my address"), kind="primary", type="submit", class_name="btn-wide", data_testid="verify-submit"),
        action=routes.VERIFY_EMAIL_ACTION,
        class_name="entrance-form",
    )
    return entrance(
        t("Confirm your e-mail address"),
        t("CellHub writes only to addresses whose people said yes."),
        problem_notice(PROBLEMS, t("That did not work. Try again.")),
        rx.match(EntranceState.problem, ("linkSpent", rx.fragment()), ("invalid", rx.fragment()), form),
        aside=link(t("Sign in"), to=routes.SIGN_IN, class_name="text-link"),
    )
