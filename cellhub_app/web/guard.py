"""The gate every event handler passes: who is it, are the arguments what they should be, one transaction, errors told plainly."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, get_type_hints
from uuid import UUID

import reflex as rx
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import CellHubError, Invalid, NotSignedIn
from cellhub_app.core.ratelimit import check_rate
from cellhub_app.core.runtime import get_runtime
from cellhub_app.domain.access import Principal, Viewer, Visitor
from cellhub_app.domain.activity import service as activity
from cellhub_app.domain.activity.schemas import Action

log = structlog.get_logger(__name__)

EVENTS_FOR_A_REQUEST = 3
Handler = Callable[..., Any]


class NothingShown(Invalid):
    """An event of a page whose project or image this tab does not show."""

    code, title = "nothingShown", "Open a project or an image first"


class Gated(Protocol):
    """A state with guarded handlers: it asks the database who calls, sends away who may not, and shows errors."""

    async def _call(self, session: AsyncSession) -> Any:
        """What handlers work with. Raises NotSignedIn."""

    def _shows_its_thing(self) -> bool: ...

    def _signed_out(self) -> Any: ...

    def _report(self, error: CellHubError) -> None: ...


@dataclass(frozen=True)
class Call:
    """What a handler works with: who calls, and the transaction that commits when it returns."""

    principal: Principal
    session: AsyncSession
    user_agent: str = ""
    ip: str = ""

    async def record(self, action: Action, resource_type: str = "", resource_id: UUID | None = None, **detail: Any) -> None:
        """Write what the caller does into the audit log, within the handler's transaction."""
        about = {"resource_type": resource_type, "resource_id": resource_id, "detail": detail}
        await activity.record(self.session, self.principal, action, **about, ip=self.ip, user_agent=self.user_agent)


def guarded(handler: Handler) -> Any:
    """Make `async def handler(self, call: Call, ...)` an event handler.

    Whoever is not signed in any more is sent to the sign-in page, whatever they ask for. The arguments come from a browser and may be
    anything: they are validated against the annotations. Every other error becomes a message, and the transaction is rolled back.
    """
    arguments = _argument_model(handler, after=2)

    @functools.wraps(handler)
    async def run(self: Gated, *positional: Any, **named: Any) -> Any:
        try:
            async with get_runtime().work() as session:
                call = await self._call(session)
                await _check_pace(call.principal)
                values = _validated(arguments, positional, named)
                if not self._shows_its_thing() and handler.__name__ != "load":
                    return None if handler.__name__.startswith("load_") else self._report(NothingShown())
                return await handler(self, call, **values)
        except NotSignedIn:
            return self._signed_out()
        except CellHubError as error:
            self._report(error)
        except ValidationError as error:  # what a handler made of its form does not fit the request that it stands for
            log.warning("a form did not fit", handler=handler.__qualname__, parts=[item["loc"] for item in error.errors()])
            self._report(Invalid(plain(error)))
        except Exception:  # the boundary of the web door: logged in full, told in one sentence
            log.exception("event handler failed", handler=handler.__qualname__)
            self._report(CellHubError("The server could not finish this and has logged why. Try again in a moment."))
        return None

    run.is_guarded = True  # type: ignore[attr-defined]
    return _as_event(run, arguments)


async def _check_pace(viewer: Viewer) -> None:
    """Whoever is at a page may do more than a program, because dragging and holding a key down are many events."""
    services = get_runtime()
    who = viewer.link_id if isinstance(viewer, Visitor) else viewer.user_id
    await check_rate(services.redis, "pages", str(who), EVENTS_FOR_A_REQUEST * services.settings.requests_per_minute)


def unguarded(handler: Handler) -> Any:
    """Make `def handler(self, ...)` an event handler for anybody: it may touch only what its own tab shows, and reads no data.

    Its arguments are validated like those of a guarded one; what does not fit becomes a message where there is a place for messages.
    """
    arguments = _argument_model(handler, after=1)

    @functools.wraps(handler)
    def run(self: Any, *positional: Any, **named: Any) -> Any:
        try:
            return handler(self, **_validated(arguments, positional, named))
        except CellHubError as error:
            self._report(error)
        return None

    return _as_event(run, arguments)


def _as_event(run: Handler, arguments: type[BaseModel]) -> Any:
    """The event handler, whose signature and hints tell Reflex the names of the arguments but leave their kinds to the model."""
    first = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    wire = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=_default(field)) for name, field in _fields(arguments)]
    run.__signature__ = inspect.Signature([first, *wire])  # type: ignore[attr-defined]
    run.__annotations__ = {}
    run.takes = arguments  # type: ignore[attr-defined]
    del run.__wrapped__  # type: ignore[attr-defined]
    return rx.event(run)


def _argument_model(handler: Handler, *, after: int) -> type[BaseModel]:
    """What the handler takes after its first parameters."""
    hints = get_type_hints(handler)
    fields: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(handler).parameters.items())[after:]:
        fields[name] = (hints[name], ... if parameter.default is inspect.Parameter.empty else parameter.default)
    checks = ConfigDict(arbitrary_types_allowed=True, extra="forbid", allow_inf_nan=False)
    return create_model(f"{handler.__name__}_arguments", __config__=checks, **fields)


def _fields(model: type[BaseModel]) -> list[tuple[str, Any]]:
    return list(model.model_fields.items())


def _default(field: Any) -> Any:
    return inspect.Parameter.empty if field.is_required() else field.default


def _validated(model: type[BaseModel], positional: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    if len(positional) > len(model.model_fields):
        raise Invalid("The page sent more values than this takes.")
    try:
        checked = model.model_validate(dict(zip(model.model_fields, positional, strict=False)) | named)
    except ValidationError as error:
        raise Invalid(plain(error)) from error
    return {name: getattr(checked, name) for name in model.model_fields}


def plain(error: ValidationError) -> str:
    """What is wrong with the values, in one sentence."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = str(first["loc"][-1]).replace("_", " ") if first["loc"] else "The value"
    return f"{place[:1].upper()}{place[1:]}: {first['msg'][:1].lower()}{first['msg'][1:]}."
