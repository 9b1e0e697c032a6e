"""The dialog "Compare models": the images as thumbnails, the models to tick."""

import reflex as rx

from cellhub_app.core.limits import FACE_OFF_IMAGES_MAX, FACE_OFF_KEEP_DAYS, FACE_OFF_MODELS_MAX
from cellhub_app.web import routes
from cellhub_app.web.components.buttons import link
from cellhub_app.web.components.dialogs import dialog, dialog_actions
from cellhub_app.web.i18n import noun, t
from cellhub_app.web.pages.project.face_off_state import Earlier, NewFaceOffState, Rival


def face_off_dialog() -> rx.Component:
    """The dialog; the state opens it."""
    count = NewFaceOffState.images.length()
    models = rx.el.fieldset(
        rx.el.legend(t("Models, 2 to {most}", most=FACE_OFF_MODELS_MAX)), rx.foreach(NewFaceOffState.rivals, _rival), class_name="formats"
    )
    promise = t(
        "Every model tries every image. Nothing is stored until you choose one; the comparison is kept for {days} days.",
        days=FACE_OFF_KEEP_DAYS,
    )
    is_fair = (NewFaceOffState.taking_part >= 2) & (NewFaceOffState.taking_part <= FACE_OFF_MODELS_MAX)
    too_many = rx.el.p(
        t("{count} images are selected: a face-off takes the first {most} of them that are read.",
          count=NewFaceOffState.image_count, most=FACE_OFF_IMAGES_MAX),
        class_name="field-hint",
    )  # fmt: skip
    return dialog(
        t("Compare models"),
        rx.el.div(rx.foreach(NewFaceOffState.images, _thumbnail), class_name="face-off-thumbs"),
        rx.cond(NewFaceOffState.image_count > FACE_OFF_IMAGES_MAX, too_many),
        models,
        rx.cond(NewFaceOffState.earlier.length() > 0, _earlier()),
        dialog_actions(
            rx.fragment(t("Compare on {count} ", count=count), noun(count, "image", "images")),
            test_id="face-off-begin",
            on_click=NewFaceOffState.begin,
            disabled=~is_fair | (count == 0),
        ),
        is_open=NewFaceOffState.dialog == "faceOff",
        on_open_change=NewFaceOffState.set_open,
        description=promise,
    )


def _thumbnail(image_id: rx.Var[str]) -> rx.Component:
    return rx.el.img(src=routes.thumbnail(image_id), alt="", loading="lazy")


def _rival(rival: rx.Var[Rival]) -> rx.Component:
    box = rx.checkbox(
        checked=rival.takes_part,
        on_change=lambda _checked: NewFaceOffState.toggle(rival.name),
        custom_attrs={"data-testid": f"rival-{rival.name}"},
    )
    other = rx.cond(~rival.fits, rx.el.span(t("made for other samples"), class_name="chip chip-paused"))
    return rx.el.label(box, rx.el.span(rx.el.b(rival.title), other, class_name="row wrap"), class_name="tick")


def _earlier() -> rx.Component:
    def row(one: rx.Var[Earlier]) -> rx.Component:
        return rx.el.li(link(one.words, to=one.href, class_name="text-link"))

    return rx.el.div(rx.el.h3(t("Of the last days")), rx.el.ul(rx.foreach(NewFaceOffState.earlier, row)), class_name="stack-small small")
