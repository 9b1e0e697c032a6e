"""The button "Segment again" in the bar of the image's page, its dialog, and how far the run is."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.buttons import button, link
from cellhub_app.web.components.dialogs import dialog, dialog_actions
from cellhub_app.web.components.feedback import status_chip
from cellhub_app.web.components.forms import tick
from cellhub_app.web.components.model_form import model_choice
from cellhub_app.web.components.planes_choice import planes_choice
from cellhub_app.web.components.working import percent_bar
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.image.again_state import ALL, PLANE, AgainState
from cellhub_app.web.pages.image.state import ImageState


def segment_again() -> rx.Component:
    """The button, and beside it the run while there is one; nothing for people who may not segment."""
    words = rx.cond(ImageState.is_segmented, t("Segment again"), t("Segment"))
    start = button(
        rx.el.span(words, class_name="bar-words"), icon="scan-search", small=True, on_click=AgainState.open_dialog,
        disabled=ImageState.status != "ready", aria_label=words, title=words, data_testid="segment-again",
    )  # fmt: skip
    return rx.cond(ImageState.may_segment, rx.cond(ImageState.run_status == "", rx.fragment(start, _dialog()), _run()))


def _run() -> rx.Component:
    chip = status_chip(ImageState.run_status)
    far = rx.cond(ImageState.run_percent >= 0, rx.el.span(*percent_bar(ImageState.name, ImageState.run_percent), class_name="bar-far"))
    return link(
        chip, far, to=routes.run(ImageState.run_id), title=t("Open the run"), class_name="bar-run", role="status", data_testid="image-run"
    )  # fmt: skip


def _dialog() -> rx.Component:
    return dialog(
        rx.cond(ImageState.is_segmented, t("Segment again"), t("Segment")),
        rx.cond(ImageState.planes > 1, _planes()),
        model_choice(AgainState),
        rx.cond(ImageState.has_outlines, _keep()),
        dialog_actions(_words(), test_id="again-start", on_click=AgainState.start, disabled=AgainState.chosen == ""),
        is_open=AgainState.asks,
        on_open_change=AgainState.set_open,
        description=t("A worker does it in the background and the result appears here, as a revision: the history brings back what was."),
        wide=True,
    )


def _words() -> rx.Component:
    """What the button of the dialog does."""
    whole = rx.cond(AgainState.which_planes == ALL, t("Segment {count} planes", count=ImageState.planes), t("Segment this plane"))
    return rx.fragment(rx.cond(ImageState.planes > 1, whole, t("Segment this image")))


def _planes() -> rx.Component:
    """The plane on the screen, or the whole stack."""
    options = {PLANE: t("This plane"), ALL: t("All {count} planes", count=ImageState.planes)}
    return planes_choice(AgainState.which_planes, AgainState.choose_planes, options)


def _keep() -> rx.Component:
    """Whether hand work stays; what the model finds on it is left out then."""
    return tick(
        t("Keep what was drawn or changed by hand"),
        t("What the model finds on one of these objects is left out. What was only deleted by hand may be found again."),
        checked=AgainState.keeps_hand_made, on_change=AgainState.keep, test_id="again-keep",
    )  # fmt: skip
