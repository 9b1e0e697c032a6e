"""The bar that rises when images are selected, and the dialog for their tags."""

import reflex as rx

from cellhub_app.domain.images.tagging import TAG_MAX_LENGTH
from cellhub_app.web.components.buttons import button, icon_button
from cellhub_app.web.components.dialogs import dialog
from cellhub_app.web.components.forms import field
from cellhub_app.web.components.hotkey.hotkey import hotkey
from cellhub_app.web.i18n import noun, t
from cellhub_app.web.pages.project.exports_state import ExportsState
from cellhub_app.web.pages.project.face_off_state import NewFaceOffState
from cellhub_app.web.pages.project.images_state import ImagesState, TagCount
from cellhub_app.web.pages.project.segment_state import SegmentState
from cellhub_app.web.pages.project.selection_state import SelectionState

KEYS = {"s": "segment", "e": "export", "t": "tag", "c": "compare", "Delete": "delete", "r": "restore"}


def selection_bar() -> rx.Component:
    """How many are selected of how many, and what to do with them."""
    count = ImagesState.selected_count
    everything = button(
        t("Select all {total}", total=ImagesState.matching), kind="ghost", small=True, on_click=SelectionState.ask_all,
        data_testid="selection-all",
    )  # fmt: skip
    bar = rx.el.div(
        icon_button(t("Select nothing"), "x", small=True, on_click=SelectionState.ask_none, data_testid="selection-none"),
        rx.el.b(t("{count} selected", count=count), class_name="number"),
        rx.cond(count < ImagesState.matching, everything, rx.el.span(t("all of them"), class_name="dim")),
        rx.el.span(class_name="grow"),
        rx.cond(ImagesState.trashed, rx.cond(ImagesState.can_edit, _restore()), _acts()),
        class_name="selection-bar",
        role="toolbar",
        aria_label=t("What to do with the selected images"),
        data_testid="selection-bar",
    )
    keys = [hotkey(keys=key, target=f"selection-{act}") for key, act in KEYS.items()]
    return rx.fragment(rx.cond(count > 0, bar), *keys)


def _acts() -> rx.Component:
    export = _act("export", t("Export"), "download", on_click=ExportsState.open_for_selected)
    tag = _act("tag", t("Tag"), "tag", on_click=SelectionState.open_tags)
    delete = _act("delete", t("Delete"), "trash-2", kind="danger", on_click=SelectionState.delete)
    compare = _act("compare", t("Compare"), "columns-2", on_click=NewFaceOffState.open_dialog)
    segment = _act("segment", t("Segment"), "scan-search", kind="primary", on_click=SegmentState.open_for_selected)
    return rx.fragment(export, rx.cond(ImagesState.can_edit, rx.fragment(tag, compare, delete, segment)))


def _restore() -> rx.Component:
    return _act("restore", t("Restore"), "undo-2", kind="primary", on_click=SelectionState.restore)


def _act(name: str, words: str, icon: str, **props: object) -> rx.Component:
    return button(words, icon=icon, id=f"selection-{name}", data_testid=f"selection-{name}", **props)  # type: ignore[arg-type]


def tag_dialog() -> rx.Component:
    """A tag to put on the selected images or to take off them; those in use are offered."""
    count = SelectionState.tag_count
    title = rx.fragment(t("Tag {count} ", count=count), noun(count, "image", "images"))
    name = field(
        t("Tag"), "tag", value=SelectionState.new_tag, on_change=SelectionState.write_tag, max_length=TAG_MAX_LENGTH, auto_focus=True,
        auto_complete="off", placeholder=t("control, day 3, repeat ..."), data_testid="tag-name",
    )  # fmt: skip
    known = rx.cond(
        ImagesState.tags.length() > 0,
        rx.el.div(rx.foreach(ImagesState.tags, _known), class_name="pills", role="group", aria_label=t("Tags in this project")),
    )
    is_empty = SelectionState.new_tag.strip() == ""
    remove = button(t("Take it off"), disabled=is_empty, on_click=SelectionState.remove_tag, data_testid="tag-remove")
    acts = rx.el.div(
        rx.cond(ImagesState.tags.length() > 0, remove),
        button(t("Add the tag"), kind="primary", type="submit", disabled=is_empty, data_testid="tag-add"),
        class_name="dialog-actions",
    )
    form = rx.el.form(name, known, acts, on_submit=SelectionState.add_tag, class_name="stack-large")
    return dialog(title, form, is_open=SelectionState.dialog == "tag", on_open_change=SelectionState.set_open)


def _known(tag: rx.Var[TagCount]) -> rx.Component:
    return rx.el.button(
        tag.name,
        rx.el.span(tag.count),
        type="button",
        class_name="pill",
        custom_attrs={"aria-pressed": (SelectionState.new_tag == tag.name).to_string()},
        on_click=SelectionState.write_tag(tag.name),
        data_testid="tag-known",
    )
