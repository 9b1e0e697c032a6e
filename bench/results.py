"""How soon does the tab of results answer with a million objects in the project?

Asks the API itself (gate, session, rights, sums, JSON; no socket): the first opening, when the columns are read; pages of the table in
several orders, from the top, by cursor and from the middle; figures, each without and with a range that leaves a part of the objects.
Runs on the database of CELLHUB_DATABASE_URL and removes what it made.

Usage: python -m bench.results [--objects 1000000] [--images 1000] [--rounds 5]
"""

import argparse
import asyncio
import json
import os
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import text
from starlette.types import ASGIApp

from bench.rows import clear
from bench.server import API, machine, percentile
from cellhub_app.api.app import create_app
from cellhub_app.api.gate import Gate
from cellhub_app.core.db import copy_rows
from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.polygon import from_rings
from cellhub_app.core.ids import new_id, now
from cellhub_app.core.log import configure_logging
from cellhub_app.core.metrics import measure
from cellhub_app.core.runtime import Runtime, close_runtime, open_runtime
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.accounts import registration, signing_in
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import NewProject
from cellhub_app.models.session import SessionKind
from tests.integration.api.asgi import ask, http_scope

FIRST_MS, PAGE_MS, FIGURE_MS = 5_000, 300, 1_000
IMAGE = (
    "id", "project_id", "name", "status", "width", "height", "channels", "bytes", "sha256", "revision", "object_count", "tags",
    "created_at",
)  # fmt: skip
SEGMENTATION = ("id", "image_id", "frame", "head", "created_at")
OBJECT = (
    "segmentation_id", "id", "added_revision", "parents", "class_id", "score", "doubt", "area_px", "bbox", "geometry", "measures",
    "measures_version",
)  # fmt: skip
SQUARE = codec.encode(from_rings([[(10, 10), (20, 10), (20, 20), (10, 20)]]))
RANGE = "where=area_px2:900..1100"
FIGURES = {
    "histogram": "histogram?measure=area_px2",
    "histogram by class": "histogram?measure=area_px2&by=class",
    "scatter": "scatter?x=area_px2&y=circularity",
    "groups by class": "groups?measure=area_px2&by=class",
    "groups by image": "groups?measure=area_px2&by=image",
}


