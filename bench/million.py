"""How soon is a page of a gallery answered with a million images in the database? The target is a p95 below 50 ms for every kind of page.

Asks the API itself (gate, session, rights, query, JSON, gzip; no socket) for pages of 50 of the largest project, in every order, with
every filter, in the middle of the list, and looks with EXPLAIN at each statement that was sent: none may read the whole table. Runs on
the database of CELLHUB_DATABASE_URL, needs CELLHUB_DATABASE_OWNER_URL to vacuum, and removes what it made.

Usage: python -m bench.million [--images 1000000] [--largest 200000] [--rounds 20]
"""

import argparse
import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg import AsyncCursor
from sqlalchemy import text
from starlette.types import ASGIApp

from bench.rows import SETTLE, clear, fill
from bench.server import API, machine, percentile
from cellhub_app.api.app import create_app
from cellhub_app.api.gate import Gate
from cellhub_app.core.log import configure_logging
from cellhub_app.core.pagination import Cursor
from cellhub_app.core.runtime import Runtime, close_runtime, open_runtime
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.accounts import registration, signing_in
from cellhub_app.domain.images import selection
from cellhub_app.domain.images import service as images
from cellhub_app.domain.images.schemas import ImageFilters
from cellhub_app.domain.images.selection import Chosen
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import NewProject
from cellhub_app.models.session import SessionKind
from tests.integration.api.asgi import ask, http_scope

SMALL = 10_000
TARGET_MS = 50
SORTS = {"createdAt": "created_at", "name": "name", "objectCount": "coalesce(object_count, -1)", "doubt": "coalesce(doubt, -1)"}
STAGES = (
    "uploaded", "ingesting", "ready", "failed", "queued", "running", "paused", "cancelled", "done", "unsegmented", "unsuccessful",
)  # fmt: skip
SEARCHES = {
    "common": "dapi",
    "one in a hundred": "_B03_",
    "one image": "f012345",
    "nothing": "mitosis",
    "another project's": "plate7_",
    "two letters": "b0",
    "two letters, nothing": "qx",
}
FILTERS = (
    "tag=control", "tag=nowhere", "minObjects=399", "maxObjects=0", "minObjects=100&maxObjects=101",
    "flaw=any", "flaw=any&sort=-doubt", "flaw=blurred", "flaw=none", "flaw=none&sort=-doubt", "flaw=none&sort=name",
)  # fmt: skip
MIXED = (
    "status=unsuccessful&q=_B03_",
    "status=done&sort=-objectCount&minObjects=300",
    "q=gfp&tag=control",
    "status=queued&q=plate7_&sort=-doubt",
)
Statement = tuple[str, Any]


class Api:
    """The API in this process, and what it sends to the database."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._headers = {"authorization": f"Bearer {token}", "accept-encoding": "gzip", "host": "localhost"}

    async def get(self, path: str, query: str) -> None:
        """Ask for a page. Raises RuntimeError when it is refused."""
        scope = http_scope("GET", API + path, self._headers) | {"query_string": query.encode()}
        status, body, _ = await ask(self._app, scope, [b""])
        if status != 200:
            raise RuntimeError(f"{path}?{query}: {status} {body[:300]!r}")


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """The statements about images that the driver sends while the block lasts."""
    sent: list[Statement] = []
    execute = AsyncCursor.execute

    async def note(cursor: AsyncCursor[Any], query: Any, params: Any = None, **options: Any) -> AsyncCursor[Any]:
        if isinstance(query, str) and "image" in query:
            sent.append((query, params))
        return await execute(cursor, query, params, **options)

    AsyncCursor.execute = note  # type: ignore[method-assign, assignment]
    try:
        yield sent
    finally:
        AsyncCursor.execute = execute  # type: ignore[method-assign]


def scans(plan: dict[str, Any]) -> set[str]:
    """How the plan reads images: `Index Scan`, `Seq Scan` ..."""
    found = {plan["Node Type"]} if plan.get("Relation Name") == "image" else set()
    return found.union(*(scans(part) for part in plan.get("Plans", ())))


def explained(sent: Sequence[Statement]) -> set[str]:
    """How the statements read images."""
    found: set[str] = set()
    with psycopg.connect(get_settings().database_url) as connection:
        for statement, parameters in sent:
            (plan,) = connection.execute(f"explain (format json) {statement}", parameters).fetchone() or ([],)
            found |= scans(plan[0]["Plan"])
    return found


async def middle(runtime: Runtime, project_id: UUID, sort: str) -> str:
    """A cursor that stands in the middle of the project's list, in this order."""
    value = SORTS[sort]
    query = f"select {value}, id from image where project_id = :id order by {value}, id offset :half limit 1"
    count = "select count(*) / 2 from image where project_id = :id"
    async with runtime.work() as session:
        half = (await session.execute(text(count), {"id": project_id})).scalar_one()
        found = (await session.execute(text(query), {"id": project_id, "half": half})).one()
    return Cursor(found[0].isoformat() if sort == "createdAt" else found[0], found[1]).encode()


