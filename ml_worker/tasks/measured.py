"""The measures of outlines from the pixels of a file, in the process that opens untrusted files (reader.py)."""

import json
from pathlib import Path
from typing import Any

from cellhub_app.core.geometry import codec
from cellhub_app.core.imaging.planes import plane_of
from cellhub_app.core.imaging.read import probe, read_plane
from cellhub_app.core.metrics import measure


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """The vectors of the outlines "outlines" (hex) from the pixels of a file, as JSON into the file "measured"."""
    path, name = Path(task["path"]), task["name"]
    plane = read_plane(path, *plane_of(task["frame"], probe(path, name).frames), name=name)
    shapes = [codec.decode(bytes.fromhex(outline)) for outline in task["outlines"]]
    Path(task["measured"]).write_text(json.dumps([measure.measure_polygon(shape, plane).tolist() for shape in shapes]))
    return {"measured": len(shapes)}
