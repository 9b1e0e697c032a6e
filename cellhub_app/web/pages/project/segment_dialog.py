"""The dialog "Segment": model cards, two parameters, and the button that says how many images."""

import reflex as rx

from cellhub_app.web.components.buttons import button
from cellhub_app.web.components.dialogs import dialog, dialog_actions
from cellhub_app.web.components.forms import tick
from cellhub_app.web.components.model_form import model_choice
from cellhub_app.web.components.planes_choice import planes_choice
from cellhub_app.web.i18n import noun, t
from cellhub_app.web.pages.project.face_off_state import NewFaceOffState
from cellhub_app.web.pages.project.segment_state import ALL, FIRST, SegmentState


def segment_dialog() -> rx.Component:
    """The dialog; the state opens it."""
    count = SegmentState.images_wanted
    words = rx.fragment(t("Segment {count} ", count=count), noun(count, "image", "images"))
    return dialog(
        t("Segment images"),
        _scope(),
        rx.cond(SegmentState.poor_count > 0, _poor()),
        rx.cond(SegmentState.has_stacks, _planes()),
        model_choice(SegmentState),
        _try_first(),
        rx.cond(SegmentState.can_mail, _mail()),
        dialog_actions(
            words,
            test_id="segment-start",
            on_click=SegmentState.prepare,
            disabled=(count == 0) | (SegmentState.chosen == "") | SegmentState.is_starting,
        ),
        is_open=SegmentState.dialog == "segment",
        on_open_change=SegmentState.set_open,
        description=t("A worker does it in the background; you can go on working or close this page."),
        wide=True,
    )


def _scope() -> rx.Component:
    """All images, or those that were never segmented, where that is a difference."""

    def option(only_new: bool, words: rx.Component) -> rx.Component:
        pressed = SegmentState.only_new if only_new else ~SegmentState.only_new
        return rx.el.button(
            words, type="button", class_name="pill", custom_attrs={"aria-pressed": pressed.to_string()},
            on_click=SegmentState.set_only_new(only_new),
        )  # fmt: skip

    has_choice = ~SegmentState.only_selected & (SegmentState.new_count > 0) & (SegmentState.new_count < SegmentState.image_count)
    some = rx.fragment(t("Not segmented yet"), rx.el.span(SegmentState.new_count))
    every = rx.fragment(t("All, again"), rx.el.span(SegmentState.image_count))
    return rx.cond(
        has_choice, rx.el.div(option(True, some), option(False, every), class_name="pills", role="group", aria_label=t("Which images"))
    )


def _poor() -> rx.Component:
    """Whether pictures that look empty or blurred are left out, where there are some."""
    count = SegmentState.poor_count
    one = t("Leave out the image that looks empty or blurred")
    many = t("Leave out the {count} images that look empty or blurred", count=count)
    return tick(
        rx.cond(count == 1, one, many),
        t("In such pictures a model finds little that is right. The filter of the gallery shows them."),
        checked=SegmentState.leaves_out, on_change=SegmentState.leave_out, test_id="segment-leave-out",
    )  # fmt: skip


def _planes() -> rx.Component:
    """How much of stacks, where there are some."""
    options = {FIRST: t("First plane"), ALL: t("All planes of stacks")}
    return planes_choice(SegmentState.which_planes, SegmentState.choose_planes, options)


def _try_first() -> rx.Component:
    """Two ways to look before thousands of images are segmented."""
    tune = button(
        t("Try it on one image"), icon="sliders-horizontal", on_click=SegmentState.open_tuning, small=True, data_testid="segment-try",
        disabled=(SegmentState.images_wanted == 0) | (SegmentState.chosen == ""),
    )  # fmt: skip
    compare = button(t("Compare models"), icon="columns-2", on_click=NewFaceOffState.open_dialog, small=True, data_testid="segment-compare")
    return rx.el.div(tune, rx.cond(SegmentState.cards.length() > 1, compare), class_name="row wrap")


def _mail() -> rx.Component:
    """Whether an e-mail is wanted at the end, where the server can send one."""
    return tick(
        t("E-mail me when it ends"),
        t("To {email}, with what was segmented and what failed.", email=SegmentState.user_email),
        checked=SegmentState.mail == "on", on_change=SegmentState.ask_for_mail, test_id="segment-mail", class_name="mail-choice",
    )  # fmt: skip
