"""In the guarded reader process: one plane of a file cut into raw tiles, and the pictures of one that is too large to be drawn whole."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from cellhub_app.core.errors import ImageRefused
from cellhub_app.core.imaging.bands import open_bands
from cellhub_app.core.imaging.display import Rgb, encode_webp, limit_side, to_display
from cellhub_app.core.imaging.places import DESCRIPTION, Place
from cellhub_app.core.imaging.pyramid import make_pyramid
from cellhub_app.core.imaging.read import probe
from cellhub_app.core.imaging.thumbnail import make_thumbnail


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """Write the tiles and their description into a folder. Raises ImageRefused, NotFound."""
    path, name, folder = Path(task["path"]), task["name"], Path(task["tiles"])

    def keep(place: Place, data: bytes) -> None:
        target = folder / place.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    info = probe(path, name)
    try:
        with open_bands(path, info, task["frame"], task["timepoint"], name) as bands:
            made = make_pyramid(bands, info, keep)
    except MemoryError as error:
        raise ImageRefused("tooLarge", f"Couldn't prepare {name}: it needs more memory than is allowed.") from error
    (folder / DESCRIPTION).write_text(json.dumps(made.description, allow_nan=False))
    if "display" in task:
        draw(to_display(np.moveaxis(made.preview, 0, 2), is_rgb=info.is_rgb), task)
    return {"bytes": made.bytes}


def draw(rgb: Rgb, task: dict[str, Any]) -> None:
    """Write the picture for the viewer and the thumbnail."""
    Path(task["display"]).write_bytes(encode_webp(limit_side(rgb)))
    Path(task["thumbnail"]).write_bytes(make_thumbnail(rgb))
