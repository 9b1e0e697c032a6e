"""Label images of an export, painted band by band, so that a large image takes no more memory than a small one."""

from collections.abc import Iterator

import numpy as np

from cellhub_app.core.geometry.raster import LabelImage, paint_outlines
from cellhub_app.domain.exports.bundle import ImageEntry, batches, outlines_of

BAND_PX = 8_000_000
ROWS_PER_STEP = 64


def bands(image: ImageEntry, height: int, width: int) -> Iterator[LabelImage]:
    """The label image from top to bottom as int32 (rows, width): 0 is background, an object's pixels hold its number.

    All but the last have a multiple of ROWS_PER_STEP rows. Where objects overlap the later one wins. The
    array is used again for the next band.
    """
    rows = min(height, max(1, BAND_PX // width // ROWS_PER_STEP) * ROWS_PER_STEP)
    band = np.zeros((rows, width), np.int32)
    for first_row in range(0, height, rows):
        part = band[: height - first_row]
        part[:] = 0
        for entries in batches(image.objects):
            outlines = outlines_of(entries)
            paint_outlines(part, outlines.vertices, outlines.ring_starts, outlines.polygon_starts, entries[0].number, first_row)
        yield part
