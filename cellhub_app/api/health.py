"""Whether this process lives, whether it can serve, and its figures. Outside /api/v1, for machines that watch over the house."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import lru_cache
from ipaddress import ip_address
from uuid import uuid4

import structlog
from alembic.config import Config
from alembic.script import ScriptDirectory
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cellhub_app.api import problems
from cellhub_app.api.context import context_of
from cellhub_app.core import db, telemetry
from cellhub_app.core.errors import CellHubError, NotFound
from cellhub_app.core.runtime import get_runtime
from cellhub_app.core.settings import ROOT
from cellhub_app.domain.jobs import service as jobs

log = structlog.get_logger(__name__)

TIMEOUT_S = 3.0
_FAILURES = (SQLAlchemyError, RedisError, CellHubError, OSError, TimeoutError, RuntimeError)


class NotReady(Exception):
    """A part answers, but is not as it should be."""


@lru_cache(maxsize=1)
def newest_migration() -> str:
    """The head of the migrations that this code brings."""
    scripts = ScriptDirectory.from_config(Config(ROOT / "alembic" / "alembic.ini"))
    return scripts.get_current_head() or ""


async def _database() -> None:
    if await db.schema_version() != await asyncio.to_thread(newest_migration):
        raise NotReady("the database waits for a migration")


async def _redis() -> None:
    await get_runtime().redis.get("cellhub:health")


async def _storage() -> None:
    # A fresh key: an answer of "no such object" is what a storage that works says.
    await get_runtime().storage.exists(f"health/{uuid4()}")


PARTS: dict[str, Callable[[], Awaitable[None]]] = {
    "database": _database,
    "redis": _redis,
    "storage": _storage,
}


async def _state(name: str, check: Callable[[], Awaitable[None]]) -> str:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await check()
    except NotReady as error:
        return str(error)
    except _FAILURES as error:
        log.warning("not ready", part=name, error=str(error).partition("\n")[0])
        return "does not answer"
    return "ok"


async def live(_request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


async def ready(_request: Request) -> Response:
    """Everything that is needed to serve answers; 503 with the parts otherwise."""
    states = await asyncio.gather(*(_state(name, check) for name, check in PARTS.items()))
    parts = dict(zip(PARTS, states, strict=True))
    is_ready = all(state == "ok" for state in states)
    body = {"status": "ok" if is_ready else "unavailable", "parts": parts}
    return JSONResponse(body, 200 if is_ready else 503, headers={"Cache-Control": "no-store"})


async def metrics(request: Request) -> Response:
    """Figures for Prometheus; only for callers on this machine or its private networks."""
    address = context_of(request.scope).ip
    if address and ip_address(address).is_global:
        return problems.of_error(request.scope, NotFound("There is nothing at this address."))
    async with get_runtime().work() as session:
        waiting = await jobs.depths(session)
    depth = {kind.value: count for kind, (count, _) in waiting.items()}
    age_s = {kind.value: oldest_s for kind, (_, oldest_s) in waiting.items()}
    body = telemetry.render(depth, age_s)
    return Response(body, media_type=telemetry.CONTENT_TYPE, headers={"Cache-Control": "no-store"})


ROUTES = [Route("/health/live", live), Route("/health/ready", ready), Route("/metrics", metrics)]
