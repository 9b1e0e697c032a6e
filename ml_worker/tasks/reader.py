"""The process that opens untrusted files: one line of JSON in, one line of JSON out, again and again.

It runs as `python -m ml_worker.tasks.reader` with nothing of the worker's in its environment, under limits of memory and time, and may
be killed at any moment. It imports no torch and no database, and its answers are plain data: a file that takes it over gains nothing.

in  {"path", "name", "display", "thumbnail"}: the file, its name for people, where the WebP pictures go
out {"facts": {...}, "is_drawn": whether the pictures are there} or {"refused": {"reason", "detail"}}

in  {"path", "name", "tiles": folder, "frame", "timepoint"}, "display" and "thumbnail" too where they are to be drawn (plane_tiles.py)
out {"bytes": of all tiles} or {"refused": ...}

in  {"path", "name", "archive": "list"} or {..., "archive": "unpack", "indexes", "folder"}: what is in a ZIP, or some of it (archive.py)
out {"members": [...]} or {"unpacked": {...}} or {"refused": ...}

in  {"path", "name", "frame", "outlines", "measured"}: measures of outlines from the file's pixels (measuring.py)
out {"measured": count} or {"refused": ...}

in  {"path", "name", "annotations": format, "images", "found"}: outlines that another tool made (annotations.py)
out {"report": {...}} or {"refused": ...}

in  {"name", "warm"}: what is compiled for outlines (warming.py)
out {"warmed": count}
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2

from cellhub_app.core.errors import ImageRefused, NotFound
from cellhub_app.core.imaging.bands import fits_whole
from cellhub_app.core.imaging.display import to_display
from cellhub_app.core.imaging.flaws import Flaw
from cellhub_app.core.imaging.quality import assess
from cellhub_app.core.imaging.read import probe, read_plane
from cellhub_app.core.limits import INGEST_TIME_LIMIT_S
from ml_worker.tasks import annotations, archive, measured, plane_tiles, warming
from ml_worker.tasks.plane_tiles import draw
from ml_worker.tasks.priority import step_back

MEMORY_BYTES = 2 * 1024**3
ROW = ("format", "width", "height", "channels", "bit_depth", "frames", "timepoints", "pixel_size_um", "pixel_size_origin")


TOO_LARGE = "Couldn't read {name}: it needs more memory than is allowed. Crop it or save it smaller."
OTHERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "archive": archive.answer,
    "annotations": annotations.answer,
    "outlines": measured.answer,
    "tiles": plane_tiles.answer,
    "warm": warming.answer,
}


def read(task: dict[str, str]) -> dict[str, Any]:
    """Read one file and write its two pictures; answers what the image's row needs."""
    path, name = Path(task["path"]), task["name"]
    try:
        info = probe(path, name)
        is_drawn = fits_whole(info) or info.format != "tiff"
        flaws: tuple[Flaw, ...] = ()
        if is_drawn:
            plane = read_plane(path, name=name)
            draw(to_display(plane, is_rgb=info.is_rgb), task)
            # The first plane of a stack says little of the others.
            flaws = assess(plane) if info.frames * info.timepoints == 1 else ()
    except ImageRefused as refusal:
        return {"refused": {"reason": refusal.reason, "detail": refusal.detail}}
    except MemoryError:
        return {"refused": {"reason": "tooLarge", "detail": TOO_LARGE.format(name=name)}}
    facts = asdict(info)
    return {"facts": {**{key: facts[key] for key in ROW}, "flaws": [*flaws]}, "is_drawn": is_drawn}


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """What comes of a task of any kind."""
    other = next((ask for key, ask in OTHERS.items() if key in task), None)
    if other is None:
        return read(task)
    try:
        return other(task)
    except ImageRefused as refusal:
        return {"refused": {"reason": refusal.reason, "detail": refusal.detail}}
    except NotFound as missing:
        return {"refused": {"reason": "planeNotFound", "detail": missing.detail}}


def limit_self() -> None:
    """No more than MEMORY_BYTES beyond what is mapped now, no core dump, and an end when the worker is gone."""
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    limit = pages * os.sysconf("SC_PAGE_SIZE") + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    cv2.setNumThreads(1)


def main() -> None:
    """Serve tasks until standard input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    limit_self()
    step_back()
    for line in sys.stdin:
        task = json.loads(line)
        signal.alarm(int(task.get("seconds", INGEST_TIME_LIMIT_S)) + 5)
        answers.write(json.dumps(answer(task)) + "\n")
        answers.flush()
        signal.alarm(0)


if __name__ == "__main__":
    main()
