"""Personal tokens for programs, on the page of one's account."""

import reflex as rx

from cellhub_app.web.components.buttons import button
from cellhub_app.web.components.forms import field, select
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.account.tokens_state import TokenRow, TokensState

REACHES = [("read", t("Read")), ("write", t("Read and change"))]
FOR_ADMINS = ("admin", t("Read, change and administrate"))
LIVES = [("7", t("7 days")), ("30", t("30 days")), ("90", t("90 days")), ("366", t("a year"))]


def tokens() -> rx.Component:
    """The section: what programs may do in one's name."""
    words = t("For programs that use the API in your name. A token cannot change your account or make other tokens.")
    fresh = rx.el.div(
        rx.icon("key-round"),
        rx.el.div(
            t("Copy the token now; it is not shown again."),
            rx.el.code(TokensState.secret, class_name="link-text"),
            class_name="grow stack-small",
        ),
        class_name="notice notice-succeeded",
        role="status",
        data_testid="token-secret",
    )
    rows = rx.el.ul(rx.foreach(TokensState.rows, _row), class_name="rows", data_testid="tokens")
    return rx.el.section(
        rx.el.h2(t("API tokens")), rx.el.p(words, class_name="dim"), _form(), rx.cond(TokensState.secret != "", fresh), rows,
        class_name="box stack-large", aria_label=t("API tokens"),
    )  # fmt: skip


def _form() -> rx.Component:
    reaches = [rx.el.option(words, value=value) for value, words in REACHES]
    reaches.append(rx.cond(TokensState.is_admin, rx.el.option(FOR_ADMINS[1], value=FOR_ADMINS[0])))
    reach = rx.el.select(*reaches, id="reach", name="reach", default_value="read", class_name="select")
    life = select(LIVES, label=t("Ends after"), id="days", name="days", default_value="90")
    return rx.el.form(
        field(t("What it is for"), "token_name", required=True, max_length=100, data_testid="token-name"),
        field(t("It may"), "reach", control=reach),
        field(t("Ends after"), "days", control=life),
        button(t("Make token"), type="submit", data_testid="token-make"),
        on_submit=TokensState.make,
        reset_on_submit=False,
        key=TokensState.made.to_string(),
        class_name="form-line form-line-three",
    )


def _row(row: rx.Var[TokenRow]) -> rx.Component:
    reach = rx.match(row.reach, *REACHES, FOR_ADMINS, row.reach)
    used = rx.cond(row.used_at != "", rx.fragment(t("used"), " ", rx.moment(row.used_at, from_now=True)), t("never used"))
    ends = rx.fragment(t("ends"), " ", rx.moment(row.ends_at, from_now=True))
    end = button(
        t("End"), kind="danger", small=True, on_click=TokensState.end(row.id), aria_label=t("End {name}", name=row.name),
        data_testid="token-end",
    )  # fmt: skip
    return rx.el.li(
        rx.icon("key-round"),
        rx.el.div(rx.el.b(row.name), rx.el.span(reach, " · ", used, " · ", ends, class_name="dim small"), class_name="grow stack-small"),
        end,
        class_name="line",
        data_testid="token",
    )
