"""How good are the shipped networks through the whole house? Held-out nuclei go in over HTTP, polygons come out, AP@0.5 is pooled.

Usage: python -m bench.accuracy [--url http://localhost:8000] [--model unet | --write]

Needs the data folder (CELLHUB_DATA, by default ../shared/data). Held out are the files whose sha256(stem) starts with 0 or 1.
"""

import argparse
import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from bench.records import write_row
from bench.server import Account, checked, machine, parser
from cellhub_app.core.geometry.polygon import from_geojson
from cellhub_app.core.geometry.raster import labels_from_polygons
from cellhub_app.core.metrics.matching import MatchCounts, count_matches, pooled

THRESHOLDS = (0.5, 0.75)
DATA = Path(os.environ.get("CELLHUB_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


def held_out(folder: Path) -> list[Path]:
    """Images never used for training, early stopping or thresholds."""
    return [path for path in sorted((folder / "images").glob("*.png")) if hashlib.sha256(path.stem.encode()).hexdigest()[0] in "01"]


def compare(account: Account, project: str, folder: Path) -> Iterator[list[MatchCounts]]:
    """For each image the matches at each threshold."""
    for image in account.images(project):
        answer = checked(account.http.get(f"/images/{image['id']}/polygons", params={"format": "geojson"})).json()
        with Image.open(folder / "masks" / image["name"]) as picture:
            truth = np.asarray(picture).astype(np.int32)
        polygons = [from_geojson(feature) for feature in answer["features"]]
        yield count_matches(truth, labels_from_polygons(polygons, *truth.shape), THRESHOLDS)


def asked(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command line asks for; only the question that the README's row is about may be written there."""
    options = parser(__doc__)
    options.add_argument("--model", default="unet")
    options.add_argument("--domain", default="nuclei_fluo")
    options.add_argument("--images", type=int, default=1000, help="at most so many of the held-out images")
    options.add_argument("--write", action="store_true", help="put the row into the README's table of speed; with the defaults only")
    given = options.parse_args(arguments)
    if given.write and any(getattr(given, name) != options.get_default(name) for name in ("model", "domain", "images")):
        options.error("the README's row is that of the default model on all images of the default domain: leave out --write or the others")
    return given


def main() -> None:
    """Upload, segment, fetch, compare, print."""
    given = asked()
    folder = DATA / "train" / given.domain
    paths = held_out(folder)[: given.images]
    if not paths:
        raise SystemExit(f"There are no images in {folder}. Set CELLHUB_DATA.")
    with Account(given.url) as account:
        project = account.make_project(f"Accuracy on {given.domain}")
        account.upload(project, ((path.name, path.read_bytes()) for path in paths))
        started = time.monotonic()
        view = account.wait_for_batch(account.segment(project, given.model))
        seconds = time.monotonic() - started
        at_threshold = [pooled(counts) for counts in zip(*compare(account, project, folder), strict=True)]
    print(f"machine: {machine()}")
    print(f"{given.model}, {len(paths)} held-out images of {given.domain}: {view['counts']}, {len(paths) / seconds:.2f} images/s")
    if given.write:
        reached = ", ".join(f"AP@{at} {counts.average_precision:.3f}" for at, counts in zip(THRESHOLDS, at_threshold, strict=True))
        question = f"How good is it over HTTP? (`accuracy`, {given.model}, {len(paths)} held-out images of {given.domain})"
        write_row("accuracy", question, f"{reached}, {len(paths) / seconds:.1f} images/s", "AP@0.5 0.70")
    for threshold, counts in zip(THRESHOLDS, at_threshold, strict=True):
        print(f"AP@{threshold}: {counts.average_precision:.3f}   F1@{threshold}: {counts.f1:.3f}   {counts}")


if __name__ == "__main__":
    main()
