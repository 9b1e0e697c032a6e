"""Arguments of every kind and size to every event handler: refused in words, without a trace of it anywhere but in a message."""

import json
from collections.abc import Callable
from typing import Any, get_args

import reflex as rx
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from cellhub_app.core.runtime import Runtime
from cellhub_app.web import live
from cellhub_app.web.pages.shared.state import SharedState
from cellhub_app.web.session import SessionState
from tests.fixtures.drawn import JSON, drawn
from tests.integration.doors import handlers
from tests.integration.doors.table import ADMIN, HANDLERS
from tests.integration.doors.world import Caller, Seen, World, build
from tests.integration.web.states import Tab

OF_ANY_KIND, OF_THE_RIGHT_KIND = 3, 2
# What any refused call may change: who it is, and what is told to them.
_TOLD = ("messages", "user_", "is_admin", "is_verified", "awaits_letter", "is_hydrated", "trouble", "is_closed")


def takes(name: str) -> type[BaseModel]:
    """The model of a handler's arguments."""
    state, handler = handlers.every_handler()[name], name.partition(".")[2]
    found: type[BaseModel] = state.event_handlers[handler].fn.takes  # type: ignore[attr-defined]
    return found


def arguments(model: type[BaseModel]) -> list[dict[str, Any]]:
    """Values by name: of any kind, within forms too, and of the right kind but with whatever content the kind allows."""
    kinds = {name: field.annotation for name, field in model.model_fields.items()}
    junk = {name: JSON | _form(kind, lambda _: JSON) for name, kind in kinds.items()}
    right = {name: _form(kind, _of_kind) if _is_form(kind) else _of_kind(kind) for name, kind in kinds.items()}
    return drawn(st.fixed_dictionaries(junk), OF_ANY_KIND) + drawn(st.fixed_dictionaries(right), OF_THE_RIGHT_KIND)


def _of_kind(kind: Any) -> st.SearchStrategy[Any]:
    return JSON if Any in get_args(kind) else st.from_type(kind)


def _is_form(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _form(kind: Any, field_of: Callable[[Any], st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    if not _is_form(kind):
        return st.nothing()
    return st.fixed_dictionaries({name: field_of(field.annotation) for name, field in kind.model_fields.items()})


def fits(model: type[BaseModel], values: dict[str, Any]) -> bool:
    try:
        model.model_validate(values)
    except ValidationError:
        return False
    return True


def shown(tab: Tab) -> str:
    """All that the tab's states hold, apart from what every call may change."""
    found = tab.root.dict(include_computed=False)
    kept = {state: {key: value for key, value in values.items() if not key.startswith(_TOLD)} for state, values in found.items()}
    return json.dumps(kept, default=str)


async def stumbles(tab: Tab, state: type[rx.State], handler: str, values: dict[str, Any]) -> str:
    """Call as Reflex does, by name; answers what went wrong inside, which the log had to be told."""
    try:
        await tab.call(state, handler, **values)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the test looks for
        return repr(error)
    told = [message["detail"] for message in tab.state(SessionState).messages] + [tab.state(SharedState).trouble]
    return next((words for words in told if "has logged why" in words), "")


def test_every_handler_says_what_it_takes() -> None:
    assert [
        name for name, state in handlers.every_handler().items() if not hasattr(state.event_handlers[name.partition(".")[2]].fn, "takes")
    ] == []


async def test_arguments_of_every_kind_are_refused_in_words_and_move_nothing(runtime: Runtime) -> None:
    world, seen, wrong = await build(runtime), Seen(runtime), list[Any]()
    await seen.has_changed()
    for name, state in handlers.every_handler().items():
        model = takes(name)
        if not model.model_fields:
            continue
        tab = await handlers.tab_of(world, _who(name), state)
        for values in arguments(model):
            is_refused, before = not fits(model, values), shown(tab)
            why, has_moved = await stumbles(tab, state, name.partition(".")[2], values), await seen.has_changed()
            if why:
                wrong.append((name, values, why))
                tab.state(SessionState).messages = []
            elif is_refused and (shown(tab) != before or has_moved):
                wrong.append((name, values, "changed something"))
        live.leave(tab.token)
    assert not wrong, "\n".join(map(str, wrong))


async def test_a_tab_that_shows_nothing_has_nothing_that_handlers_could_stumble_over(runtime: Runtime) -> None:
    world = await build(runtime)
    called = [(name, state) for name, state in handlers.every_handler().items() if not HANDLERS[name].is_costly]
    wrong = [f"{name}: {why}" for name, state in called if (why := await _from_nowhere(world, name, state))]
    assert not wrong, "\n".join(wrong)


async def _from_nowhere(world: World, name: str, state: type[rx.State]) -> str:
    handler = name.partition(".")[2]
    tab = Tab("tab-nowhere", world.cookies[_who(name)], "/nowhere", handlers.PLACES.get(state.__name__, "/nowhere"))
    values = handlers.arguments_of(world, state, handler, HANDLERS[name].arguments)
    why = await stumbles(tab, state, handler, dict(zip(takes(name).model_fields, values, strict=False)))
    live.leave(tab.token)
    return why


def _who(name: str) -> Caller:
    if name.startswith("Shared"):
        return Caller.VISITOR
    return Caller.ADMIN if HANDLERS[name].refused == ADMIN.refused else Caller.OWNER
