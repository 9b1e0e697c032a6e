"""Calling event handlers as a browser would, whatever page its tab says it shows."""

import inspect
from functools import cache

import reflex as rx

from cellhub_app.core import errors
from cellhub_app.web import live, routes
from cellhub_app.web.components.entrance import EntranceState
from cellhub_app.web.pages.dashboard.state import DashboardState
from cellhub_app.web.pages.face_off.state import FaceOffState
from cellhub_app.web.pages.image.again_state import AgainState
from cellhub_app.web.pages.image.state import ImageState
from cellhub_app.web.pages.project.exports_state import ExportsState
from cellhub_app.web.pages.project.face_off_state import NewFaceOffState, Rival
from cellhub_app.web.pages.project.images_state import ImagesState
from cellhub_app.web.pages.project.segment_state import SegmentState
from cellhub_app.web.pages.project.selection_state import SelectionState
from cellhub_app.web.pages.project.state import ProjectState
from cellhub_app.web.pages.run.state import RunState
from cellhub_app.web.pages.shared.state import SharedState
from cellhub_app.web.pages.team.state import TeamState
from cellhub_app.web.pages.tuning.state import TuningState
from cellhub_app.web.session import SessionState
from tests.integration.doors.requests import with_ids
from tests.integration.doors.world import OUTSIDE, Caller, World
from tests.integration.web.states import Tab

TOPS = (SessionState, EntranceState, SharedState)
PLACES = {
    "DashboardState": "/index", "QueueState": routes.QUEUE, "QueuePace": routes.QUEUE, "HistoryState": routes.QUEUE,
    "ImageState": routes.IMAGE, "AgainState": routes.IMAGE, "ImageExportState": routes.IMAGE, "PresenceState": routes.IMAGE,
    "RunState": routes.RUN, "RunLog": routes.RUN,
    "TuningState": routes.TUNING, "FaceOffState": routes.FACE_OFF,
    "MembersState": routes.PROJECT_MEMBERS, "TeamSharesState": routes.PROJECT_MEMBERS,
    "TeamsState": routes.TEAMS, "TeamState": routes.TEAM,
    "ImportsState": routes.PROJECT_EXPORTS, "SharedState": routes.SHARED, "SharedImageState": routes.SHARED_IMAGE,
    "AccountState": routes.ACCOUNT, "AdminState": routes.ADMIN, "ActivityState": routes.ACTIVITY,
}  # fmt: skip
FITTING = {
    **dict.fromkeys(("is_open", "is_asked", "is_shown", "is_wanted", "are_shown", "only_new"), True),
    **dict.fromkeys(("query", "words", "tag", "message_id"), "x"),
    "name": "classical", "value": 1, "size": 200, "percent": 20, "sort": "name",
}  # fmt: skip


def states(first: type[rx.State]) -> list[type[rx.State]]:
    """A state and everything below it."""
    return [first, *(below for state in first.get_substates() for below in states(state))]


@cache
def every_handler() -> dict[str, type[rx.State]]:
    """Each public handler of each of our states, as `State.handler`."""
    ours = [state for top in TOPS for state in states(top)]
    named = {f"{state.__name__}.{name}": state for state in ours for name in state.event_handlers if name in vars(state)}
    return {name: state for name, state in named.items() if not name.endswith(".setvar")}  # it calls setters, and there are none


def setters() -> list[str]:
    """What `setvar`, which every state has, could set from outside."""
    ours = [state for top in TOPS for state in states(top)]
    named = [(state, name) for state in ours for name in state.vars if name != "is_hydrated"]  # Reflex's own, which only hides the page
    found = [(state, name, state.event_handlers.get(f"set_{name}")) for state, name in named]
    return [f"{state.__name__}.{name}" for state, name, setter in found if setter and not getattr(setter.fn, "is_guarded", False)]


