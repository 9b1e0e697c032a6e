"""The websocket's own gate: an event names a handler that there is and carries what it takes, and a tab sends only so many a second.

Reflex looks a name up, and calls what it finds with what came, only after the event was queued: what does not fit ends there in a
traceback, with all that was sent in the log, a password as well. So nothing that does not fit gets as far.
"""

import inspect
import time
from collections.abc import Mapping
from typing import Annotated, Any

import reflex as rx
import structlog
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from reflex.app import EventNamespace
from reflex_base.constants.state import FIELD_MARKER
from reflex_base.registry import RegistrationContext

log = structlog.get_logger(__name__)

BURST = 600
EVENTS_PER_S = 60
_LONGEST_ADDRESS = 8_000
_OF_THE_LINE = ("connect", "disconnect")
_SAID = {"event": 1, "ping": 0, "client_error": 1}  # with how many values
_SETTER = ".setvar"  # Reflex gives it to every state; no page of ours calls it


class Place(BaseModel):
    """The page that a tab says it shows."""

    model_config = ConfigDict(extra="ignore", strict=True)

    pathname: str = Field("", max_length=_LONGEST_ADDRESS)
    asPath: str = Field("", max_length=_LONGEST_ADDRESS)  # noqa: N815 - Reflex' name
    query: dict[str, str] = {}


class Incoming(BaseModel):
    """An event as it comes from outside."""

    model_config = ConfigDict(extra="ignore", strict=True)

    name: str = Field(max_length=1_000)
    router_data: Place = Place()
    payload: dict[str, Any] = {}


def _is_of_browsers(word: str) -> str:
    """The name of a value that browsers keep. Raises ValueError for any other name."""
    state, _, name = word.rpartition(".")
    if not rx.State.get_class_substate(state)._is_client_storage(name.removesuffix(FIELD_MARKER)):
        raise ValueError(f"{name} is not kept by browsers")
    return word


Kept = dict[Annotated[str, AfterValidator(_is_of_browsers)], Annotated[str, Field(max_length=1_000)] | None]
# What Reflex' own handlers take; those of ours look at it themselves (guard.py).
_OF_REFLEX: Mapping[str, TypeAdapter[Any]] = {
    "vars": TypeAdapter(Kept | None),
    "hashes": TypeAdapter(list[str] | None),
    "value": TypeAdapter(bool),
    "info": TypeAdapter(str),
    "component_stack": TypeAdapter(str),
}


class EventRefused(ValueError):
    """An event that does not fit; says why, without what was sent."""


def checked_event(data: Any, handlers: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of an event that count. What stands behind the # of its page's address stays out. Raises EventRefused."""
    try:
        event = Incoming.model_validate(data)
    except ValidationError as error:
        raise EventRefused(f"{error.error_count()} of its parts are of another kind") from None
    registered = handlers.get(event.name)
    if registered is None or event.name.endswith(_SETTER):
        raise EventRefused("there is no such handler")
    function = registered.handler.fn
    try:
        inspect.signature(function).bind(None, **event.payload)
    except TypeError:
        raise EventRefused("its handler takes other values") from None
    if not hasattr(function, "takes"):
        _check_of_reflex(event.payload)
    found = event.model_dump()
    found["router_data"]["asPath"] = event.router_data.asPath.partition("#")[0]
    return found


def _check_of_reflex(payload: Mapping[str, Any]) -> None:
    try:
        for name, value in payload.items():
            _OF_REFLEX[name].validate_python(value, strict=True)
    except (KeyError, ValueError):
        raise EventRefused("its values are of another kind") from None


class Pace:
    """How many events one connection may still send: a bucket that fills up again."""

    def __init__(self) -> None:
        self._left, self._seen = float(BURST), time.monotonic()

    def is_kept(self) -> bool:
        """Count one event; whether it was within the limit."""
        moment = time.monotonic()
        self._left = min(BURST, self._left + (moment - self._seen) * EVENTS_PER_S) - 1
        self._seen = moment
        return self._left >= 0


class SocketGate:
    """Stands in front of all that one app's connections say."""

    def __init__(self, namespace: EventNamespace) -> None:
        self._handlers = RegistrationContext.get().event_handlers
        self._namespace = namespace
        self._hear, self._pass_on = namespace.trigger_event, namespace.on_event
        self._paces: dict[str, Pace] = {}
        namespace.trigger_event = self.trigger_event  # type: ignore[method-assign]
        namespace.on_event = self.on_event  # type: ignore[method-assign]

    async def trigger_event(self, kind: Any, sid: str, *said: Any) -> Any:
        """Hear what a connection says, as far as it is something that connections say; who says too much is cut off and connects anew."""
        if kind in _OF_THE_LINE:
            if kind == "disconnect":
                self._paces.pop(sid, None)
            return await self._hear(kind, sid, *said)
        if not self._paces.setdefault(sid, Pace()).is_kept():
            log.warning("a connection was ended: too many events", sid=sid)
            await self._namespace.disconnect(sid)
        elif kind in _SAID and len(said) <= _SAID[kind]:
            await self._hear(kind, sid, *said)
        else:
            log.info("an event was refused", why="connections do not say this")
        return None

    async def on_event(self, sid: str, data: Any = None) -> None:
        """Hand an event on that fits."""
        if sid not in self._namespace.sid_to_token:
            log.info("an event was refused", why="its tab has no name")
            return
        try:
            event = checked_event(data, self._handlers)
        except EventRefused as refused:
            log.info("an event was refused", why=str(refused))
            return
        await self._pass_on(sid, event)
