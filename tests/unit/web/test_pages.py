"""Every page can be made, stands at an address of its own, links only to pages there are, and uses no eval."""

import json
import re
from typing import Any

import pytest
import reflex as rx

from cellhub_app.cellhub_app import app
from cellhub_app.web import routes

PAGES = sorted(app._unevaluated_pages)
TRIALS = {"projects/[project]/images/[image]/try", "projects/[project]/face-off/[face_off]"}
LINK = re.compile(r'to:"(/[^"`$]*)"')


def rendered(route: str) -> str:
    """A page as Reflex would write it, as one text."""
    page = app._unevaluated_pages[route]
    made = page.component() if callable(page.component) else page.component
    return json.dumps(made.render(), default=str, ensure_ascii=False)


def test_all_pages_are_there() -> None:
    assert {"index", "sign-in", "register", "queue", "404", "projects/[project]", "projects/[project]/images/[image]", *TRIALS} <= set(
        PAGES
    )


@pytest.mark.parametrize("route", PAGES)
def test_a_page_has_one_main_and_no_dead_links(route: str) -> None:
    page = rendered(route)
    assert page.count('"name": "\\"main\\""') == 1
    known = {"/" if name == "index" else f"/{name}" for name in PAGES}
    linked = {address for address in LINK.findall(page.replace('\\"', '"')) if not address.startswith(routes.API)}
    assert linked <= known


@pytest.mark.parametrize("route", PAGES)
def test_a_page_needs_no_eval_and_no_other_host(route: str) -> None:
    page = rendered(route)
    assert "_call_script" not in page
    assert "toast." not in page
    assert not re.findall(r"https?://(?!www\.w3\.org)", page)


@pytest.mark.parametrize("route", PAGES)
def test_every_page_has_a_title(route: str) -> None:
    title: Any = app._unevaluated_pages[route].title
    assert "CellHub" in (str(title) if isinstance(title, rx.Var) else title)