def _titles(kind: type[errors.CellHubError]) -> set[str]:
    return {kind.title}.union(*(_titles(below) for below in kind.__subclasses__()))


# The page says in words what was wrong; the words tell the class of the error.
REFUSALS = {403: _titles(errors.NotAllowed), 404: _titles(errors.NotFound)}


async def tab_of(world: World, caller: Caller, state: type[rx.State]) -> Tab:
    """A tab that shows the world's project, as if its page had been loaded: what the server remembers of it must not open doors."""
    ids = world.ids
    route = PLACES.get(state.__name__, routes.PROJECT)
    query = {"project": ids["project_id"], "image": ids["image_id"], "face_off": ids["face_off_id"], "team": ids["team_id"]}
    query = {name: value for name, value in (query | {"share": ids["link_id"], "run": ids["batch_id"]}).items() if f"[{name}]" in route}
    path = route.replace("/index", "/")
    for name, value in query.items():
        path = path.replace(f"[{name}]", value)
    tab = Tab(f"tab-{caller}", world.cookies[caller], path, route, query, more_cookies=world.cookie_of(caller))
    tab.state(ProjectState).project_id = ids["project_id"]
    tab.state(ImageState).project_id, tab.state(ImageState).image_id = ids["project_id"], ids["image_id"]
    tab.state(ImagesState)._choose([ids["image_id"]], selects_all=False, count=1)
    tab.state(SelectionState).new_tag, tab.state(DashboardState).renamed_id = "tag", ids["project_id"]
    tab.state(SegmentState).chosen = tab.state(AgainState).chosen = "classical"
    tab.state(TuningState).project_id, tab.state(TuningState).image_id = ids["project_id"], ids["image_id"]
    tab.state(TuningState).model = "classical"
    tab.state(FaceOffState).project_id, tab.state(FaceOffState).face_off_id = ids["project_id"], ids["face_off_id"]
    tab.state(RunState).run_id = ids["batch_id"]
    tab.state(TeamState).team_id = ids["team_id"]
    tab.state(NewFaceOffState).images = [ids["image_id"]]
    tab.state(NewFaceOffState).rivals = [Rival(name, name, fits=True, takes_part=True) for name in ("classical", "unet")]
    tab.state(ExportsState)._open(1)
    return tab


def arguments_of(world: World, state: type[rx.State], handler: str, given: tuple[object, ...] | None) -> list[object]:
    """What the handler is called with: ids of the world by the names of its parameters, and something fitting for the others."""
    if given is not None:
        return [with_ids(value, world.ids) for value in given]
    names = list(inspect.signature(state.event_handlers[handler].fn).parameters)[1:]
    return [world.ids.get(name, FITTING.get(name)) for name in names]


async def call(world: World, caller: Caller, name: str, given: tuple[object, ...] | None) -> tuple[int, str]:
    """What the caller meets, as a status, and all that the tab shows afterwards: 401 when sent to the sign-in page, 0 when it passes.

    401 is also what a visitor meets who is told that the link is not open.
    """
    state, handler = every_handler()[name], name.partition(".")[2]
    tab = await tab_of(world, caller, state)
    answer = await tab.call(state, handler, *arguments_of(world, state, handler, given))
    live.leave(tab.token)
    messages = [message for message in tab.state(SessionState).messages if message["kind"] == "error"]
    assert not [message for message in messages if "has logged why" in message["detail"]], (name, caller, messages)
    if f"{routes.SIGN_IN}?next" in str(getattr(answer, "args", "")) or tab.state(SharedState).is_closed:
        return 401, _shown(tab, caller)
    told = {message["title"] for message in messages}
    met = [status for status, titles in REFUSALS.items() if told & titles]
    return met[0] if met else 0, _shown(tab, caller)


def _shown(tab: Tab, caller: Caller) -> str:
    """All that the tab holds, where somebody looks at it: writing it down takes longer than most handlers."""
    return str(tab.root.dict()) if caller in OUTSIDE else ""