class Api:
    """The API in this process."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._headers = {"authorization": f"Bearer {token}", "host": "localhost"}

    async def get(self, path: str) -> tuple[float, Any]:
        """Milliseconds, and the answer. Raises RuntimeError when it is refused."""
        where, _, query = path.partition("?")
        scope = http_scope("GET", API + where, self._headers) | {"query_string": query.encode()}
        began = time.perf_counter()
        status, body, _ = await ask(self._app, scope, [b""])
        if status != 200:
            raise RuntimeError(f"{path}: {status} {body[:300]!r}")
        return 1000 * (time.perf_counter() - began), json.loads(body)


def object_rows(segmentation_id: UUID, count: int, chance: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    """Objects of one plane with measures that are spread about 1,000."""
    values = chance.normal(1000, 100, (count, len(measure.metrics(1)))).astype(np.float32).tolist()
    classes, scores = chance.integers(0, 4, count).tolist(), chance.random(count).astype(np.float32).tolist()
    for row, kind, score in zip(values, classes, scores, strict=True):
        yield segmentation_id, new_id(), 1, [], kind, score, 1 - score, row[0], [10.0, 10.0, 20.0, 20.0], SQUARE, row, measure.VERSION


async def fill(runtime: Runtime, project_id: UUID, images: int, objects: int) -> None:
    """Give the project its images with their objects, ten images a transaction."""
    chance = np.random.default_rng(1)
    for first in range(0, images, 10):
        ids = [new_id() for _ in range(first, min(images, first + 10))]
        planes = [new_id() for _ in ids]
        each = objects // images
        made = [
            (one, project_id, f"well_{number:04d}.tif", "ready", 1024, 1024, 1, 1, f"{number:064x}", 1, each, [], now())
            for number, one in enumerate(ids, first)
        ]
        of_planes = [(plane, one, 0, 1, now()) for plane, one in zip(planes, ids, strict=True)]
        async with runtime.work() as session:
            await copy_rows(session, "image", IMAGE, made)
            await copy_rows(session, "segmentation", SEGMENTATION, of_planes)
            await copy_rows(session, "object", OBJECT, [row for plane in planes for row in object_rows(plane, each, chance)])
    async with runtime.work() as session:
        await session.execute(text("analyze image, segmentation, object"))


def said(name: str, times: list[float], target_ms: float) -> bool:
    """Print a line; answers whether the median keeps the target."""
    middle = percentile(times, 0.5)
    kept = middle <= target_ms
    print(
        f"{name:44} median {middle:7.0f} ms  max {max(times):7.0f} ms  {'' if kept else f'above the target of {target_ms} ms'}", flush=True
    )
    return kept


async def measured(api: Api, path: str, objects: int, rounds: int) -> None:
    """Open, turn pages, draw; print a line for each. Raises SystemExit when a target is missed."""
    began = time.process_time()
    first, overview = await api.get(path)
    kept = [said("first opening", [first], FIRST_MS)]
    print(f"  {overview['objects']:,} objects, {time.process_time() - began:.1f} s of this process")
    asked = {"opening again": ""}
    for order in ("image", "-area_px2", "solidity", "score"):
        _, page = await api.get(f"{path}/objects?sort={order}")
        asked[f"page by {order}"] = f"/objects?sort={order}"
        asked[f"page by {order}, next"] = f"/objects?sort={order}&cursor={page['nextCursor']}"
        asked[f"page by {order}, from the middle"] = f"/objects?sort={order}&at={objects // 2}"
    for name, what in asked.items():
        kept.append(said(name, [(await api.get(path + what))[0] for _ in range(rounds)], PAGE_MS))
    for name, what in FIGURES.items():
        for more, part in (("", ""), (f"&{RANGE}", ", of a range")):
            await api.get(f"{path}/{what}{more}")
            kept.append(said(name + part, [(await api.get(f"{path}/{what}{more}"))[0] for _ in range(rounds)], FIGURE_MS))
    print(f"{sum(kept)} of {len(kept)} keep their targets")


async def main(args: argparse.Namespace) -> None:
    """Fill, measure, clear."""
    os.environ |= {"CELLHUB_REQUESTS_PER_MINUTE": "1000000"}
    configure_logging("bench", get_settings().model_copy(update={"log_level": "WARNING"}))
    runtime = await open_runtime()
    person = {"email": f"results-{time.time_ns()}@example.org", "password": "a long password for a benchmark"}
    made: list[UUID] = []
    try:
        async with runtime.work() as session:
            await registration.register(session, name="Benchmark", **person)
        async with runtime.work() as session:
            signed_in = await signing_in.sign_in(session, kind=SessionKind.API, user_agent="bench", ip="127.0.0.1", **person)
        assert signed_in.tokens is not None
        async with runtime.work() as session:
            made.append((await projects.create(session, signed_in.principal, NewProject(name="Million objects"))).id)
        began = time.perf_counter()
        await fill(runtime, made[0], args.images, args.objects)
        print(f"machine: {machine()}")
        print(f"{args.objects:,} objects in {args.images:,} images, written in {time.perf_counter() - began:.0f} s")
        await measured(Api(Gate(create_app()), signed_in.tokens.access_token), f"/projects/{made[0]}/results", args.objects, args.rounds)
    finally:
        if not args.keep:
            await clear(runtime, made)
        await close_runtime()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("objects", 1_000_000), ("images", 1_000), ("rounds", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--keep", action="store_true", help="leave the rows there, to look closer")
    asyncio.run(main(parser.parse_args()))
