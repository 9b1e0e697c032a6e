"""Every benchmark, one after the other, on a CellHub of its own in a temporary home; nothing else should run on the machine meanwhile.

Usage: python -m bench        (make bench)

What needs the data folder (CELLHUB_DATA, by default ../shared/data) is left out where there is none.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from bench.accuracy import DATA
from bench.server import machine
from cellhub_app.cli import stack_environment as stack
from cellhub_app.cli.stack_home import Home, free_port
from cellhub_app.cli.stack_process import Supervisor
from cellhub_app.cli.stack_services import start_postgres, start_valkey
from cellhub_app.core.settings import ROOT, Settings
from tests.browser import find_or_install
from tests.fixtures.services import start_stack, stop_stack, temporary_home


def run(name: str, *arguments: str, environment: dict[str, str] | None = None) -> None:
    """One benchmark in a process of its own. Raises CalledProcessError."""
    print(f"\n== {name}", flush=True)
    subprocess.run([sys.executable, "-m", f"bench.{name}", *arguments], cwd=ROOT, env=environment, check=True)


@contextmanager
def whole_house(home: Path) -> Iterator[str]:
    """The address of a running CellHub."""
    running = start_stack(home, free_port())
    try:
        yield running.base_url
    finally:
        stop_stack(running)


@asynccontextmanager
async def engines(home: Home) -> AsyncIterator[dict[str, str]]:
    """PostgreSQL and Valkey alone, on the data that the house left; the environment that leads to them."""
    supervisor = Supervisor(home.logs)
    ports = home.choose_ports()
    try:
        await asyncio.gather(start_postgres(home, ports, supervisor), start_valkey(home, ports, supervisor))
        yield stack.process_environment(home) | stack.service_environment(home, Settings(home=home.path), owner=True)
    finally:
        await supervisor.stop_all()


async def without_workers(home: Home, images: Path | None) -> None:
    """What brings its own worker, or none."""
    async with engines(home) as environment:
        await asyncio.to_thread(run, "claim", environment=environment)
        if images:
            await asyncio.to_thread(run, "pipeline", "--data", str(images), environment=environment)


def main() -> None:
    """Run them all."""
    os.environ["CELLHUB_TEST_BROWSER"] = find_or_install(dict(os.environ))
    images = DATA / "train" / "nuclei_fluo" / "images"
    nuclei = images if images.is_dir() else None
    print(f"machine: {machine()}")
    with temporary_home() as folder:
        with whole_house(folder) as url:
            run("upload", "--url", url)
            run("live", "--url", url)
            if nuclei:
                run("accuracy", "--url", url)
        asyncio.run(without_workers(Home(folder), nuclei))
    run("export")


if __name__ == "__main__":
    main()
