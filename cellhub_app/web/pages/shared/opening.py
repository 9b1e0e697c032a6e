"""Where a share link leads first: it opens by itself (assets/entrance.js), and asks for its password if it has one."""

import reflex as rx

from cellhub_app.core.limits import PASSWORD_MAX_LENGTH
from cellhub_app.web import routes
from cellhub_app.web.components.buttons import button
from cellhub_app.web.components.entrance import TOO_MANY, EntranceState, entrance, link_field, notice
from cellhub_app.web.components.forms import field, post_form
from cellhub_app.web.i18n import t

CLOSED = t("This link is not open")
CLOSED_WORDS = t("Its time may be over, somebody may have revoked it, or the address is not whole. Ask whoever sent it for a new one.")


def opening() -> rx.Component:
    """The page behind /s."""
    refused = notice(t("The password is not right, or the link is not open any more."))
    parts = {
        "": (t("A shared project"), t("Opening the link…"), rx.fragment()),
        "sharePasswordNeeded": (t("A shared project"), t("This link asks for a password. Whoever sent it knows it."), _password_form()),
        "shareRefused": (t("A shared project"), t("This link asks for a password. Whoever sent it knows it."), _password_form(refused)),
        "tooManyRequests": (t("A shared project"), TOO_MANY[1], _again()),
    }
    closed = (CLOSED, CLOSED_WORDS, rx.fragment())
    title, lead, content = (
        rx.match(EntranceState.problem, *((problem, shown[place]) for problem, shown in parts.items()), closed[place]) for place in range(3)
    )
    return entrance(title, lead, rx.el.div(content, data_testid="share-opening"), aside=rx.fragment())


def _password_form(*above: rx.Component) -> rx.Component:
    return post_form(
        *above,
        link_field(),
        rx.el.input(type="hidden", name="image", default_value=""),
        field(
            t("Password"), "password", type="password", required=True, max_length=PASSWORD_MAX_LENGTH, auto_complete="off",
            auto_focus=True, data_testid="share-password",
        ),
        button(t("Look at the project"), kind="primary", type="submit", class_name="btn-wide", data_testid="share-open"),
        action=routes.SHARE_ACTION,
        class_name="entrance-form",
    )  # fmt: skip


def _again() -> rx.Component:
    """Opens anew: whether there is a password to ask for is not known here."""
    again = button(t("Try again"), kind="primary", type="submit", class_name="btn-wide", data_testid="share-again")
    image = rx.el.input(type="hidden", name="image", default_value="")
    return post_form(link_field(), image, again, action=routes.SHARE_ACTION, class_name="entrance-form")
