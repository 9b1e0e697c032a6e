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
from cellhub_app.core.runtime import get_runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.activity import service as activity
from cellhub_app.domain.activity.schemas import Action

log = structlog.get_logger(__name__)

Handler = Callable[..., Any]


class Gated(Protocol):
    """A state with guarded handlers: it asks the database who calls, sends away who may not, and shows errors."""

    async def _call(self, session: AsyncSession) -> Any:
        """What handlers work with. Raises NotSignedIn."""

    def _signed_out(self) -> Any: ...

    def _report(self, error: CellHubError) -> None: ...


@dataclass(frozen=True)
class Call:
    """What a handler works with: who calls, and the transaction that commits when it returns."""

    principal: Principal
    session: AsyncSession
    user_agent: str = ""

    async def record(self, action: Action, resource_type: str = "", resource_id: UUID | None = None, **detail: Any) -> None:
        """Write what the caller does into the audit log, within the handler's transaction."""
        about = {"resource_type": resource_type, "resource_id": resource_id, "detail": detail, "user_agent": self.user_agent}
        await activity.record(self.session, self.principal, action, **about)


def guarded(handler: Handler) -> Any:
    """Make `async def handler(self, call: Call, ...)` an event handler.

    Whoever is not signed in any more is sent to the sign-in page, whatever they ask for. The arguments come from a browser and may be
    anything: they are validated against the annotations. Every other error becomes a message, and the transaction is rolled back.
    """
    arguments = _argument_model(handler)
    wire = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=_default(field)) for name, field in _fields(arguments)]

    @functools.wraps(handler)
    async def run(self: Gated, *positional: Any, **named: Any) -> Any:
        try:
            async with get_runtime().work() as session:
                call = await self._call(session)
                values = _validated(arguments, positional, named)
                return await handler(self, call, **values)
        except NotSignedIn:
            return self._signed_out()
        except CellHubError as error:
            self._report(error)
        except Exception:  # the boundary of the web door: logged in full, told in one sentence
            log.exception("event handler failed", handler=handler.__qualname__)
            self._report(CellHubError("The server could not finish this and has logged why. Try again in a moment."))
        return None

    first = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    run.__signature__ = inspect.Signature([first, *wire])  # type: ignore[attr-defined]
    run.__annotations__ = {}
    run.is_guarded = True  # type: ignore[attr-defined]
    del run.__wrapped__  # type: ignore[attr-defined]
    return rx.event(run)


def _argument_model(handler: Handler) -> type[BaseModel]:
    hints = get_type_hints(handler)
    fields: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(handler).parameters.items())[2:]:
        fields[name] = (hints[name], ... if parameter.default is inspect.Parameter.empty else parameter.default)
    return create_model(f"{handler.__name__}_arguments", __config__=ConfigDict(arbitrary_types_allowed=True, extra="forbid"), **fields)


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
