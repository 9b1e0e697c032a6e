"""Where the link of an invitation leads: accept it, or sign in or register first and come back."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.buttons import button
from cellhub_app.web.components.entrance import LINK_BROKEN, TOO_MANY, EntranceState, back_here_field, entrance, link_field, problem_notice
from cellhub_app.web.components.forms import post_form, way_form
from cellhub_app.web.i18n import t

PROBLEMS = [
    ("notSignedIn", t("Sign in first, or register if you are new here. You come back to this page.")),
    ("invitationSpent", t("This invitation was used, taken back or is too old. Ask for a new one.")),
    LINK_BROKEN,
    TOO_MANY,
]


def invitation() -> rx.Component:
    """The page behind /invitation."""
    accept = post_form(
        link_field(),
        button(t("Accept"), kind="primary", type="submit", class_name="btn-wide", data_testid="invitation-accept"),
        action=routes.INVITATION_ACTION,
        class_name="entrance-form",
    )
    ways = rx.el.div(
        _way(routes.SIGN_IN, t("Sign in"), "invitation-sign-in"),
        _way(routes.REGISTER, t("Register"), "invitation-register"),
        class_name="row",
    )
    return entrance(
        t("You are invited"),
        t("Somebody asks you into a project, or into a team with all of its projects: images, outlines and results."),
        problem_notice(PROBLEMS, t("That did not work. Try again.")),
        rx.match(EntranceState.problem, ("invitationSpent", rx.fragment()), ("notSignedIn", ways), accept),
        aside=rx.fragment(),
    )


def _way(to: str, words: str, test_id: str) -> rx.Component:
    """A form, because it takes along what stands behind the address's #."""
    send = button(words, kind="primary", type="submit", data_testid=test_id)
    return way_form(back_here_field(), send, to=to, class_name="entrance-way")
