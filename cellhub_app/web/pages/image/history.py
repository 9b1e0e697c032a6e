"""The history on the image's page: the revisions, where an object comes from, and the note over an old revision."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.buttons import button
from cellhub_app.web.components.viewer.history import comparison_chip, history_panel, object_origin
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.image.state import ImageState


def revisions() -> rx.Component:
    """The revisions of the image."""
    return history_panel(
        api=routes.API,
        image_id=ImageState.image_id,
        frame=ImageState.plane,
        revision=ImageState.revision,
        past=ImageState.past,
        models=ImageState.models,
        may_restore=ImageState.may_annotate,
        on_look=ImageState.look_at,
        on_restore=ImageState.restore,
    )


def origin() -> rx.Component:
    """Where the chosen object comes from."""
    return object_origin(
        api=routes.API,
        jobs=routes.RUNS,
        image_id=ImageState.image_id,
        frame=ImageState.plane,
        frames=ImageState.frames,
        object_id=ImageState.object_id,
        revision=ImageState.revision,
        models=ImageState.models,
    )


def comparison() -> rx.Component:
    """What differs between two revisions, over the picture for as long as it is wanted."""
    place = {"image_id": ImageState.image_id, "frame": ImageState.plane, "frames": ImageState.frames}
    return comparison_chip(api=routes.API, **place, revision=ImageState.revision, past=ImageState.past)


def past_banner() -> rx.Component:
    """Said over an old revision, which can only be looked at."""
    words = t("You look at revision {past} of {newest}.", past=ImageState.past, newest=ImageState.revision)
    restore = button(t("Restore it"), on_click=ImageState.restore(ImageState.past), data_testid="past-restore")
    back = button(t("Back to now"), on_click=ImageState.look_at(0), data_testid="past-leave")
    note = rx.el.div(
        rx.el.p(words), rx.cond(ImageState.may_annotate, restore), back, class_name="ch-past", role="status", data_testid="past-banner"
    )
    return rx.cond(ImageState.past > 0, note)
