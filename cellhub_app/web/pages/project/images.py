"""The tab of images: the gallery with its tools, the bar of the selection, and the queue at the side."""

import reflex as rx

from cellhub_app.web.components.address.address import address_query
from cellhub_app.web.components.buttons import icon_button
from cellhub_app.web.components.forms import search_box, select
from cellhub_app.web.components.gallery.gallery import gallery
from cellhub_app.web.components.keyboard import GALLERY_KEYS, keyboard_help
from cellhub_app.web.i18n import catalogue, t
from cellhub_app.web.pages.project.export_dialog import export_dialog
from cellhub_app.web.pages.project.frame import project_page
from cellhub_app.web.pages.project.images_state import LARGEST_PX, SMALLEST_PX, ImagesState
from cellhub_app.web.pages.project.queue_panel import queue_panel
from cellhub_app.web.pages.project.selection_bar import selection_bar, tag_dialog
from cellhub_app.web.pages.project.selection_state import SelectionState

SORTS = [
    ("-createdAt", t("newest first")),
    ("createdAt", t("oldest first")),
    ("name", t("name, A to Z")),
    ("-name", t("name, Z to A")),
    ("-objectCount", t("most objects")),
    ("objectCount", t("fewest objects")),
    ("-doubt", t("most doubtful")),
]


def images_tab() -> rx.Component:
    """The page behind /projects/<id>."""
    work = rx.el.section(_tools(), _gallery(), selection_bar(), class_name="work", aria_label=t("Images"))
    body = rx.el.div(
        work, queue_panel(), class_name="body", custom_attrs={"data-toggled": rx.cond(ImagesState.panel_is_toggled, "true", "false")}
    )
    return project_page(
        "",
        body,
        address_query(query=ImagesState.query),
        export_dialog(),
        tag_dialog(),
        tools=rx.fragment(_search(), keyboard_help(t("Keys of the gallery"), GALLERY_KEYS)),
    )


def _search() -> rx.Component:
    return search_box(
        t("Search images by name"), placeholder=t("Search image names"), default_value=ImagesState.q, key=ImagesState.search_key,
        on_change=ImagesState.search.debounce(250), data_testid="image-search",
    )  # fmt: skip


def _gallery() -> rx.Component:
    view = gallery(
        project_id=ImagesState.project_id,
        query=ImagesState.query,
        total=ImagesState.matching,
        refresh=ImagesState.refresh,
        changes=ImagesState.changes,
        thumbnail_size=_number(ImagesState.thumbnail_size),
        outlines=ImagesState.outlines == "on",
        can_write=ImagesState.can_edit,
        doubt_from=ImagesState.doubt_from,
        words=catalogue(),
        all_asked=SelectionState.all_asked,
        none_asked=SelectionState.none_asked,
        on_selection_change=ImagesState.select,
        on_open=ImagesState.open_image,
    )
    return rx.el.div(rx.cond(ImagesState.project_id != "", view), class_name="gallery-frame")


def _number(words: rx.Var[str]) -> rx.Var[int]:
    return rx.Var(f"(Number({words!s}) || 168)", _var_data=words._get_all_var_data()).to(int)


def _tools() -> rx.Component:
    pills = rx.el.div(
        _pill("", t("All"), ImagesState.total),
        _pill("done", t("Done"), ImagesState.done),
        _pill("queued", t("Queued"), ImagesState.queued),
        rx.cond((ImagesState.running > 0) | (ImagesState.status == "running"), _pill("running", t("Processing"), ImagesState.running)),
        _pill("unsuccessful", t("Failed"), ImagesState.failed),
        rx.cond((ImagesState.in_trash > 0) | ImagesState.trashed, _pill("trash", t("Trash"), ImagesState.in_trash)),
        rx.cond(ImagesState.holding != "", _held()),
        class_name="pills",
        role="group",
        aria_label=t("Show images by status"),
    )
    sort = rx.el.label(
        select(SORTS, label=t("Sort images"), small=True, plain=True, value=ImagesState.sort, on_change=ImagesState.order),
        class_name="row sort",
    )
    options = rx.foreach(
        ImagesState.tags_offered, lambda tag: rx.el.option(t("{name} ({count})", name=tag.name, count=tag.count), value=tag.name)
    )
    tag = rx.el.select(
        rx.el.option(t("any tag"), value=""), options, aria_label=t("Show images by tag"), value=ImagesState.tag, data_testid="tag-filter",
        on_change=ImagesState.show_tag, class_name="select select-small select-plain tag-filter",
    )  # fmt: skip
    looks = rx.foreach(
        ImagesState.looks_offered, lambda flaw: rx.el.option(t("{name} ({count})", name=flaw.words, count=flaw.count), value=flaw.name)
    )
    flaw = rx.el.select(
        rx.el.option(t("any picture"), value=""), looks, rx.el.option(t("any of these flaws"), value="any"),
        rx.el.option(t("no flaw found"), value="none"), aria_label=t("Show images by how the picture looks"), value=ImagesState.flaw,
        on_change=ImagesState.show_flaw, data_testid="flaw-filter", class_name="select select-small select-plain tag-filter",
    )  # fmt: skip
    size = rx.el.input(
        type="range", min=SMALLEST_PX, max=LARGEST_PX, step=8, value=ImagesState.thumbnail_size, class_name="range",
        on_change=ImagesState.resize, aria_label=t("Size of the thumbnails"),
    )  # fmt: skip
    outlines = rx.el.label(
        rx.switch(checked=ImagesState.outlines == "on", on_change=ImagesState.show_outlines, size="1", data_testid="outlines-switch"),
        t("Outlines"),
        class_name="row small dim",
    )
    has_tags = ImagesState.tags_offered.length() > 0
    has_flaws = (ImagesState.flaws.length() > 0) | (ImagesState.flaw != "")
    panel = icon_button(
        t("Queue of this project"), "panel-right", small=True, on_click=ImagesState.toggle_panel, data_testid="panel-toggle"
    )
    meaning = rx.el.p(
        t("Most doubtful first: the share of its objects that are likely wrong or missing, as the model's own maps tell."),
        class_name="dim small tools-note",
        data_testid="doubt-note",
    )
    right = rx.el.div(rx.cond(has_flaws, flaw), rx.cond(has_tags, tag), sort, outlines, size, panel, class_name="tools-right")
    return rx.el.div(pills, right, rx.cond(ImagesState.sort == "-doubt", meaning), class_name="tools")


def _held() -> rx.Component:
    return rx.el.span(
        rx.el.span(t("Holding: {words}", words=ImagesState.held_words), class_name="ellipsis"),
        rx.el.button(
            "×", type="button", on_click=ImagesState.show_all, aria_label=t("Show images whatever they hold"), data_testid="holding-clear"
        ),
        class_name="chip chip-accent chip-removable",
        title=t("Only images that hold the objects selected in the results"),
        data_testid="holding",
    )


def _pill(status: str, words: str, count: rx.Var[int]) -> rx.Component:
    is_shown = ImagesState.trashed if status == "trash" else ((ImagesState.status == status) & ~ImagesState.trashed)
    return rx.el.button(
        words,
        rx.el.span(count.to_string()),
        type="button",
        class_name="pill",
        custom_attrs={"aria-pressed": rx.cond(is_shown, "true", "false")},
        on_click=ImagesState.show(status),
        data_testid=f"filter-{status or 'all'}",
    )
