"""A scene that shows every case at once."""

from pathlib import Path

import numpy as np
import pytest

from tests.unit.domain.exports.bundles import Scene, discs, rings


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Plain objects, holes, no objects, not segmented, unread; pixel sizes known and unknown; names that are equal or unusual."""
    made = Scene(tmp_path)
    made.add("plate_07.png", discs(), pixel_size_um=0.5)
    made.add("plate_07.tif", rings(), format_="tiff", bit_depth=16)
    made.add("Zellen Ωμέγα 細胞.png", np.zeros((40, 50), np.int32))
    made.add("later.png", None)
    unread = {"width": None, "height": None, "channels": None, "bit_depth": None, "frames": None, "status": "failed"}
    made.add("=cmd|'/C calc'!A0.png", None, error="The file ends early.", **unread)
    return made
