"""How far a personal token reaches, and that it was here."""

from fastapi import Request

from cellhub_app.api.context import context_of
from cellhub_app.core.errors import NotAllowed
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal
from cellhub_app.domain.flows import token_use
from cellhub_app.models.session import Scope

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class ScopeMissing(NotAllowed):
    """The personal token is good, but not for this."""

    code, title = "scopeMissing", "This token may not do this"


async def check(request: Request, services: Runtime, holder: Principal) -> None:
    """Let a personal token pass where its scopes reach, and note in the audit log that it did, or did not. Raises ScopeMissing."""
    try:
        _require_scope(request, holder)
    except ScopeMissing:
        await note(request, services, holder, refused="scope")
        raise
    await note(request, services, holder)


async def note(request: Request, services: Runtime, holder: Principal, *, refused: str = "") -> None:
    """Write the use of a token down, once an hour; `refused` says why it was turned away."""
    who = context_of(request.scope)
    await token_use.note(services, holder, who.ip, who.user_agent, refused=refused, path=f"{request.method} {_path(request)}")


def _require_scope(request: Request, holder: Principal) -> None:
    """Accounts, sessions and tokens are managed by people who sign in, never by a token: a leaked one must not beget others."""
    path = _path(request)
    if path.startswith("/auth") and (request.method, path) != ("GET", "/auth/me"):
        raise ScopeMissing("A token cannot manage the account: sign in for that.")
    needed = Scope.ADMIN if path.startswith("/admin") else Scope.READ if request.method in SAFE_METHODS else Scope.WRITE
    if needed not in (holder.scopes or ()):
        raise ScopeMissing(f"This token has no scope “{needed}”. Make another one on the page of your account.")


def _path(request: Request) -> str:
    path: str = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return path
