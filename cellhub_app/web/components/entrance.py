"""The pages before sign-in: a card in the middle with a plain HTML form, which works without a script."""

from typing import Any

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.shell import logo


class EntranceState(rx.State):
    """What the address says to somebody who is not signed in yet. It knows nobody and reads no data."""

    problem: str = ""
    next_path: str = routes.HOME
    is_registered: bool = False
    _is_fresh: bool = False

    @rx.event
    def read_address(self) -> Any:
        """Take the error, the way back and the welcome from the address; start with a clean tab."""
        asked = self.router.url.query_parameters
        wanted = asked.get("next", "")
        self.problem = asked.get("error", "")[:40]
        self.next_path = wanted if wanted.startswith("/") and not wanted.startswith("//") else routes.HOME
        self.is_registered = asked.get("registered") == "1"
        if not self._is_fresh:
            # The tab's name at the server is forgotten, so that the next person to sign in here never meets the last one's pages.
            self._is_fresh = True
            return rx.remove_session_storage("token")
        return None


def entrance(title: str, lead: Any, *content: rx.Component, aside: rx.Component) -> rx.Component:
    """The card, and below it the way to the other form."""
    card = rx.el.div(
        rx.el.div(logo(), class_name="logo"),
        rx.el.h1(title),
        rx.el.p(lead, class_name="dim"),
        *content,
        class_name="entrance-card",
    )
    return rx.el.div(rx.el.main(card, rx.el.p(aside, class_name="entrance-aside"), class_name="entrance-main"), class_name="entrance")


def notice(words: Any, kind: str = "failed") -> rx.Component:
    """A sentence above the form."""
    icon = rx.icon("triangle-alert" if kind == "failed" else "check")
    return rx.el.div(icon, rx.el.span(words), class_name=f"notice notice-{kind}", role="alert" if kind == "failed" else "status")


def next_field() -> rx.Component:
    """Where the form goes after it worked."""
    return rx.el.input(type="hidden", name="next", value=EntranceState.next_path, read_only=True)
