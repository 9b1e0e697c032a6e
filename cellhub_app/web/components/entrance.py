"""The pages before sign-in: a card in the middle with a plain HTML form, which works without a script."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from cellhub_app.core.settings import get_settings
from cellhub_app.web import routes
from cellhub_app.web.components.shell import logo
from cellhub_app.web.guard import unguarded
from cellhub_app.web.i18n import t

DONE = ("registered", "confirmed", "reset", "sent")


class EntranceState(rx.State):
    """What the address says to somebody who is not signed in yet. It knows nobody and reads no data."""

    problem: str = ""
    done: str = ""
    sends_mail: bool = True
    _is_fresh: bool = False

    @unguarded
    def read_address(self) -> Any:
        """Take the error, or what was done, from the address; start with a clean tab."""
        asked = self.router.url.query_parameters
        self.problem = asked.get("error", "")[:40]
        self.done = next((word for word in DONE if asked.get(word)), "")
        if asked.get("registered") == "pending":
            self.done = "pending"
        self.sends_mail = bool(get_settings().smtp_url)
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


TOO_MANY = ("tooManyRequests", t("Too many attempts. Wait a minute, then try again."))
LINK_BROKEN = ("invalid", t("This address is not whole: open the link from the letter again."))


def problem_notice(problems: Sequence[tuple[str, Any]], otherwise: Any) -> rx.Component:
    """What went wrong with the form, by the code in the address; nothing when there is none."""
    return rx.cond(EntranceState.problem != "", notice(rx.match(EntranceState.problem, *problems, otherwise)))


def link_field() -> rx.Component:
    """The secret of the link that led here; assets/entrance.js takes it from behind the address's #, which no server sees."""
    return rx.el.input(type="hidden", name="token", default_value="")


def back_here_field() -> rx.Component:
    """Where to come back to from another form: here, with what stands behind the #."""
    return rx.el.input(type="hidden", name="next", default_value=routes.HOME, custom_attrs={"data-here": "true"})


def invitation_field() -> rx.Component:
    """The invitation that led here, if one did."""
    return rx.el.input(type="hidden", name="invitation", default_value="")


def no_mail_note() -> rx.Component:
    """Said where a letter is promised by a server that sends none."""
    words = t("This server sends no e-mail: ask its admin for the link.")
    return rx.cond(EntranceState.sends_mail, rx.fragment(), rx.el.p(words, class_name="dim small", data_testid="no-mail"))


def next_field() -> rx.Component:
    """Where the form goes after it worked; assets/entrance.js fills it in from the address."""
    return rx.el.input(type="hidden", name="next", default_value=routes.HOME)
