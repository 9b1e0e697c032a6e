"""Array in, instances out, in three stages that a pipeline can overlap: prepare, predict, finish."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ml_worker.inference import classical
from ml_worker.inference.cache import NetCache
from ml_worker.inference.catalog import WEIGHTS_DIR, ModelCard, find_card, read_cards
from ml_worker.inference.device import choose_device, run_in_batches, use_threads
from ml_worker.inference.doubt import calibration_of, image_doubt, rate_objects
from ml_worker.inference.forward import Image, Maps, maps_of
from ml_worker.inference.postprocess import Labels, Settings, label_maps
from ml_worker.inference.preprocess import Pixels, Stretch, select_channels, three_channels
from ml_worker.inference.tiling import Window, paste, windows
from ml_worker.inference.weights import load_net
from ml_worker.nets.registry import MULTIPLE

CUDA_BATCH_PIXELS = 16 * 1024 * 1024


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

    `missed`: objects that seem to be there and were not found (doubt.py).
    """

    labels: Labels
    scores: NDArray[np.float32]
    doubts: NDArray[np.float32]
    missed: float = 0.0

    @property
    def doubt(self) -> float | None:
        """The expected share of wrong or missing objects; None where there is nothing."""
        return image_doubt(self.doubts, self.missed)


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
    only_tile: Image | None = field(default=None, repr=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]

    def tile(self, window: Window) -> Image:
        """The stretched float32 (h, w, 3) pixels of a window, mirrored where it leaves the image."""
        if self.only_tile is not None:
            return self.only_tile
        piece = self.pixels[window.y : window.y + window.height, window.x : window.x + window.width]
        image = three_channels(self.stretch(piece))
        rest = ((0, window.height - image.shape[0]), (0, window.width - image.shape[1]), (0, 0))
        return np.pad(image, rest, mode="reflect") if rest[0][1] or rest[1][1] else image


class Segmenter:
    """The installed models, loaded on first use and kept; safe to call from several threads.

    `device` names a torch device ("auto" and None choose); `threads` is the number of CPU threads of one network pass.
    """

    def __init__(self, weights_dir: Path = WEIGHTS_DIR, device: str | None = None, threads: int | None = None) -> None:
        self.device = choose_device(device)
        self.threads = use_threads(threads)
        self._folder = weights_dir
        self._cards = read_cards(weights_dir)
        self._nets = NetCache(self._load)

    def _load(self, name: str, device: torch.device) -> nn.Module:
        return load_net(find_card(self._cards, name), self._folder, device)

    def models(self) -> list[ModelCard]:
        """The cards of the installed models."""
        return list(self._cards)

    def prepare(self, image: Pixels, model: str, parameters: Parameters = DEFAULTS) -> Prepared:
        """Image (H, W) or (H, W, C) of any dtype -> what `predict` takes.

        Raises ModelUnknown, or ValueError for a channel that is not there.
        """
        card = find_card(self._cards, model)
        settings = card.settings
        if parameters.threshold is not None:
            settings = replace(settings, foreground=parameters.threshold)
        if parameters.min_area_px is not None:
            settings = replace(settings, min_area_px=parameters.min_area_px)
        planes = select_channels(image, parameters.channel)
        prepared = Prepared(model, settings, planes, Stretch.of(planes), tuple(windows(planes.shape[0], planes.shape[1], MULTIPLE)))
        if card.architecture is not None and len(prepared.windows) == 1:
            return replace(prepared, only_tile=prepared.tile(prepared.windows[0]))
        return prepared

    def recall(self, shape: tuple[int, int], model: str, parameters: Parameters = DEFAULTS) -> Prepared:
        """An image (H, W) that was predicted before, without its pixels: what `finish` takes beside maps that were kept."""
        blank = np.broadcast_to(np.uint8(0), (*shape, 1))
        return replace(self.prepare(blank[:MULTIPLE, :MULTIPLE], model, parameters), pixels=blank)

    def predict(self, prepared: Sequence[Prepared]) -> list[Maps]:
        """Maps uint8 (3, H, W) in steps of 1/255, one an image, all of one model ((1, H, W) of the classical one).

        On a GPU tiles of one shape go in batches; out of memory halves the batch, then turns to the CPU.
        Raises WeightsDamaged.
        """
        if not prepared:
            return []
        name = prepared[0].model
        if find_card(self._cards, name).architecture is None:
            return [classical.foreground_map(one.stretch(one.pixels)) for one in prepared]
        wholes: list[Maps] = [np.zeros((3, *one.shape), np.uint8) for one in prepared]
        for (height, width), places in self._by_shape(prepared).items():
            batch = max(1, CUDA_BATCH_PIXELS // (height * width)) if self.device.type == "cuda" else 1
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
        cpu = torch.device("cpu")
        return run_in_batches(
            tiles,
            len(tiles),
            lambda part: maps_of(self._nets.get(name, self.device), part, self.device),
            lambda part: maps_of(self._nets.get(name, cpu), part, cpu),
        )

    def finish(self, prepared: Prepared, maps: Maps) -> Instances:
        """Maps -> labels with their scores and doubts, by one post-processing over the whole image."""
        card = find_card(self._cards, prepared.model)
        labels = (label_maps if card.architecture else classical.label_foreground)(maps, prepared.settings)
        return Instances(labels, *rate_objects(maps, labels, prepared.settings.foreground, calibration_of(card.content)))

    def segment(self, image: Pixels, model: str, parameters: Parameters = DEFAULTS) -> Instances:
        """All three stages. Raises what they raise."""
        prepared = self.prepare(image, model, parameters)
        return self.finish(prepared, self.predict([prepared])[0])
