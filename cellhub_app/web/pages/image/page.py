"""The viewer: the image with its polygons, the objects beside it, the other images below."""

import reflex as rx

from cellhub_app.web import routes
from cellhub_app.web.components.address.address import address_query
from cellhub_app.web.components.buttons import link_button
from cellhub_app.web.components.feedback import empty_state
from cellhub_app.web.components.image_view import canvas, side, strip, switches
from cellhub_app.web.components.keyboard import EDITOR_KEYS, VIEWER_KEYS, keyboard_help
from cellhub_app.web.components.shell import shell
from cellhub_app.web.components.viewer.editing import editor_bar, editor_rail, editor_status
from cellhub_app.web.components.viewer.marks import marks
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.image.again import segment_again
from cellhub_app.web.pages.image.again_state import AgainState
from cellhub_app.web.pages.image.export import export_menu
from cellhub_app.web.pages.image.history import comparison, origin, past_banner, revisions
from cellhub_app.web.pages.image.people import people
from cellhub_app.web.pages.image.state import ImageState

CRUMBS = [(t("Projects"), routes.HOME), (ImageState.project_name, ImageState.back), (ImageState.name, "")]


def image_page() -> rx.Component:
    """The page behind /projects/<id>/images/<id>."""
    body = rx.el.div(
        rx.cond(ImageState.may_annotate, editor_rail()),
        rx.el.div(
            rx.cond(ImageState.may_annotate, editor_status()),
            canvas(
                ImageState,
                routes.API,
                past_banner(),
                comparison(),
                _marks(),
                editable=ImageState.may_annotate,
                user_id=ImageState.user_id,
                may_segment=ImageState.may_segment,
                is_running=ImageState.run_status != "",
                on_segment=AgainState.open_for,
            ),
            class_name="desk",
        ),
        side(ImageState, routes.API, below=origin(), history=revisions()),
        strip(ImageState),
        class_name=rx.cond(ImageState.may_annotate, "image-page editor-page", "image-page"),
    )
    shown = rx.fragment(rx.cond(ImageState.is_missing, _missing(), body), address_query(query=ImageState.query))
    return shell(shown, here="projects", crumbs=CRUMBS, fixed=True, tools=_tools(), narrow=True)


def _marks() -> rx.Component:
    """What was selected in the results, if somebody came from there."""
    where = ImageState.filters.get("where", "")
    place = {"project_id": ImageState.project_id, "image_id": ImageState.image_id, "revision": ImageState.revision}
    return rx.cond(ImageState.past == 0, marks(api=routes.API, where=where, **place))


def _missing() -> rx.Component:
    words = t("It may have been deleted, or it is not shared with you any more.")
    return empty_state(
        "image-off", t("There is no such image"), words, link_button(t("Go to your projects"), to=routes.HOME, kind="primary")
    )


def _view_only() -> rx.Component:
    """Said to people who may look and not change anything."""
    why = t("You may look at this image. To change its outlines, ask an owner of the project for the role of an annotator or editor.")
    chip = rx.el.span(rx.icon("eye"), t("View only"), class_name="chip chip-queued", title=why, role="note", data_testid="view-only")
    return rx.cond((ImageState.image_id != "") & ~ImageState.may_annotate, chip)


def _tools() -> rx.Component:
    try_out = link_button(
        t("Try settings"), to=routes.tuning(ImageState.project_id, ImageState.image_id), small=True, icon="sliders-horizontal",
        data_testid="open-tuning",
    )  # fmt: skip
    keys = rx.cond(
        ImageState.may_annotate, keyboard_help(t("Keys of the editor"), EDITOR_KEYS), keyboard_help(t("Keys of the viewer"), VIEWER_KEYS)
    )
    return rx.fragment(people(), _view_only(), editor_bar(), segment_again(), export_menu(), switches(ImageState), try_out, keys)
