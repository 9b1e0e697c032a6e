"""The second factor, on the page of one's account."""

import reflex as rx

from cellhub_app.core.limits import PASSWORD_MAX_LENGTH
from cellhub_app.web.components.buttons import button
from cellhub_app.web.components.forms import field
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.account.factor_state import FactorState


def factor() -> rx.Component:
    """The section: off, being set up, or on."""
    off = rx.fragment(
        rx.el.p(t("Signing in then also asks for a code of an authenticator app on your phone."), class_name="dim"),
        _with_password(t("Set up"), FactorState.begin, "factor-begin"),
    )
    on = rx.fragment(
        rx.el.p(rx.el.span(rx.icon("shield-check"), t("on"), class_name="chip chip-succeeded")),
        rx.cond(FactorState.recovery_codes.length() > 0, _recovery()),
        _with_password(t("Turn off"), FactorState.turn_off, "factor-off"),
    )
    shown = rx.cond(FactorState.is_on, on, rx.cond(FactorState.picture != "", _setup(), off))
    return rx.el.section(rx.el.h2(t("Second factor")), shown, class_name="box stack-large", aria_label=t("Second factor"))


def _with_password(words: str, act: rx.EventHandler, test_id: str) -> rx.Component:
    password = rx.el.input(
        id="factor-password", name="password", type="password", auto_complete="current-password", required=True,
        max_length=PASSWORD_MAX_LENGTH, class_name="input",
    )  # fmt: skip
    return rx.el.form(
        field(t("Present password"), "factor-password", control=password),
        button(words, type="submit", data_testid=test_id),
        on_submit=act,
        reset_on_submit=False,
        key=f"{test_id}-" + FactorState.changed.to_string(),
        class_name="form-pair",
    )


def _setup() -> rx.Component:
    picture = rx.el.img(
        src=FactorState.picture, alt=t("The secret as a QR code"), class_name="factor-picture", data_testid="factor-picture"
    )
    by_hand = rx.el.p(t("Or type this secret into the app:"), " ", rx.el.code(FactorState.secret, class_name="link-text"))
    code = rx.el.input(
        id="factor-code", name="code", input_mode="numeric", auto_complete="one-time-code", required=True, max_length=40, class_name="input"
    )
    form = rx.el.form(
        field(t("Code that the app shows"), "factor-code", control=code),
        button(t("Turn on"), kind="primary", type="submit", data_testid="factor-on"),
        on_submit=FactorState.turn_on,
        reset_on_submit=False,
        class_name="form-pair",
    )
    return rx.fragment(rx.el.p(t("Scan this with your authenticator app, then give the code that it shows.")), picture, by_hand, form)


def _recovery() -> rx.Component:
    words = t("Keep these recovery codes apart from your phone: each lets you in once. They are not shown again.")
    codes = rx.el.ul(
        rx.foreach(FactorState.recovery_codes, lambda code: rx.el.li(rx.el.code(code))), class_name="codes", data_testid="recovery-codes"
    )
    return rx.el.div(rx.icon("life-buoy"), rx.el.div(words, codes, class_name="grow stack-small"), class_name="notice notice-succeeded")
