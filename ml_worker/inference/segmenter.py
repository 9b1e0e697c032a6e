"""Array in, instances out, in three stages that a pipeline can overlap: prepare, predict, finish."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
import torch
from numpy.typing import NDArray

from ml_worker.inference import classical
from ml_worker.inference.cache import NetCache
from ml_worker.inference.catalog import WEIGHTS_DIR, ModelCard, find_card, read_cards
from ml_worker.inference.device import batch_size, choose_device, is_short_of_memory, run_in_batches, use_threads
from ml_worker.inference.engine import EngineName, open_network
from ml_worker.inference.forward import Image, Maps, Network
from ml_worker.inference.pieces import CORE, WHOLE_PIXELS, Labelling, label_in_pieces
from ml_worker.inference.postprocess import Labels, Settings, label_with_seeds, rate_objects
from ml_worker.inference.preprocess import Pixels, Stretch, select_channels
from ml_worker.inference.quantized import read_ranges
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
    """`labels` int32 (h, w), 1..n; `scores` and `doubts` float32 (n,) in 0..1, index i for label i + 1.

    Of a piece of a very large image `y` and `x` are the place of the labels' first pixel in it.
    """

    labels: Labels
    scores: NDArray[np.float32]
    doubts: NDArray[np.float32]
    y: int = 0
    x: int = 0


def put_together(pieces: Sequence[Instances], shape: tuple[int, int]) -> Instances:
    """One image (H, W) of all pieces, numbered on in their order."""
    labels = np.zeros(shape, np.int32)
    count = 0
    for piece in pieces:
        place = labels[piece.y : piece.y + piece.labels.shape[0], piece.x : piece.x + piece.labels.shape[1]]
        np.copyto(place, piece.labels + count, where=piece.labels > 0)
        count += len(piece.scores)
    scores, doubts = (np.concatenate([getattr(piece, name) for piece in pieces]) for name in ("scores", "doubts"))
    return Instances(labels, scores, doubts)


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
        """The stretched float32 (h, w, 1 or 3) pixels of a window, mirrored where it leaves the image."""
        if self.only_tile is not None:
            return self.only_tile
        piece = self.pixels[window.y : window.y + window.height, window.x : window.x + window.width]
        image = self.stretch(piece)
        rest = ((0, window.height - image.shape[0]), (0, window.width - image.shape[1]), (0, 0))
        return np.pad(image, rest, mode="reflect") if rest[0][1] or rest[1][1] else image


def empty_maps(height: int, width: int) -> Maps:
    """Room for the maps (3, H, W) of an image; those of a very large one lie in a file without a name, which the kernel may write out."""
    if height * width <= WHOLE_PIXELS:
        return np.empty((3, height, width), np.uint8)
    with TemporaryFile() as file:
        return np.memmap(file, np.uint8, "w+", shape=(3, height, width))


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
        wholes = [empty_maps(*one.shape) for one in prepared]
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
        """Maps -> labels with their scores and doubts, of the whole image."""
        pieces = list(self.finish_in_pieces(prepared, maps))
        return pieces[0] if len(pieces) == 1 else put_together(pieces, prepared.shape)

    def finish_in_pieces(self, prepared: Prepared, maps: Maps) -> Iterator[Instances]:
        """The same in bounded memory: one piece, or of a very large image several, each with objects of its own (pieces.py)."""
        height, width = prepared.shape
        label = self._labelling(prepared, maps)
        if height * width <= WHOLE_PIXELS:
            labels, _ = label(maps)
            yield Instances(labels, *rate_objects(maps, labels))
            return
        for piece in label_in_pieces(maps, label):
            window = np.ascontiguousarray(maps[:, piece.y :, piece.x :][:, : piece.labels.shape[0], : piece.labels.shape[1]])
            scores, doubts = rate_objects(window, piece.labels)
            yield Instances(piece.own(), scores[: piece.count], doubts[: piece.count], y=piece.y, x=piece.x)

    def _labelling(self, prepared: Prepared, maps: Maps) -> Labelling:
        settings = prepared.settings
        if find_card(self._cards, prepared.model).architecture is not None:
            return lambda window: label_with_seeds(window, settings)
        height, width = prepared.shape
        middle = maps[:, height // 2 - CORE // 2 if height > CORE else 0 :, width // 2 - CORE // 2 if width > CORE else 0 :]
        reach = classical.typical_radius(np.ascontiguousarray(middle[:, :CORE, :CORE]), settings)
        return lambda window: classical.label_with_peaks(window, settings, reach)

    def segment(self, image: Pixels, model: str, parameters: Parameters = DEFAULTS) -> Instances:
        """All three stages. Raises what they raise."""
        prepared = self.prepare(image, model, parameters)
        return self.finish(prepared, self.predict([prepared])[0])
