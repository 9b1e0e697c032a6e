"""What a program's request writes into the audit log, the page's handler that does the same writes too."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute

from cellhub_app.api.app import ROUTERS
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.web.pages.admin.activity_state import WORDS
from tests.unit.web.test_handlers import OURS

Verb = Callable[..., Any]
SAFE = {"GET", "HEAD"}


def calls(function: Callable[..., Any], owner: type | None = None) -> Iterator[Any]:
    """What a function calls or names, as far as its module's names tell; private methods of its state are looked into."""
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if isinstance(node, ast.Name) and node.id in function.__globals__:
            yield function.__globals__[node.id]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in function.__globals__:
                yield getattr(function.__globals__[node.value.id], node.attr, None)
            elif node.value.id == "self" and node.attr.startswith("_") and inspect.isfunction(getattr(owner, node.attr, None)):
                yield from calls(getattr(owner, node.attr), owner)


def verbs(found: list[Any]) -> set[Verb]:
    """Which of these are things that the domain does."""
    return {each for each in found if inspect.iscoroutinefunction(each) and each.__module__.startswith("cellhub_app.domain")}


def acts(found: list[Any]) -> set[Action]:
    """Which of these are words of the audit log."""
    return {each for each in found if isinstance(each, Action)}


def each_route(router: APIRouter) -> Iterator[APIRoute]:
    """The routes of a router and of those that it includes."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from each_route(route.original_router)


def of_routes() -> dict[Verb, set[Action]]:
    """What is written down of each thing that only changing requests do."""
    routes = [(route, list(calls(route.endpoint))) for router in ROUTERS for route in each_route(router)]
    reading = {verb for route, found in routes if route.methods <= SAFE for verb in verbs(found)}
    written: dict[Verb, set[Action]] = {}
    for _, found in routes:
        for verb in verbs(found) - reading if acts(found) else ():
            written.setdefault(verb, set()).update(acts(found))
    return written


def of_handlers() -> Iterator[tuple[str, set[Verb], set[Action]]]:
    """Each event handler, with what it does and what is written down of it."""
    for state in OURS:
        for name, handler in state.event_handlers.items():
            inner = inspect.getclosurevars(handler.fn).nonlocals.get("handler")
            if inner is not None:
                found = list(calls(inner, state))
                yield f"{state.__name__}.{name}", verbs(found), acts(found)


def test_handlers_write_down_what_routes_do() -> None:
    written, seen, silent = of_routes(), set[Verb](), []
    for name, done, noted in of_handlers():
        for verb in done & written.keys():
            seen.add(verb)
            if not noted & written[verb]:
                silent.append(f"{name} calls {verb.__module__}.{verb.__name__} and writes down none of {sorted(written[verb])}")
    assert not silent, "\n".join(silent)
    assert len(seen) > 25


def test_every_act_has_words_for_admins() -> None:
    assert WORDS.keys() == set(Action)
