"""Array in, instances out, in three stages that a pipeline can overlap: prepare, predict, finish."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ml_worker.inference import classical
from ml_worker.inference.cache import NetCache
from ml_worker.inference.catalog import WEIGHTS_DIR, ModelCard, find_card, read_cards
from ml_worker.inference.device import batch_size, choose_device, is_short_of_memory, run_in_batches, use_threads
from ml_worker.inference.doubt import calibration_of, rate_objects
from ml_worker.inference.engine import EngineName, open_network
from ml_worker.inference.forward import Image, Maps, Network
from ml_worker.inference.postprocess import Labels, Settings, label_maps
from ml_worker.inference.preprocess import Pixels, Stretch, select_channels
from ml_worker.inference.quantized import read_ranges
from ml_worker.inference.scale import (
    GLANCE_PX,
    GLANCED_WHOLE,
    MOST_UPSCALED,
    Scaling,
    label_sized,
    resize_maps,
    resize_pixels,
    typical_diameter,
)
from ml_worker.inference.tiling import Window, paste, windows
from ml_worker.nets.registry import MULTIPLE


@dataclass(frozen=True)
class Parameters:
    """What a caller may choose; None takes the model's default. `channel` counts from 0, for images that are not RGB."""

    threshold: float | None = None
    min_area_px: int | None = None
    channel: int = 0


DEFAULTS = Parameters()


@dataclass(frozen=True)
class Instances:
    """`labels` int32 (H, W), 1..n; `scores` and `doubts` float32 (n,) in 0..1, index i for label i + 1.

    `doubt` is that of the whole image: the expected share of wrong or missing objects, None where there is nothing.
    """

    labels: Labels
    scores: NDArray[np.float32]
    doubts: NDArray[np.float32]
    doubt: float | None = None


