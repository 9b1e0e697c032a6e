"""Every benchmark, one after the other, on a CellHub of its own in a temporary home; nothing else should run on the machine meanwhile.

Usage: python -m bench        (make bench)
       python -m bench NAME [OPTIONS]        only one of those that measure a running CellHub, with its own options

What needs the data folder (CELLHUB_DATA, by default ../shared/data) is left out where there is none.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.accuracy import DATA
from bench.server import machine
from cellhub_app.cli.stack_data import losable_services
from cellhub_app.cli.stack_environment import process_environment
from cellhub_app.cli.stack_home import Home, free_port
from cellhub_app.core.settings import ROOT
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


async def without_workers(home: Home, images: Path | None) -> None:
    """What brings its own worker, or none."""
    async with losable_services(home) as services:
        environment = process_environment(home) | services
        await asyncio.to_thread(run, "claim", environment=environment)
        await asyncio.to_thread(run, "selection", environment=environment)
        await asyncio.to_thread(run, "million", environment=environment)
        await asyncio.to_thread(run, "rights", environment=environment)
        await asyncio.to_thread(run, "results", environment=environment)
        if images:
            await asyncio.to_thread(run, "pipeline", "--data", str(images), environment=environment)


def alone(name: str, arguments: list[str]) -> None:
    """One that measures a running CellHub, on one that starts for it and has wide enough limits."""
    with temporary_home() as folder, whole_house(folder) as url:
        run(name, "--url", url, *arguments)


def everything() -> None:
    """Run them all."""
    images = DATA / "train" / "nuclei_fluo" / "images"
    nuclei = images if images.is_dir() else None
    print(f"machine: {machine()}")
    with temporary_home() as folder:
        with whole_house(folder) as url:
            # What leaves work behind comes last: files that are still being read slow down what is asked next.
            run("live", "--url", url)
            run("eta", "--url", url)
            run("edits", "--url", url)
            run("listing", "--url", url, environment=dict(os.environ) | {"CELLHUB_HOME": str(folder)})
            run("crowd", "--url", url)
            run("previews", "--url", url)
            if nuclei:
                run("accuracy", "--url", url)
            run("editor", "--url", url)
            run("gallery_page", "--url", url, "--home", str(folder))
            run("upload", "--url", url)
            run("bulk", "--url", url)
        asyncio.run(without_workers(Home(folder), nuclei))
    if (DATA / "formats").is_dir():
        run("hostile")
    run("export")
    run("measurements")
    run("inference")
    run("plane")


def main() -> None:
    """Run what was asked for."""
    os.environ["CELLHUB_TEST_BROWSER"] = find_or_install(dict(os.environ))
    if name := next(iter(sys.argv[1:]), None):
        alone(name, sys.argv[2:])
    else:
        everything()


if __name__ == "__main__":
    main()
