"""A picture as a pyramid of raw tiles, made band by band: never more than a few hundred rows of a level are in memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from cellhub_app.core.imaging.bands import Bands
from cellhub_app.core.imaging.info import ImageInfo
from cellhub_app.core.imaging.places import Place
from cellhub_app.core.imaging.tally import Tally, Window, window_of
from cellhub_app.core.imaging.tiles import TILE_PX, Values, encode_tile, halved, level_sizes

VERSION = 1
PREVIEW_SIDE = 4096
SHOWN_AT_FIRST = 4
RGB_COLOURS = ("#ff0000", "#00ff00", "#0000ff")
COLOURS = ("#598cff", "#33ff59", "#ff4040", "#ff4dff", "#33e0ff", "#ffe033")


Keep = Callable[[Place, bytes], None]


@dataclass(frozen=True)
class Made:
    """What was made: what browsers must know of it, how many bytes its tiles take, and a preview (C, H, W).

    That is the finest level of at most 4096 px, in the channels that a picture shows: 64 may take more memory than there is.
    """

    description: dict[str, Any]
    bytes: int
    preview: Values


class _Level:
    """One level that fills from the top, writes a row of tiles when it can, and hands half of it down."""

    def __init__(self, sizes: Sequence[tuple[int, int]], number: int, keep: Keep) -> None:
        self.width, self.height = sizes[number]
        self._number, self._keep = number, keep
        self._below = _Level(sizes, number + 1, keep) if number + 1 < len(sizes) else None
        self._waiting: list[Values] = []
        self._came = self._row = 0
        self._is_preview = max(self.width, self.height) <= PREVIEW_SIDE
        self._shown: list[Values] = []

    def add(self, rows: Values) -> None:
        """Take the next rows (C, h, W), never past the next multiple of 512 rows."""
        self._waiting.append(rows)
        self._came += rows.shape[1]
        if self._came % TILE_PX and self._came < self.height:
            return
        band = np.concatenate(self._waiting, axis=1) if len(self._waiting) > 1 else self._waiting[0]
        self._waiting = []
        self._write(band)
        if self._is_preview:
            self._shown.append(band[:SHOWN_AT_FIRST].copy())  # a view would keep the other channels as well
        if self._below is not None:
            self._below.add(np.stack([halved(channel) for channel in band]))

    def _write(self, band: Values) -> None:
        for x in range(0, self.width, TILE_PX):
            for channel, values in enumerate(band):
                self._keep(Place(self._number, x // TILE_PX, self._row, channel), encode_tile(values[:, x : x + TILE_PX]))
        self._row += 1

    def preview(self) -> Values:
        """The finest level that is small enough."""
        if self._is_preview:
            return np.concatenate(self._shown, axis=1)
        assert self._below is not None  # noqa: S101 - the last level is one tile
        return self._below.preview()


def make_pyramid(bands: Bands, info: ImageInfo, keep: Keep) -> Made:
    """Cut a picture into tiles, each given to `keep` once; `info` is what the file says of itself."""
    sizes = level_sizes(bands.width, bands.height)
    tallies = [Tally(bands.dtype, bands.width, bands.height) for _ in range(bands.channels)]
    written = 0

    def keep_and_count(place: Place, data: bytes) -> None:
        nonlocal written
        written += len(data)
        keep(place, data)

    top_level = _Level(sizes, 0, keep_and_count)
    for top, rows in _bands_of(bands):
        for tally, channel in zip(tallies, rows, strict=True):
            tally.add(channel, top)
        top_level.add(rows)
    return Made(_description(bands, info, sizes, tallies), written, top_level.preview())


def _bands_of(bands: Bands) -> Iterator[tuple[int, Values]]:
    for top in range(0, bands.height, TILE_PX):
        yield top, bands.rows(top, min(bands.height, top + TILE_PX))


def _description(bands: Bands, info: ImageInfo, sizes: list[tuple[int, int]], tallies: list[Tally]) -> dict[str, Any]:
    levels = [{"width": width, "height": height, "columns": -(-width // TILE_PX), "rows": -(-height // TILE_PX)} for width, height in sizes]
    windows = [window_of(tallies)] * len(tallies) if info.is_rgb else [window_of([tally]) for tally in tallies]
    colours = _colours(info, len(tallies))
    channels = [_channel(*each) for each in zip(range(len(tallies)), tallies, windows, colours, strict=True)]
    for channel, name in zip(channels, info.channel_names or ("",) * len(channels), strict=False):
        channel["name"] = name[:100]
    return {
        "version": VERSION,
        "tile": TILE_PX,
        "dtype": bands.dtype.name,
        "fileDtype": info.dtype,
        "isRgb": info.is_rgb,
        "levels": levels,
        "channels": channels,
    }


def _channel(index: int, tally: Tally, window: Window, colour: str) -> dict[str, Any]:
    low, high = tally.extremes
    facts = {"name": "", "color": colour, "shown": index < SHOWN_AT_FIRST, "min": low, "max": high, "window": [window.low, window.high]}
    return {**facts, "percentiles": tally.percentiles(), "histogram": asdict(tally.histogram())}


def _colours(info: ImageInfo, count: int) -> list[str]:
    if info.is_rgb:
        return list(RGB_COLOURS)
    if count == 1:
        return ["#ffffff"]
    own = info.channel_colours or ("",) * count
    return [colour or COLOURS[index % len(COLOURS)] for index, colour in enumerate(own)]
