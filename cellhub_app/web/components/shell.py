"""The frame around every signed-in page: where to go, where one is, whether the page is live, who is signed in."""

from typing import Any

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from cellhub_app.web import routes
from cellhub_app.web.components.buttons import icon_button, link
from cellhub_app.web.components.forms import post_form
from cellhub_app.web.components.toasts.toasts import toasts
from cellhub_app.web.i18n import t
from cellhub_app.web.session import SessionState

Crumb = tuple[Any, Any]


def shell(
    *content: rx.Component, here: str, crumbs: list[Crumb], fixed: bool = False, narrow: bool = False, tools: rx.Component | None = None
) -> rx.Component:
    """A page inside the frame; `here` is its entry in the navigation, `fixed` keeps scrolling inside it, `narrow` folds the frame."""
    main = rx.el.main(*content, id="content", tab_index=-1, class_name="fixed" if fixed else "")
    stage = rx.el.div(_topbar(crumbs, tools), connection_banner(), main, class_name="stage")
    messages = toasts(messages=SessionState.messages, on_dismiss=SessionState.dismiss, on_action=SessionState.undo)
    return rx.el.div(
        rx.el.a(t("Skip to the content"), href="#content", class_name="skip-link"),
        _sidebar(here),
        stage,
        messages,
        class_name="shell shell-narrow" if narrow else "shell",
    )


def logo() -> rx.Component:
    """The mark and the name."""
    return rx.fragment(rx.el.img(src="/logo.svg", alt="", width=26, height=26), rx.el.span("CellHub"))


def _sidebar(here: str) -> rx.Component:
    queue_chip = rx.cond(
        SessionState.queue_chip != "",
        rx.el.span(SessionState.queue_chip, title=SessionState.queue_time, class_name="chip chip-running", data_testid="queue-chip"),
    )
    return rx.el.nav(
        link(logo(), to=routes.HOME, aria_label="CellHub", class_name="logo"),
        _entry("projects", here, routes.HOME, "layout-grid", t("Projects")),
        _entry("queue", here, routes.QUEUE, "list-ordered", t("Queue"), queue_chip),
        _entry("teams", here, routes.TEAMS, "users", t("Teams")),
        rx.cond(SessionState.is_admin, _entry("admin", here, routes.ADMIN, "shield-check", t("Admin"))),
        rx.el.div(class_name="grow"),
        class_name="sidebar",
        aria_label=t("Main"),
    )


def _entry(name: str, here: str, to: str, icon: str, words: str, *more: rx.Component) -> rx.Component:
    current = {"aria-current": "page"} if name == here else {}
    return link(
        rx.icon(icon), rx.el.span(words), *more, title=words, to=to, class_name="nav-link", custom_attrs=current, data_testid=f"nav-{name}"
    )


def _topbar(crumbs: list[Crumb], tools: rx.Component | None) -> rx.Component:
    return rx.el.header(_breadcrumb(crumbs), tools or rx.fragment(), _live_chip(), theme_button(), _user_menu(), class_name="topbar")


def _breadcrumb(crumbs: list[Crumb]) -> rx.Component:
    *before, (last, _) = crumbs
    items = [rx.el.li(link(words, to=to)) for words, to in before]
    items.append(rx.el.li(last, custom_attrs={"aria-current": "page"}))
    return rx.el.nav(rx.el.ol(*items), class_name="crumbs", aria_label=t("Breadcrumb"))


def _live_chip() -> rx.Component:
    def chip(words: str, classes: str) -> rx.Component:
        word = rx.el.span(words, class_name="live-word")
        return rx.el.span(word, class_name=classes, title=words, role="status", data_testid="live-chip")

    return rx.cond(has_connection_errors, chip(t("Reconnecting"), "live live-lost"), chip(t("Live"), "live"))


def connection_banner() -> rx.Component:
    """Said while the server does not answer."""
    words = t("The server does not answer. What you see may be out of date; this page reconnects by itself.")
    return rx.cond(has_connection_errors, rx.el.div(rx.icon("wifi-off"), words, class_name="banner", role="alert"))


def unconfirmed() -> rx.Component:
    """Said on the first page to people whose address is not known to be theirs, where letters are sent."""
    words = rx.el.span(
        t("Confirm your e-mail address: a letter with a link went to {email}.", email=SessionState.user_email), class_name="grow"
    )
    to_account = link(t("Your account"), to=routes.ACCOUNT, class_name="text-link")
    note = rx.el.div(
        rx.icon("mail-warning"), words, to_account, class_name="notice notice-waiting", role="status", data_testid="unconfirmed"
    )
    return rx.cond(SessionState.awaits_letter, note)


def theme_button() -> rx.Component:
    """Light or dark."""
    return rx.color_mode_cond(
        icon_button(t("Dark theme"), "moon", on_click=rx.toggle_color_mode, data_testid="theme-toggle"),
        icon_button(t("Light theme"), "sun", on_click=rx.toggle_color_mode, data_testid="theme-toggle"),
    )


def _user_menu() -> rx.Component:
    face = rx.el.span(SessionState.user_initials, class_name="face", style={"background": SessionState.user_colour, "color": "#fff"})
    trigger = rx.el.button(
        face,
        type="button",
        aria_label=t("{initials}: your account", initials=SessionState.user_initials),
        class_name="user-button",
        data_testid="user-menu",
    )
    who = rx.el.div(rx.el.b(SessionState.user_name), rx.el.span(SessionState.user_email, class_name="dim small"), class_name="user-card")
    sign_out = post_form(
        rx.el.button(rx.icon("log-out"), t("Sign out"), type="submit", class_name="menu-button", data_testid="sign-out"),
        action=routes.SIGN_OUT_ACTION,
        class_name="menu-form",
    )
    account = rx.popover.close(
        link(rx.icon("circle-user-round"), t("Your account"), to=routes.ACCOUNT, class_name="menu-button", data_testid="menu-account")
    )
    menu = rx.popover.content(who, rx.el.hr(class_name="menu-line"), account, sign_out, class_name="menu", align="end")
    return rx.popover.root(rx.popover.trigger(trigger), menu)