async def kinds(runtime: Runtime, project_id: UUID) -> dict[str, str]:
    """Name -> query of every kind of page."""
    cursors = {sort: await middle(runtime, project_id, sort) for sort in SORTS}
    made = {f"by {way}{sort}": f"sort={way}{sort}" for sort in SORTS for way in ("", "-")}
    made |= {f"by {way}{sort}, from the middle": f"sort={way}{sort}&cursor={cursors[sort]}" for sort in SORTS for way in ("", "-")}
    made |= {f"status {stage}": f"status={stage}" for stage in STAGES}
    made |= {
        f"status {stage} by {sort}": f"status={stage}&sort={sort}"
        for stage in ("done", "queued", "paused")
        for sort in ("createdAt", "name", "-doubt")
    }
    made |= {f"search, {name}": f"q={word}" for name, word in SEARCHES.items()}
    made |= {f"search by name, {name}": f"q={word}&sort=name" for name, word in SEARCHES.items()}
    return made | {query: query for query in (*FILTERS, *MIXED)}


async def timed(act: Callable[[], Awaitable[Any]], rounds: int) -> list[float]:
    """Milliseconds of each round."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        await act()
        times.append(1000 * (time.perf_counter() - began))
    return times


async def measure(runtime: Runtime, rounds: int, largest: UUID, principal: Any, token: str) -> None:
    """Ask for every kind of page, print a line for each."""
    api = Api(Gate(create_app()), token)
    path = f"/projects/{largest}/images"

    async def count() -> None:
        async with runtime.work() as session:
            await images.counts(session, principal, largest)

    async def count_fine() -> None:
        async with runtime.work() as session:
            await selection.count(session, principal, largest, Chosen(filters=ImageFilters(flaw="none")))

    acts: dict[str, Callable[[], Awaitable[Any]]] = {"counts of the project page": count, "count of what has no flaw": count_fine}
    for name, query in (await kinds(runtime, largest)).items():
        acts[name] = lambda query=query: api.get(path, f"limit=50&{query}")  # type: ignore[misc]
    everything: list[float] = []
    slow, whole = [], []
    print(f"{'page of 50':44} {'median':>8} {'p95':>8}  reads images by")
    for name, act in acts.items():
        with recorded() as sent:
            await act()
        ways = explained(sent)
        times = await timed(act, rounds)
        everything += times
        p95 = percentile(times, 0.95)
        slow += [name] if p95 >= TARGET_MS else []
        whole += [name] if "Seq Scan" in ways else []
        print(f"{name:44} {percentile(times, 0.5):5.1f} ms {p95:5.1f} ms  {', '.join(sorted(ways))}", flush=True)
    print(
        f"all of them: median {percentile(everything, 0.5):.1f} ms, p95 {percentile(everything, 0.95):.1f} ms, max {max(everything):.1f} ms"
    )
    print(f"slower than {TARGET_MS} ms: {', '.join(slow) or 'none'}")
    if whole:
        raise SystemExit(f"read the whole table: {', '.join(whole)}")


async def main(args: argparse.Namespace) -> None:
    """Fill, measure, clear."""
    os.environ |= {"CELLHUB_REQUESTS_PER_MINUTE": "1000000"}
    configure_logging("bench", get_settings().model_copy(update={"log_level": "WARNING"}))
    runtime = await open_runtime()
    person = {"email": f"million-{time.time_ns()}@example.org", "password": "a long password for a benchmark"}
    made: list[UUID] = []
    try:
        async with runtime.work() as session:
            await registration.register(session, name="Benchmark", **person)
        async with runtime.work() as session:
            signed_in = await signing_in.sign_in(session, kind=SessionKind.API, user_agent="bench", ip="127.0.0.1", **person)
        assert signed_in.tokens is not None
        sizes = [args.largest] + [SMALL] * ((args.images - args.largest) // SMALL)
        async with runtime.work() as session:
            made += [(await projects.create(session, signed_in.principal, NewProject(name=f"Million {n}"))).id for n in range(len(sizes))]
        began = time.perf_counter()
        await fill(runtime, dict(zip(made, sizes, strict=True)))
        with psycopg.connect(get_settings().database_owner_url or get_settings().database_url, autocommit=True) as owner:
            owner.execute(SETTLE)
        print(f"machine: {machine()}")
        print(f"{sum(sizes):,} images in {len(sizes)} projects, written in {time.perf_counter() - began:.0f} s")
        print(f"asked about the project with {sizes[0]:,}, {args.rounds} times each")
        await measure(runtime, args.rounds, made[0], signed_in.principal, signed_in.tokens.access_token)
    finally:
        if not args.keep:
            await clear(runtime, made)
        await close_runtime()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("images", 1_000_000), ("largest", 200_000), ("rounds", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--keep", action="store_true", help="leave the rows there, to look closer")
    asyncio.run(main(parser.parse_args()))
