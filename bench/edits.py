"""How long does an edit take in an image of ten thousand objects, and what editors ask right after it?

One object after the other gets other vertices: the whole way of a PATCH over HTTP, one request at a time, as an editor sends them.

Usage: python -m bench.edits [--url http://localhost:8000] [--objects 10000] [--rounds 200]
"""

import io
import math
import random
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

from PIL import Image

from bench.server import Account, checked, machine, parser, percentile, wait_until

SIZE_PX, VERTICES, AT_ONCE = 4096, 40, 1000
DICE = random.Random(5)


def picture() -> bytes:
    """A grey image of SIZE_PX."""
    out = io.BytesIO()
    Image.new("L", (SIZE_PX, SIZE_PX), 90).save(out, "png")
    return out.getvalue()


def cell(key: str, place: int, columns: int) -> dict[str, Any]:
    """An outline of VERTICES points, each time another one, in its place of a grid."""
    step = SIZE_PX / columns
    x, y = step * (place % columns + 0.5), step * (place // columns + 0.5)
    radii = [0.4 * step * (0.9 + 0.1 * DICE.random()) for _ in range(VERTICES)]
    angles = [2 * math.pi * index / VERTICES for index in range(VERTICES)]
    ring = [[x + radius * math.cos(angle), y + radius * math.sin(angle)] for radius, angle in zip(radii, angles, strict=True)]
    return {"id": key, "feature": {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}, "properties": {}}}


class Editor:
    """Somebody who edits one image."""

    def __init__(self, account: Account) -> None:
        self.account = account
        project = account.make_project("Edits")
        image = account.upload(project, [("plane.png", picture())])[0]["id"]
        wait_until(lambda: account.get(f"/images/{image}"), lambda view: view["status"] == "ready", 120)
        self.path, self.revision = f"/images/{image}", 0

    def change(self, removed: list[str], added: list[dict[str, Any]]) -> None:
        """One PATCH."""
        body = {"editId": str(uuid4()), "baseRevision": self.revision, "removed": removed, "added": added, "note": "Vertices"}
        self.revision = checked(self.account.http.patch(f"{self.path}/polygons", json=body)).json()["revision"]

    def fill(self, count: int) -> list[str]:
        """Draw so many objects."""
        keys, columns = [str(uuid4()) for _ in range(count)], math.ceil(math.sqrt(count))
        for start in range(0, count, AT_ONCE):
            self.change([], [cell(key, place, columns) for place, key in enumerate(keys[start : start + AT_ONCE], start)])
        return keys


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def measure(editor: Editor, keys: list[str], rounds: int) -> Iterator[tuple[str, list[float]]]:
    """The times of each question."""
    columns = math.ceil(math.sqrt(len(keys)))
    places = [DICE.randrange(len(keys)) for _ in range(rounds)]
    new = [cell(keys[place], place, columns) for place in places]
    get = editor.account.get
    yield "PATCH of one edit", [timed(lambda item=item: editor.change([item["id"]], [item])) for item in new]
    yield "measurements of one", [timed(lambda item=item: get(f"{editor.path}/measurements", ids=item["id"])) for item in new]
    yield "what a revision changed", [timed(lambda: get(f"{editor.path}/revisions/{editor.revision}/changes")) for _ in new]
    yield "what can be undone", [timed(lambda: get(f"{editor.path}/edits")) for _ in new[:20]]


def main() -> None:
    """Draw, ask, print."""
    options = parser(__doc__)
    options.add_argument("--objects", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=200)
    args = options.parse_args()
    print(machine())
    with Account(args.url) as account:
        editor = Editor(account)
        keys = editor.fill(args.objects)
        for name, times in measure(editor, keys, args.rounds):
            print(f"{name} at {args.objects:,} objects: median {statistics.median(times):.1f} ms, p95 {percentile(times, 0.95):.1f} ms")


if __name__ == "__main__":
    main()
