"""What stands around the pages of visitors: the name of the project, that it is to look at only, and that a link has ended."""

from typing import Any

import reflex as rx

from cellhub_app.web.components.buttons import link
from cellhub_app.web.components.feedback import empty_state
from cellhub_app.web.components.shell import connection_banner, logo, theme_button
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.shared.opening import CLOSED, CLOSED_WORDS
from cellhub_app.web.pages.shared.state import SharedState


def shared_page(*content: rx.Component, crumbs: list[tuple[Any, Any]], tools: rx.Component) -> rx.Component:
    """A page of a visitor; once the link has ended only that is said, the same however it ended."""
    closed = empty_state("link-2-off", CLOSED, CLOSED_WORDS, alone=True, data_testid="share-closed")
    shown = rx.fragment(_topbar(crumbs, tools), connection_banner(), _trouble())
    main = rx.el.main(
        rx.cond(SharedState.is_closed, closed, rx.fragment(*content)),
        id="content", tab_index=-1, class_name=rx.cond(SharedState.is_closed, "shared-closed", "fixed"),
    )  # fmt: skip
    skip = rx.el.a(t("Skip to the content"), href="#content", class_name="skip-link")
    return rx.el.div(skip, rx.cond(SharedState.is_closed, rx.fragment(), shown), main, class_name="stage shared")


def _topbar(crumbs: list[tuple[Any, Any]], tools: rx.Component) -> rx.Component:
    *before, (last, _) = crumbs
    items = [rx.el.li(link(words, to=to)) for words, to in before]
    items.append(rx.el.li(last, custom_attrs={"aria-current": "page"}))
    where = rx.el.nav(rx.el.ol(*items), class_name="crumbs", aria_label=t("Breadcrumb"))
    until = rx.fragment(" ", t("until"), " ", rx.moment(SharedState.ends_at, format="D MMM YYYY"))
    words = rx.el.span(t("Read only"), rx.cond(SharedState.ends_at != "", rx.el.span(until, class_name="shared-until")))
    note = rx.el.span(rx.icon("eye"), words, class_name="chip", data_testid="share-note")
    return rx.el.header(rx.el.div(logo(), class_name="logo shared-logo"), where, tools, note, theme_button(), class_name="topbar")


def _trouble() -> rx.Component:
    told = rx.el.div(rx.icon("triangle-alert"), SharedState.trouble, class_name="banner", role="alert")
    return rx.cond(SharedState.trouble != "", told)
