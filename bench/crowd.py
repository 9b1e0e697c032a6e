"""A hundred people at once: how soon does the API answer them, and how soon do their open pages hear of results?

1. A hundred accounts in one project, each asking once a second in turn for a page of 50, the batch, a thumbnail and polygons, first
   with no batch, then while one runs; the target is a p95 below 100 ms.
2. A hundred websockets that speak the pages' protocol, each signed in with a session of its own, watch that project during a second
   batch: from the end of a job to the state in the browser; the targets are a p95 below 500 ms and half a core of the web process.

Usage: python -m bench.crowd [--url http://localhost:8000] [--people 100] [--images 120] [--seconds 20] [--model unet]
"""

import argparse
import asyncio
import json
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect

from bench.listing import Connection
from bench.live import picture
from bench.server import API, Account, checked, machine, parser, percentile, wait_until
from tests.fixtures.processes import command_of, descendants

MIX = ("page", "batch", "thumbnail", "polygons")
WARM_UP_S = 3
CHANGES = "changes_rx_state_"


@dataclass(frozen=True)
class Place:
    """What everybody looks at."""

    project: str
    batch: str
    images: Sequence[str]

    def path(self, what: str, turn: int) -> str:
        """Where to ask for it."""
        image = self.images[turn % len(self.images)]
        paths = {
            "page": f"/projects/{self.project}/images?limit=50",
            "batch": f"/batches/{self.batch}",
            "thumbnail": f"/images/{image}/thumbnail",
            "polygons": f"/images/{image}/polygons?format=binary",
        }
        return API + paths[what]


def join(owner: Account, project: str) -> Account:
    """A new person who is in the project."""
    account = Account(owner.url)
    body = {"email": account.email, "role": "viewer"}
    asked = checked(owner.http.post(f"/projects/{project}/invitations", json=body)).json()
    checked(account.http.post(f"/invitations/{asked['id']}/accept"))
    return account


def web_seconds(url: str) -> float:
    """Processor time so far of the web processes that serve this address on this machine."""
    port = str(urlsplit(url).port or 80)
    pids = {int(entry.name) for entry in Path("/proc").glob("[0-9]*")}
    roots = {pid for pid in pids if {"--factory", "--port", port} <= set(command_of(pid).split("\0"))}
    everybody = roots.union(*(descendants(pid) for pid in roots))
    ticks = 0
    for pid in everybody:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def person(number: int, connection: Connection, place: Place, until: float, times: dict[str, list[float]]) -> None:
    """Ask once a second for something else."""
    await asyncio.sleep(number % 100 / 100)
    turn, counts_from = number, time.perf_counter() + WARM_UP_S
    while (began := time.perf_counter()) < until:
        what = MIX[turn % len(MIX)]
        status, body = await connection.get(place.path(what, turn))
        if status not in {200, 404} or (status == 404 and what != "thumbnail"):
            raise RuntimeError(f"{what}: {status} {body[:200]!r}")
        if began >= counts_from:
            times[what].append(1000 * (time.perf_counter() - began))
        turn += 1
        await asyncio.sleep(max(0.0, began + 1 - time.perf_counter()))


async def ask(url: str, people: Sequence[Account], place: Place, seconds: float) -> dict[str, list[float]]:
    """Milliseconds of the answers to everybody, by what was asked."""
    times: dict[str, list[float]] = {what: [] for what in MIX}
    async with AsyncExitStack() as stack:
        opened = [Connection(url, account.http.headers["Authorization"]) for account in people]
        for connection in opened:
            await stack.enter_async_context(connection)
        until = time.perf_counter() + WARM_UP_S + 1 + seconds
        await asyncio.gather(*(person(number, connection, place, until, times) for number, connection in enumerate(opened)))
    return times


def cookie(account: Account) -> str:
    """The cookie of a browser that signs in."""
    body = {"email": account.email, "password": account.password}
    answer = account.http.post("/auth/session", json=body, headers={"Origin": account.url})
    return f"cellhub_session={checked(answer).cookies['cellhub_session']}"


async def look(stack: AsyncExitStack, account: Account, signed: str, project: str) -> ClientConnection:
    """An open page of the project."""
    parts = urlsplit(account.url)
    address = f"ws://{parts.netloc}/_event/?token={uuid4()}&EIO=4&transport=websocket"
    headers = {"Cookie": signed, "Origin": account.url}
    socket = await stack.enter_async_context(connect(address, additional_headers=headers, origin=None, max_size=None))
    await socket.recv()
    where = f"/projects/{project}"
    router = {"pathname": where, "asPath": where, "query": {"project": project}}
    first = {"name": "reflex___state____state.hydrate_and_load", "payload": {"hashes": []}, "router_data": router}
    await socket.send("40/_event," + json.dumps({"event": first}))
    while '"is_hydrated_rx_state_":true' not in (text := str(await socket.recv())):
        if text.startswith("44"):
            raise RuntimeError(f"the page was refused: {text[:200]}")
    return socket


