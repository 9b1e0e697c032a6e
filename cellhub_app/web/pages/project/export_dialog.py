"""The dialog "Export": formats, each with a word on what it is for."""

import reflex as rx

from cellhub_app.web.components.dialogs import dialog, dialog_actions
from cellhub_app.web.components.forms import tick
from cellhub_app.web.i18n import noun, t
from cellhub_app.web.pages.project.export_choices import COCO_SHAPES, COLOURS, FILLS, REVISIONS, SPLITS, UNITS, WIDTHS, Part
from cellhub_app.web.pages.project.exports_state import ExportsState, FormatChoice


def export_dialog() -> rx.Component:
    """The dialog; the state opens it."""
    count = ExportsState.image_count
    words = rx.fragment(t("Export {count} ", count=count), noun(count, "image", "images"))
    formats = rx.el.fieldset(
        rx.el.legend(t("Formats"), class_name="spoken"), rx.foreach(ExportsState.choices, _format), class_name="formats"
    )
    return dialog(
        t("Export"),
        rx.el.div(formats, _more(), class_name="stack-large"),
        dialog_actions(words, test_id="export-start", on_click=ExportsState.start, disabled=~ExportsState.has_choice | (count == 0)),
        is_open=ExportsState.dialog == "export",
        on_open_change=ExportsState.set_open,
        description=t("One ZIP with a folder for each format; it is made in the background and kept for three days."),
    )


def _format(choice: rx.Var[FormatChoice]) -> rx.Component:
    return tick(
        choice.title, choice.purpose,
        checked=choice.is_chosen, on_change=lambda _checked: ExportsState.toggle(choice.name), test_id=f"format-{choice.name}",
    )  # fmt: skip


def _more() -> rx.Component:
    tags = rx.el.select(
        rx.el.option(t("All images"), value=""),
        rx.foreach(ExportsState.known_tags, lambda tag: rx.el.option(t("With the tag {tag}", tag=tag), value=tag)),
        value=ExportsState.tag,
        on_change=ExportsState.choose_tag,
        class_name="select",
        data_testid="export-tag",
    )
    overlays = rx.fragment(
        _choice(t("Colour of the outlines"), "colour", COLOURS),
        _choice(t("Width of the outlines"), "width", WIDTHS),
        _choice(t("Fill of the objects"), "fill", FILLS),
        _choice(t("Numbers of the objects"), "labels", {"": t("Not drawn"), "on": t("Drawn")}),
    )
    parts = rx.el.div(
        rx.cond(ExportsState.has_scope, _labelled(t("Images"), tags)),
        _choice(t("Objects"), "revision", REVISIONS),
        _words(t("As they were on"), "day", type="date"),
        _choice(t("Units of tables"), "units", UNITS),
        _choice(t("Train / val / test"), "split", SPLITS),
        rx.cond(ExportsState.parts["split"] != "", _words(t("Seed of the split"), "seed", type="number", min=0, step=1)),
        _words(t("Only these classes"), "classes", placeholder=t("0, 2; all if empty")),
        _words(t("Names of classes"), "names", placeholder=t("0 = HeLa, 1 = debris")),
        rx.cond(ExportsState.has_coco, _choice(t("Objects in COCO"), "coco", COCO_SHAPES)),
        rx.cond(ExportsState.has_overlays, overlays),
        class_name="export-choices",
    )
    return rx.el.details(rx.el.summary(t("More choices")), parts, data_testid="export-more")


def _choice(words: str, part: Part, values: dict[str, str]) -> rx.Component:
    select = rx.el.select(
        *(rx.el.option(title, value=value) for value, title in values.items()),
        value=ExportsState.parts[part],
        on_change=lambda value: ExportsState.choose(part, value),
        class_name="select",
        data_testid=f"export-{part}",
    )
    return _labelled(words, select)


def _words(words: str, part: Part, **props: object) -> rx.Component:
    entry = rx.el.input(
        default_value=ExportsState.parts[part],
        on_blur=lambda value: ExportsState.choose(part, value),
        class_name="input",
        data_testid=f"export-{part}",
        **props,
    )
    return _labelled(words, entry)


def _labelled(words: str, entry: rx.Component) -> rx.Component:
    return rx.el.label(rx.el.span(words, class_name="field-label"), entry, class_name="field")
