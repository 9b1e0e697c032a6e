"""The rules of YOLO data sets, as https://docs.ultralytics.com/datasets/segment and /detect state them, and what breaks them."""

from collections.abc import Iterator
from pathlib import PurePosixPath

import yaml

from tests.unit.domain.exports.bundles import Packed

PICTURES = {".bmp", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp"}


def violations(packed: Packed, folder: str, *, boxes: bool) -> list[str]:
    """What is wrong with a data set in a ZIP; nothing when Ultralytics would train on all of it."""
    description = yaml.safe_load(packed.text(f"{folder}/data.yaml"))
    names = description.get("names", {})
    inside = [PurePosixPath(name).relative_to(folder) for name in packed.names if name.startswith(f"{folder}/")]
    pictures = {path.stem for path in inside if path.parts[0] == description["train"] and path.suffix in PICTURES}
    labels = {path.stem for path in inside if path.parts[0] == "labels"}
    found = [] if list(names) == list(range(len(names))) else ["the classes are not numbered from 0 without gaps"]
    found += [f"{stem} is a picture or a label file without the other" for stem in sorted(pictures ^ labels)]
    for stem in sorted(labels):
        for number, line in enumerate(packed.text(f"{folder}/labels/{stem}.txt").splitlines(), 1):
            found += [f"{stem}, line {number}: {problem}" for problem in problems(line, len(names), boxes=boxes)]
    return found


def problems(line: str, classes: int, *, boxes: bool) -> Iterator[str]:
    """What is wrong with one line."""
    kind, *shares = line.split(" ")
    if not kind.isdecimal() or int(kind) >= classes:
        yield "there is no such class"
    if boxes and len(shares) != 4:
        yield "a box has four numbers"
    if not boxes and (len(shares) < 6 or len(shares) % 2):
        yield "an outline has three points or more"
    if not all(0 <= float(share) <= 1 for share in shares):
        yield "a number is no share of width or height"
