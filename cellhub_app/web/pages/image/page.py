"""The viewer: the image with its polygons, the objects beside it, the other images below."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.address.address import address_query
from cellhub_app.web.components.buttons import link_button
from cellhub_app.web.components.feedback import empty_state
from cellhub_app.web.components.image_view import canvas, side, strip, switches
from cellhub_app.web.components.keyboard import EDITOR_KEYS, VIEWER_KEYS, keyboard_help
from cellhub_app.web.components.shell import shell
from cellhub_app.web.components.viewer.editing import editor_bar, editor_rail
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.image.history import origin, past_banner, revisions
from cellhub_app.web.pages.image.people import people
from cellhub_app.web.pages.image.state import ImageState

CRUMBS = [(t("Projects"), routes.HOME), (ImageState.project_name, ImageState.back), (ImageState.name, "")]


def image_page() -> rx.Component:
    """The page behind /projects/<id>/images/<id>."""
    body = rx.el.div(
        rx.cond(ImageState.may_annotate, editor_rail()),
        canvas(ImageState, routes.API, past_banner(), editable=ImageState.may_annotate, user_id=ImageState.user_id),
        side(ImageState, routes.API, below=origin(), history=revisions()),
        strip(ImageState),
        class_name=rx.cond(ImageState.may_annotate, "image-page editor-page", "image-page"),
    )
    shown = rx.fragment(rx.cond(ImageState.is_missing, _missing(), body), address_query(query=ImageState.query))
    return shell(shown, here="projects", crumbs=CRUMBS, fixed=True, tools=_tools(), narrow=True)


def _missing() -> rx.Component:
    words = t("It may have been deleted, or it is not shared with you any more.")
    return empty_state(
        "image-off", t("There is no such image"), words, link_button(t("Go to your projects"), to=routes.HOME, kind="primary")
    )


def _tools() -> rx.Component:
    try_out = link_button(
        t("Try settings"), to=routes.tuning(ImageState.project_id, ImageState.image_id), small=True, icon="sliders-horizontal",
        data_testid="open-tuning",
    )  # fmt: skip
    keys = rx.cond(
        ImageState.may_annotate, keyboard_help(t("Keys of the editor"), EDITOR_KEYS), keyboard_help(t("Keys of the viewer"), VIEWER_KEYS)
    )
    return rx.fragment(people(), editor_bar(), switches(ImageState), try_out, keys)
