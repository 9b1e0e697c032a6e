"""YOLO segmentation data sets: label files with outlines as shares of the image's size, names of classes in data.yaml.

https://docs.ultralytics.com/datasets/segment. Boxes are no outlines and are told in the report.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import yaml

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.imports import untrusted
from cellhub_app.domain.imports.findings import FoundObject, ImageObjects, Target
from cellhub_app.domain.imports.matching import base_name
from cellhub_app.domain.imports.package import Package
from cellhub_app.domain.imports.reading import Reading
from cellhub_app.domain.imports.shapes import NO_NUMBERS

ONLY_BOX = "it has only a box, no outline"
NO_SHARES = "its coordinates are not shares of the image's width and height"
NO_LABELS = ("readme.txt", "classes.txt", "train.txt", "val.txt", "test.txt", "requirements.txt")
DESCRIPTION_BYTES_MAX = 100_000
LONGEST_BOX = 6  # class, four numbers, how sure


def read(package: Package, reading: Reading) -> Iterator[ImageObjects]:
    """The outlines of every label file; its name is that of the image."""
    kinds = _kinds(package, reading)
    return reading.each(package, (".txt",), partial(_labels, reading, kinds))


def _labels(reading: Reading, kinds: dict[int, str | None], name: str, data: bytes) -> Iterator[ImageObjects]:
    if base_name(name).lower() in NO_LABELS:
        return
    try:
        lines = [line.split() for line in data.decode().splitlines() if line.strip()]
    except UnicodeDecodeError:
        raise Invalid(f"“{name}” is not a text file.") from None
    target = reading.target(name)
    if target is not None:
        yield reading.done(target, [found for words in lines for found in _object(reading, target, words, kinds)])


def _object(reading: Reading, target: Target, words: list[str], kinds: dict[int, str | None]) -> list[FoundObject]:
    number = untrusted.whole(words[0])
    if number is None:
        reading.lose(NO_NUMBERS)
        return []
    if len(words) <= LONGEST_BOX:
        reading.lose(ONLY_BOX)
        return []
    shares = np.array([untrusted.number(word) for word in words[1:]])
    shares, score = (shares, None) if len(shares) % 2 == 0 else (shares[:-1], untrusted.score(float(shares[-1])))
    if not ((shares >= -0.01) & (shares <= 1.01)).all():
        reading.lose(NO_SHARES)
        return []
    points = np.clip(shares.reshape(-1, 2), 0, 1) * (target.width, target.height)
    return reading.outline(target, [points], kinds.get(number, f"class {number}"), score)


def _kinds(package: Package, reading: Reading) -> dict[int, str | None]:
    """The names of classes: data.yaml or any other YAML that has them, else classes.txt, else none."""
    files = package.under(reading.folder) if package.is_archive else []
    for name in sorted(files, key=lambda name: base_name(name).lower() != "data.yaml"):
        if name.lower().endswith((".yaml", ".yml")) and (kinds := _from_yaml(package.read(name))):
            return kinds
    listed = next((name for name in files if base_name(name).lower() == "classes.txt"), None)
    lines = package.read(listed).decode("utf-8", "replace").splitlines() if listed else []
    return {number: untrusted.class_name(line) for number, line in enumerate(lines)}


def _from_yaml(data: bytes) -> dict[int, str | None]:
    if len(data) > DESCRIPTION_BYTES_MAX:
        raise Invalid("The data.yaml is larger than a description of classes can be.")
    try:
        document: Any = yaml.safe_load(data)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Invalid("The data.yaml is not valid YAML.") from error
    names = document.get("names") if isinstance(document, dict) else None
    pairs = names.items() if isinstance(names, dict) else enumerate(names) if isinstance(names, list) else ()
    return {number: untrusted.class_name(name) for number, name in pairs if isinstance(number, int)}
