"""What stands around every tab of a project: title, counts, acts, tabs; and what is shown when there is no such project."""

from typing import Any

import reflex as rx

from cellhub_app.domain.uploads.refusals import SUFFIXES
from cellhub_app.web import routes
from cellhub_app.web.components.buttons import button, link, link_button
from cellhub_app.web.components.feedback import empty_state, skeleton
from cellhub_app.web.components.shell import shell
from cellhub_app.web.components.uploader.uploader import uploader
from cellhub_app.web.i18n import noun, t
from cellhub_app.web.pages.project.face_off_dialog import face_off_dialog
from cellhub_app.web.pages.project.segment_dialog import segment_dialog
from cellhub_app.web.pages.project.segment_state import SegmentState
from cellhub_app.web.pages.project.state import ProjectState

TABS = [
    ("", t("Images")),
    ("results", t("Results")),
    ("exports", t("Exports")),
    ("members", t("Members")),
    ("settings", t("Settings")),
]


def project_page(tab: str, *content: rx.Component, tools: rx.Component | None = None) -> rx.Component:
    """A tab of a project inside the frame; `tools` stand in the top bar."""
    found = rx.el.div(_head(tab), *content, segment_dialog(), face_off_dialog(), class_name="whole", on_mount=ProjectState.close_dialogs)
    crumbs = [(t("Projects"), routes.HOME), (ProjectState.name, "")]
    return shell(rx.cond(ProjectState.is_missing, _missing(), found), here="projects", crumbs=crumbs, fixed=True, tools=tools)


def _missing() -> rx.Component:
    words = t("It may have been deleted, or it is not shared with you any more.")
    return empty_state(
        "folder-x", t("There is no such project"), words, link_button(t("Go to your projects"), to=routes.HOME, kind="primary")
    )


def _head(tab: str) -> rx.Component:
    title = rx.cond(
        ProjectState.is_loaded,
        rx.fragment(rx.el.h1(ProjectState.name), rx.el.p(ProjectState.meta, class_name="dim number", data_testid="project-meta")),
        rx.fragment(skeleton("240px", "24px"), skeleton("320px", "16px")),
    )
    return rx.el.div(
        rx.el.div(rx.el.div(title, class_name="grow"), _acts(), class_name="title-row"),
        rx.el.nav(*(_tab(name, words, tab) for name, words in TABS), class_name="tabs", aria_label=t("Parts of the project")),
        class_name="title",
    )


def _acts() -> rx.Component:
    add = uploader(
        project_id=ProjectState.project_id,
        accept=sorted(SUFFIXES),
        formats=t("PNG, JPEG, TIFF, BMP, GIF or WebP, also in a ZIP"),
        label=t("Add images"),
        folder_label=t("Add a folder"),
        sign_in_url=routes.SIGN_IN,
        disabled=~ProjectState.can_edit,
    )
    segment = button(
        t("Segment {count} ", count=ProjectState.segmentable),
        noun(ProjectState.segmentable, "image", "images"),
        kind="primary",
        icon="scan-search",
        on_click=SegmentState.open_for_all,
        data_testid="segment-open",
    )
    can_segment = ProjectState.can_edit & (ProjectState.segmentable > 0)
    return rx.cond(
        ProjectState.is_loaded,
        rx.el.div(add, rx.cond(can_segment, segment), class_name=rx.cond(ProjectState.total == 0, "acts acts-first", "acts")),
    )


def _tab(name: str, words: Any, here: str) -> rx.Component:
    current = {"aria-current": "page"} if name == here else {}
    return link(words, to=routes.project(ProjectState.project_id, name), class_name="tab", custom_attrs=current, data_testid=f"tab-{name}")