@lru_cache(maxsize=256)
def succeeded(text: str) -> tuple[str, ...]:
    """The images whose success an update of a page's state tells; most pages get the same update."""
    if CHANGES not in text or "succeeded" not in text:
        return ()
    _, update = json.loads(text.partition(",")[2])
    changes = [change for state in update["delta"].values() for change in state.get(CHANGES, {}).get("rows", ())]
    return tuple(change["id"] for change in changes if (change.get("segmentation") or {}).get("status") == "succeeded")


async def hear(socket: ClientConnection, heard: dict[str, float]) -> None:
    """Note when the success of each image reaches this page, in seconds since 1970."""
    async for message in socket:
        text = str(message)
        if text == "2":
            await socket.send("3")
        moment = time.time()
        for image in succeeded(text):
            heard.setdefault(image, moment)


async def watch(people: Sequence[Account], cookies: Sequence[str], place: Place, model: str) -> tuple[list[float], float, float]:
    """Milliseconds from the end of each job to each page, and processor and wall seconds of the web process meanwhile."""
    owner = people[0]
    async with AsyncExitStack() as stack:
        sockets = [await look(stack, account, signed, place.project) for account, signed in zip(people, cookies, strict=True)]
        heard: list[dict[str, float]] = [{} for _ in sockets]
        tasks = [asyncio.create_task(hear(socket, notes)) for socket, notes in zip(sockets, heard, strict=True)]
        await asyncio.sleep(2)
        spent, began = web_seconds(owner.url), time.time()
        batch = await asyncio.to_thread(owner.segment, place.project, model)
        await asyncio.to_thread(owner.wait_for_batch, batch)
        spent, wall = web_seconds(owner.url) - spent, time.time() - began
        await asyncio.to_thread(wait_until, lambda: heard, lambda all_of: all(len(one) == len(place.images) for one in all_of), 30)
        for task in tasks:
            task.cancel()
    jobs = {image["id"]: image["segmentation"]["jobId"] for image in owner.images(place.project)}
    ended = {image: datetime.fromisoformat(owner.get(f"/jobs/{job}")["finishedAt"]).timestamp() for image, job in jobs.items()}
    return [1000 * (one[image] - moment) for one in heard for image, moment in ended.items()], spent, wall


def told(name: str, times: Sequence[float]) -> str:
    """One line."""
    words = (f"{word} {percentile(times, share):4.0f} ms" for word, share in (("median", 0.5), ("p95", 0.95)))
    return f"{name:44} {', '.join(words)}, max {max(times):4.0f} ms"


def prepare(owner: Account, given: argparse.Namespace) -> Place:
    """A project whose images are segmented."""
    project = owner.make_project("Crowd benchmark")
    owner.upload(project, ((f"nuclei {seed}.png", picture(seed)) for seed in range(given.images)))
    wait_until(lambda: owner.images(project), lambda images: all(image["status"] == "ready" for image in images), 600)
    batch = owner.segment(project, "classical")
    owner.wait_for_batch(batch)
    return Place(project, batch, [image["id"] for image in owner.images(project)])


def show(name: str, times: dict[str, list[float]]) -> None:
    """A line for all and one for each kind."""
    print(told(name, [value for some in times.values() for value in some]))
    for what, some in times.items():
        print(told(f"  {what}", some))


async def measure(people: Sequence[Account], place: Place, given: argparse.Namespace) -> None:
    """Measure one after the other, print the figures."""
    owner = people[0]
    show("API, no batch", await ask(owner.url, people, place, given.seconds))
    batch = owner.segment(place.project, given.model)
    show("API, while a batch runs", await ask(owner.url, people, place, given.seconds))
    await asyncio.to_thread(owner.wait_for_batch, batch)
    cookies = [cookie(account) for account in people]
    delays, spent, wall = await watch(people, cookies, place, given.model)
    print(told(f"{len(people)} open pages, from the end of a job", delays))
    print(f"web process meanwhile: {100 * spent / wall:.0f} % of a core over {wall:.0f} s")


def main() -> None:
    """Prepare, measure."""
    options = parser(__doc__)
    for name, default in (("people", 100), ("images", 120), ("seconds", 20)):
        options.add_argument(f"--{name}", type=int, default=default)
    options.add_argument("--model", default="unet")
    given = options.parse_args()
    print(f"machine: {machine()}; server, workers and people on it together")
    with Account(given.url) as owner:
        place = prepare(owner, given)
        with ThreadPoolExecutor(4) as pool:
            others = list(pool.map(lambda _: join(owner, place.project), range(given.people - 1)))
        asyncio.run(measure([owner, *others], place, given))


if __name__ == "__main__":
    main()
