"""What do broken and odd files do to a CellHub? They go up with good images, all are segmented, processes are watched meanwhile.

Prints what became of each file, the most memory that each process held, and which processes ended before their time.

Usage: python -m bench.hostile [--good 12] [--model unet] [FOLDER ...]

Without folders: formats/broken and formats/odd_raster of the data folder (CELLHUB_DATA, by default ../shared/data).
"""

import io
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from PIL import Image

from bench.accuracy import DATA
from bench.server import Account, machine, wait_until
from cellhub_app.cli.stack_home import free_port
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from tests.fixtures.processes import command_of, descendants
from tests.fixtures.services import start_stack, stop_stack, temporary_home

LOOKS_EVERY_S = 0.1
NOT_READ_YET = {"uploaded", "ingesting"}


class Watch:
    """The memory of a process and of all that it started, and which of them ended."""

    def __init__(self, pid: int) -> None:
        self._pid, self._stop = pid, Event()
        self._names: dict[int, str] = {}
        self.peak_mb: dict[str, float] = {}
        self.ended: list[str] = []

    @contextmanager
    def __call__(self) -> Iterator["Watch"]:
        """Watch while the block runs."""
        thread = Thread(target=self._look, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()

    def _look(self) -> None:
        while not self._stop.wait(LOOKS_EVERY_S):
            now = descendants(self._pid)
            for pid in now:
                self._names.setdefault(pid, shown_name(pid))
                name = self._names[pid]
                self.peak_mb[name] = max(self.peak_mb.get(name, 0.0), peak_mb(pid))
            for pid in set(self._names) - now:
                self.ended.append(self._names.pop(pid))


def shown_name(pid: int) -> str:
    """What a process is, in a few words."""
    words = command_of(pid).rstrip("\0").split("\0")
    if "postgres" in words[0]:
        return "postgres"
    name = " ".join(Path(word).name if "/" in word else word for word in words[:6])
    return name[:60] or "unnamed"


def peak_mb(pid: int) -> float:
    """The most memory that the process held so far (VmHWM), in MB; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def good_files(count: int) -> Iterator[tuple[str, bytes]]:
    """Simulated nuclei as PNG files."""
    for number in range(count):
        out = io.BytesIO()
        Image.fromarray(fluorescent_nuclei(number, 512, 512)[0]).save(out, "png")
        yield f"good {number:03}.png", out.getvalue()


def report(account: Account, project: str, refused: list[dict[str, Any]]) -> None:
    """Print what became of each file."""
    for refusal in refused:
        print(f"  refused at the door   {refusal['name']}: {refusal['detail']}")
    for image in sorted(account.images(project), key=lambda image: (image["status"], image["name"])):
        if image["status"] == "failed":
            print(f"  refused when read     {image['name']}: {image['error']['detail']}")
        else:
            read = f"{image['width']} x {image['height']}, {image['channels']} ch, {image['bitDepth']} bit"
            print(f"  {image['segmentation']['status']:<21} {image['name']}: {read}, {image['objectCount']} objects")


def main() -> None:
    """Start, upload, segment, watch, print."""
    options = ArgumentParser(description=__doc__)
    options.add_argument("folders", nargs="*", type=Path, default=[DATA / "formats" / "broken", DATA / "formats" / "odd_raster"])
    options.add_argument("--good", type=int, default=12)
    options.add_argument("--model", default="unet")
    given = options.parse_args()
    files = [(path.name, path.read_bytes()) for folder in given.folders for path in sorted(folder.iterdir()) if path.is_file()]
    if not files:
        raise SystemExit("There are no files. Set CELLHUB_DATA, or name folders.")
    files = [*files, *good_files(given.good)]
    with temporary_home() as home:
        stack = start_stack(home, free_port())
        try:
            with Watch(stack.process.pid)() as watch, Account(stack.base_url) as account:
                project = account.make_project("Odd and broken files")
                started = time.monotonic()
                _, refused = account.offer(project, files)
                batch = account.segment(project, given.model)
                wait_until(lambda: account.images(project), lambda images: not any(each["status"] in NOT_READ_YET for each in images), 300)
                view = account.wait_for_batch(batch, 300)
                seconds = time.monotonic() - started
                report(account, project, refused)
                log = stack.log_of("web") + stack.log_of("io-worker") + stack.log_of("gpu-worker")
        finally:
            stop_stack(stack)
    print(f"machine: {machine()}")
    print(f"{len(files)} files in {seconds:.1f} s; batch: {view['status']} {view['counts']}")
    print(f"tracebacks in the logs: {log.count('Traceback')}")
    for name, mb in sorted(watch.peak_mb.items(), key=lambda item: -item[1]):
        print(f"  at most {mb:6.0f} MB   {name}")
    print(f"ended meanwhile: {sorted(set(watch.ended)) or 'nothing'}")


if __name__ == "__main__":
    main()