@dataclass(frozen=True)
class Prepared:
    """One image on its way: its pixels, how to stretch them, and the windows in which the network sees them.

    An image of one window is stretched at once; of a large one each tile is made when its turn comes.
    """

    model: str
    settings: Settings
    pixels: Pixels
    stretch: Stretch
    windows: tuple[Window, ...]
    scaling: Scaling | None = None
    only_tile: Image | None = field(default=None, repr=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]

    def of(self, pixels: Pixels) -> "Prepared":
        """The same for other pixels of the image: a part of it, or all of it in another size."""
        other = replace(self, pixels=pixels, windows=tuple(windows(pixels.shape[0], pixels.shape[1], MULTIPLE)), only_tile=None)
        return replace(other, only_tile=other.tile(other.windows[0])) if len(other.windows) == 1 else other

    def glance(self) -> "Prepared":
        """The middle of the image, or all of a small one: enough to see how large its objects are."""
        height, width = self.shape
        if height * width <= GLANCED_WHOLE:
            return self
        y, x = max(0, (height - GLANCE_PX) // 2), max(0, (width - GLANCE_PX) // 2)
        return self.of(self.pixels[y : y + GLANCE_PX, x : x + GLANCE_PX])

    def tile(self, window: Window) -> Image:
        """The stretched float32 (h, w, 1 or 3) pixels of a window, mirrored where it leaves the image."""
        if self.only_tile is not None:
            return self.only_tile
        piece = self.pixels[window.y : window.y + window.height, window.x : window.x + window.width]
        image = self.stretch(piece)
        rest = ((0, window.height - image.shape[0]), (0, window.width - image.shape[1]), (0, 0))
        return np.pad(image, rest, mode="reflect") if rest[0][1] or rest[1][1] else image


class Segmenter:
    """The installed models, loaded on first use and kept; safe to call from several threads.

    `device` names a torch device ("auto" and None choose); `threads` is the number of CPU threads of one network pass; `engine` says what
    computes (engine.py).
    """

    def __init__(
        self, weights_dir: Path = WEIGHTS_DIR, device: str | None = None, threads: int | None = None, engine: EngineName = "auto"
    ) -> None:
        self.device = choose_device(device)
        self.threads = use_threads(threads)
        self.engine = engine
        self._folder = weights_dir
        self._cards = read_cards(weights_dir)
        self._nets = NetCache(self._load, is_short_of_memory)

    def _load(self, name: str, device: torch.device) -> Network:
        return open_network(find_card(self._cards, name), self._folder, device, self.engine, self.threads)

    def has_ranges(self, model: str) -> bool:
        """Whether the model can compute in eight bits. Raises ModelUnknown."""
        return read_ranges(find_card(self._cards, model), self._folder) is not None

    def is_loaded(self, model: str) -> bool:
        """Whether the model answers at once. Raises ModelUnknown."""
        return find_card(self._cards, model).architecture is None or self._nets.has(model, self.device)

    def load(self, model: str) -> None:
        """Load the model if it is not; takes a second or more. Raises ModelUnknown and WeightsDamaged."""
        if not self.is_loaded(model):
            self._nets.get(model, self.device)

    def models(self) -> list[ModelCard]:
        """The cards of the installed models."""
        return list(self._cards)

    def settings(self, model: str, parameters: Parameters = DEFAULTS) -> Settings:
        """The model's thresholds with what the caller chose in their place. Raises ModelUnknown."""
        settings = find_card(self._cards, model).settings
        if parameters.threshold is not None:
            settings = replace(settings, foreground=parameters.threshold)
        if parameters.min_area_px is not None:
            settings = replace(settings, min_area_px=parameters.min_area_px)
        return settings

    def prepare(self, image: Pixels, model: str, parameters: Parameters = DEFAULTS) -> Prepared:
        """Image (H, W) or (H, W, C) of any dtype -> what `predict` takes.

        Raises ModelUnknown, or ValueError for a channel that is not there.
        """
        card, settings = find_card(self._cards, model), self.settings(model, parameters)
        planes = select_channels(image, parameters.channel)
        whole = Prepared(model, settings, planes, Stretch.of(planes), (), card.scaling)
        if card.architecture is None:
            return replace(whole, windows=tuple(windows(planes.shape[0], planes.shape[1], MULTIPLE)))
        return whole.of(planes)

    def predict(self, prepared: Sequence[Prepared]) -> list[Maps]:
        """Maps uint8 (3, H, W) in steps of 1/255, one an image, all of one model ((1, H, W) of the classical one).

        On a GPU tiles of one shape go in batches; out of memory halves the batch, then turns to the CPU.
        Raises WeightsDamaged and MapsNotFinite.
        """
        if not prepared:
            return []
        name = prepared[0].model
        if find_card(self._cards, name).architecture is None:
            return [classical.foreground_map(one.stretch(one.pixels)) for one in prepared]
        if prepared[0].scaling is None:
            return self._maps(name, prepared)
        glances = [one.glance() for one in prepared]
        looked = self._maps(name, glances)
        found: list[Maps | None] = []
        scaled: list[Prepared] = []
        for one, glance, maps in zip(prepared, glances, looked, strict=True):
            factor = self._factor(one, maps)
            is_done = factor == 1 and glance is one
            found.append(maps if is_done else None)
            if not is_done:
                scaled.append(one if factor == 1 else one.of(resize_pixels(one.pixels, factor)))
        rest = iter(self._maps(name, scaled))
        return [resize_maps(next(rest) if maps is None else maps, one.shape) for maps, one in zip(found, prepared, strict=True)]

    def _factor(self, one: Prepared, glance: Maps) -> float:
        """How much larger or smaller the network is to see an image, by the maps of a part of it."""
        assert one.scaling is not None  # noqa: S101 - only such images are looked at
        factor = one.scaling.factor(typical_diameter(label_maps(glance, one.settings)))
        return 1.0 if factor > 1 and one.pixels.size * factor**2 > MOST_UPSCALED else factor

    def _maps(self, name: str, prepared: Sequence[Prepared]) -> list[Maps]:
        wholes: list[Maps] = [np.zeros((3, *one.shape), np.uint8) for one in prepared]
        for (height, width), places in self._by_shape(prepared).items():
            batch = batch_size(self.device, height * width)
            for first in range(0, len(places), batch):
                part = places[first : first + batch]
                tiles = [prepared[index].tile(window) for index, window in part]
                for (index, window), maps in zip(part, self._run(name, tiles), strict=True):
                    paste(wholes[index], maps, window)
        return wholes

    @staticmethod
    def _by_shape(prepared: Sequence[Prepared]) -> dict[tuple[int, int], list[tuple[int, Window]]]:
        places: dict[tuple[int, int], list[tuple[int, Window]]] = defaultdict(list)
        for index, one in enumerate(prepared):
            for window in one.windows:
                places[window.height, window.width].append((index, window))
        return places

    def _run(self, name: str, tiles: list[Image]) -> list[Maps]:
        def on(device: torch.device) -> Network:
            return lambda part: self._nets.get(name, device)(part)  # noqa: PLW0108 - loading may run out of memory as well

        return run_in_batches(
            tiles,
            len(tiles),
            on(self.device),
            on(torch.device("cpu")),
            lambda: self._nets.drop_others(name, self.device),
        )

    def finish(self, prepared: Prepared, maps: Maps) -> Instances:
        """Maps -> labels with their scores and doubts, by one post-processing over the whole image."""
        return self.label(prepared.model, maps, prepared.settings)

    def label(self, model: str, maps: Maps, settings: Settings) -> Instances:
        """The same for maps that were kept: other thresholds need no other pass through the network. Raises ModelUnknown."""
        card = find_card(self._cards, model)
        labels = label_sized(maps, settings, card.scaling) if card.architecture else classical.label_foreground(maps, settings)
        rating = rate_objects(maps, labels, settings.foreground, calibration_of(card.content))
        return Instances(labels, rating.scores, rating.doubts, rating.image)

    def segment(self, image: Pixels, model: str, parameters: Parameters = DEFAULTS) -> Instances:
        """All three stages. Raises what they raise."""
        prepared = self.prepare(image, model, parameters)
        return self.finish(prepared, self.predict([prepared])[0])
