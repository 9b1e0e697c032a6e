"""States as Reflex makes them for a tab, without a browser."""

import inspect
from dataclasses import dataclass, field
from typing import Any, TypeVar

import reflex as rx
from reflex.istate.data import RouterData
from sqlalchemy.ext.asyncio import AsyncSession

import cellhub_app.cellhub_app  # noqa: F401 - adding the pages gives states the parts of their addresses
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.accounts import presence, registration, signing_in
from cellhub_app.models.session import SessionKind

IP = "203.0.113.7"
PASSWORD = "correct horse battery"
State = TypeVar("State", bound=rx.State)


async def account(runtime: Runtime, name: str) -> str:
    """Open an account; its e-mail address."""
    email = f"{name}@example.org"
    async with runtime.work() as session:
        await registration.register(session, email=email, password=PASSWORD, name=name.title())
    return email


async def browser_token(runtime: Runtime, email: str) -> str:
    """Sign a browser in; the secret in its cookie."""
    async with runtime.work() as session:
        return (await signing_in.sign_in(session, email=email, password=PASSWORD, kind=SessionKind.BROWSER)).token


@dataclass
class Tab:
    """One tab of a browser: its states, and the address it shows."""

    token: str
    cookie: str = ""
    path: str = "/"
    route: str = "/index"
    query: dict[str, str] = field(default_factory=dict)
    more_cookies: str = ""
    root: rx.State = field(default_factory=lambda: rx.State(_reflex_internal_init=True))

    def __post_init__(self) -> None:
        cookies = [f"cellhub_session={self.cookie}" if self.cookie else "", self.more_cookies]
        words = "&".join(f"{name}={value}" for name, value in self.query.items())
        self.root.router = RouterData.from_router_data(
            {
                "token": self.token,
                "sid": f"sid-{self.token}",
                "headers": {"cookie": "; ".join(filter(None, cookies)), "origin": "http://localhost:8000"},
                "pathname": self.route,
                "asPath": f"{self.path}?{words}" if words else self.path,
                "query": dict(self.query),
                "ip": IP,
            }
        )

    def state(self, kind: type[State]) -> State:
        """The tab's instance of a state."""
        found: Any = self.root.get_substate(kind.get_full_name().split("."))
        return found

    async def call(self, kind: type[rx.State], handler: str, /, *arguments: Any, **named: Any) -> Any:
        """Run a handler as the browser's event would."""
        answer = kind.event_handlers[handler].fn(self.state(kind), *arguments, **named)
        return await answer if inspect.isawaitable(answer) else answer


async def end_sessions(session: AsyncSession, token: str) -> None:
    """Sign the person behind a token out everywhere."""
    principal = await presence.browser_principal(session, token)
    await signing_in.sign_out(session, principal, everywhere=True)
