"""Every public method of a state can be called by any client, so each must pass the gate or touch nothing but the look of one's own tab."""

import inspect

import pytest
import reflex as rx

from cellhub_app.web import site
from cellhub_app.web.components.entrance import EntranceState
from cellhub_app.web.guard import guarded
from cellhub_app.web.pages.shared.state import SharedState
from cellhub_app.web.session import SessionState

ONLY_THE_LOOK = {
    "EntranceState.read_address",
    "SessionState.dismiss",
    "DashboardState.close_dialogs",
    "ProjectState.close_dialogs",
    "ProjectState.toggle_panel",
    "SegmentState.ask_for_mail",
    "ImagesState.resize",
    "ImagesState.show_outlines",
    "ImagesState.open_image",
    "ImageState.show_outlines",
    "ImageState.open_image",
    "ImageState.show_side",
    "ImageState.look_at",
    "SharedState.resize",
    "SharedState.show_thumbnail_outlines",
    "SharedState.open_picture",
    "SharedImageState.show_outlines",
    "SharedImageState.show_side",
    "SharedImageState.open_image",
    "TuningState.open_image",
    "TeamsState.close_dialogs",
}


def states(first: type[rx.State]) -> list[type[rx.State]]:
    """A state and everything below it."""
    return [first, *(below for state in first.get_substates() for below in states(state))]


OURS = [state for top in (SessionState, EntranceState, SharedState) for state in states(top)]


def own_functions(state: type[rx.State]) -> dict[str, object]:
    """Public functions that the class itself defines, decorated or not."""
    return {name: handler.fn for name, handler in state.event_handlers.items() if not name.startswith("_") and name in vars(state)}


def test_the_site_knows_all_states() -> None:
    assert {"DashboardState", "ProjectState", "ImagesState", "ImageState", "QueueState"} <= {state.__name__ for state in OURS}
    assert site.NAME == "CellHub"


@pytest.mark.parametrize("state", OURS, ids=lambda state: state.__name__)
def test_every_handler_is_guarded_or_changes_only_the_look(state: type[rx.State]) -> None:
    open_doors = {f"{state.__name__}.{name}" for name, fn in own_functions(state).items() if not getattr(fn, "is_guarded", False)}
    assert open_doors <= ONLY_THE_LOOK | {f"{state.__name__}.setvar"}


@pytest.mark.parametrize("state", OURS, ids=lambda state: state.__name__)
def test_no_state_has_setters_that_clients_could_call(state: type[rx.State]) -> None:
    setters = [name for name in own_functions(state) if name.startswith("set_") and name.removeprefix("set_") in state.vars]
    guarded_setters = [name for name in setters if getattr(state.event_handlers[name].fn, "is_guarded", False)]
    assert setters == guarded_setters


def test_a_guarded_handler_shows_its_arguments_but_not_the_call() -> None:
    async def rename(self: object, call: object, name: str, times: int = 1) -> None:
        """Name it."""

    handler = guarded(rename)
    assert list(inspect.signature(handler).parameters) == ["self", "name", "times"]
    assert handler.__doc__ == "Name it."
