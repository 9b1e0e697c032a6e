"""The part of the members' tab for people without an account: links to look at the project."""

import reflex as rx

from cellhub_app.core.limits import PASSWORD_MAX_LENGTH
from cellhub_app.web.components.buttons import button
from cellhub_app.web.components.copy.copy import copy_button
from cellhub_app.web.components.dialogs import dialog, dialog_actions
from cellhub_app.web.components.forms import field, select
from cellhub_app.web.i18n import noun, t
from cellhub_app.web.pages.project.share_links_state import ShareLinksState, ShareRow

LIVES = [("1", t("a day")), ("7", t("a week")), ("30", t("a month")), ("date", t("until a day…"))]
URL_ID = "share-url-text"


def share_links() -> rx.Component:
    """The section: making links, and those that there are."""
    words = t(
        "Whoever has a link can look at the images, outlines and measurements, without an account. They change nothing, and see no member."
    )
    rows = rx.el.ul(rx.foreach(ShareLinksState.share_rows, _row), class_name="rows", data_testid="share-links")
    none = rx.el.p(t("There is no link yet."), class_name="dim", data_testid="share-none")
    section = rx.el.section(
        rx.el.div(rx.el.h2(t("Share links")), rx.el.p(words, class_name="dim"), class_name="stack-small"),
        _form(),
        rx.cond(ShareLinksState.share_url != "", _fresh()),
        rx.cond(ShareLinksState.share_rows.length() > 0, rows, none),
        _ask(),
        class_name="stack-large share-links",
        aria_label=t("Share links"),
    )
    return rx.cond(ShareLinksState.can_manage, section)


def _form() -> rx.Component:
    life = select(
        LIVES, label=t("Open for"), id="life", name="life", value=ShareLinksState.share_life, on_change=ShareLinksState.choose_life,
        data_testid="share-life",
    )  # fmt: skip
    until = field(t("Last day (UTC)"), "last_day", type="date", required=True, data_testid="share-last-day")
    return rx.el.form(
        field(t("Open for"), "life", control=life),
        rx.cond(ShareLinksState.share_life == "date", until),
        field(
            t("Password, if you like"), "share_password", type="text", max_length=PASSWORD_MAX_LENGTH, auto_complete="off",
            placeholder=t("at least 8 characters"), data_testid="share-set-password",
        ),
        button(t("Make link"), kind="primary", type="submit", data_testid="share-make"),
        on_submit=ShareLinksState.make_link,
        reset_on_submit=False,
        key=ShareLinksState.shares_made.to_string(),
        class_name="box share-form",
    )  # fmt: skip


def _fresh() -> rx.Component:
    password = rx.fragment(" ", t("Send its password another way."))
    copy = copy_button(text=ShareLinksState.share_url, source=URL_ID, label=t("Copy link"), done=t("Copied"), by_hand=t("Press Ctrl + C"))
    return rx.el.div(
        rx.icon("link"),
        rx.el.div(
            rx.el.span(t("Copy the link now; it is not shown again."), rx.cond(ShareLinksState.share_is_locked, password)),
            rx.el.code(ShareLinksState.share_url, id=URL_ID, class_name="link-text", data_testid="share-url"),
            class_name="grow stack-small",
        ),
        copy,
        class_name="notice notice-succeeded share-fresh",
        role="status",
    )


def _row(row: rx.Var[ShareRow]) -> rx.Component:
    made = rx.fragment(rx.cond(row.made_by != "", row.made_by, t("Somebody who left")), ", ", rx.moment(row.made_at, from_now=True))
    ends = rx.fragment(rx.cond(row.is_expired, t("Ended"), t("Open until")), " ", rx.moment(row.ends_at, format="D MMM YYYY, HH:mm"))
    opened = rx.cond(
        row.opened > 0,
        rx.fragment(
            t("opened {count} ", count=row.opened), noun(row.opened, "time", "times"), ", ", t("last"), " ",
            rx.moment(row.opened_at, from_now=True),
        ),
        t("never opened"),
    )  # fmt: skip
    chips = rx.fragment(
        rx.cond(row.has_password, rx.el.span(rx.icon("lock"), t("password"), class_name="chip")),
        rx.cond(row.is_expired, rx.el.span(t("ended"), class_name="chip chip-paused")),
        rx.cond(row.is_backed, "", rx.el.span(t("closed: its maker is no owner"), class_name="chip chip-paused")),
    )
    about = rx.el.span(t("made by"), " ", made, " · ", opened, class_name="dim small")
    revoke = button(
        t("Revoke"), kind="danger", small=True, on_click=ShareLinksState.ask_revoke(row.id), data_testid="share-revoke",
    )  # fmt: skip
    return rx.el.li(
        rx.icon("link"), rx.el.div(rx.el.b(ends), about, class_name="grow stack-small"), chips, revoke, class_name="line",
        data_testid="share-link",
    )  # fmt: skip


def _ask() -> rx.Component:
    words = t("Whoever has it open loses the project at once. This cannot be taken back; you can make a new link.")
    revoke = ShareLinksState.revoke_link(ShareLinksState.asked_about)
    acts = dialog_actions(t("Revoke link"), kind="danger-solid", test_id="share-revoke-sure", on_click=revoke)
    return dialog(
        t("Revoke this link?"), acts, description=words, is_open=ShareLinksState.asked_about != "",
        on_open_change=lambda _open: ShareLinksState.ask_revoke(""),
    )  # fmt: skip
