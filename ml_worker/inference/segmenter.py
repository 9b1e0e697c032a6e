"""Array in, instances out, in three stages that a pipeline can overlap: prepare, predict, finish."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from ml_worker.inference import classical
from ml_worker.inference.cache import NetCache
from ml_worker.inference.catalog import WEIGHTS_DIR, ModelCard, find_card, read_cards
from ml_worker.inference.classical_bands import foreground_of
from ml_worker.inference.device import batch_size, choose_device, is_short_of_memory, run_in_batches, unless_out_of_memory, use_threads
from ml_worker.inference.doubt import calibration_of, rate_objects
from ml_worker.inference.engine import EngineName, open_network
from ml_worker.inference.forward import Computes, Image, Maps, Network
from ml_worker.inference.instances import Instances, put_together
from ml_worker.inference.mirrored import mirrored
from ml_worker.inference.pieces import CORE, Labelling, label_in_pieces
from ml_worker.inference.postprocess import label_with_seeds
from ml_worker.inference.prepared import DEFAULTS, Parameters, Prepared
from ml_worker.inference.preprocess import Pixels, Stretch, select_channels
from ml_worker.inference.room import Between, Told, is_large, nothing, room_for, unheard
from ml_worker.inference.scale import MIDDLE_PX, MOST_UPSCALED, resize_maps, resize_pixels, sized_settings
from ml_worker.inference.sizes import FOLDER as SIZES
from ml_worker.inference.sizes import VIEWED_PX, Size, SizeEstimator
from ml_worker.inference.tiling import Window, paste, windows
from ml_worker.inference.typical import typical_part
from ml_worker.nets.registry import MULTIPLE


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
        self._sizes = SizeEstimator(WEIGHTS_DIR / SIZES, self.device, engine, self.threads)
        self._nets = NetCache(self._load, is_short_of_memory)
        self._computes: dict[str, Computes] = {}

    def _load(self, name: str, device: torch.device) -> Network:
        card = find_card(self._cards, name)
        network = open_network(card, self._folder, device, self.engine, self.threads)
        if device == self.device:
            self._computes[name] = network.computes
        return mirrored(network, card.looks)

    def is_loaded(self, model: str) -> bool:
        """Whether the model answers at once. Raises ModelUnknown."""
        return find_card(self._cards, model).architecture is None or self._nets.has(model, self.device)

    def load(self, model: str) -> None:
        """Load the model if it is not; takes a second or more. Raises ModelUnknown and WeightsDamaged.

        Where the device has no memory for it nothing is loaded: `predict` makes room, or computes on the CPU.
        """
        if not self.is_loaded(model):
            unless_out_of_memory(lambda name: self._nets.get(name, self.device), model)
            if find_card(self._cards, model).scaling:
                self._sizes.load()

    def computes(self, model: str) -> Computes | None:
        """What really computes the model on the chosen device; None for one without a network, or that the device has no memory for.

        Raises ModelUnknown and WeightsDamaged.
        """
        self.load(model)
        return self._computes.get(model)

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
        prepared = Prepared(model, settings, planes, Stretch.of(planes), card.scaling)
        if card.architecture is None:
            return replace(prepared, windows=tuple(windows(planes.shape[0], planes.shape[1], MULTIPLE)))
        return prepared.of(planes)

    def recall(self, shape: tuple[int, int], model: str, parameters: Parameters = DEFAULTS) -> Prepared:
        """An image (H, W) that was predicted before, without its pixels: what `finish` takes beside maps that were kept."""
        blank = np.broadcast_to(np.uint8(0), (*shape, 1))
        return replace(self.prepare(blank[:MULTIPLE, :MULTIPLE], model, parameters), pixels=blank)

    def predict(self, prepared: Sequence[Prepared], between: Between = nothing, done: Told = unheard) -> list[Maps]:
        """Maps uint8 (3, H, W) in steps of 1/255, one an image, all of one model ((1, H, W) of the classical one).

        On a GPU tiles of one shape go in batches; out of memory halves the batch, then turns to the CPU. `between` is called between
        two of them, `done` after each. Raises WeightsDamaged, MapsNotFinite, NoRoom for very large images, and what `between` raises.
        """
        if not prepared:
            return []
        name = prepared[0].model
        if find_card(self._cards, name).architecture is None:
            return [foreground_of(one, between, done) for one in prepared]
        return self._scaled(name, prepared, between, done) if prepared[0].scaling else self._maps(name, prepared, between, done)

    def _scaled(self, name: str, prepared: Sequence[Prepared], between: Between, done: Told) -> list[Maps]:
        """Maps of the images' own sizes, of images that the network saw at the size at which it knows such objects."""
        seen = self._maps(name, self._shown(prepared, between), between, done)
        return [resize_maps(maps, one.shape, between) for maps, one in zip(seen, prepared, strict=True)]

    def _shown(self, prepared: Sequence[Prepared], between: Between = nothing) -> list[Prepared]:
        factors = self._factors(prepared)
        return [one.of(resize_pixels(one.pixels, factor, between)) if factor != 1 else one for one, factor in factors]

    def tiles(self, prepared: Prepared) -> list[Image]:
        """What the network gets of an image, one after the other. Raises WeightsDamaged."""
        [shown] = self._shown([prepared])
        return [shown.tile(window) for window in shown.windows]

    def _factors(self, prepared: Sequence[Prepared]) -> Iterator[tuple[Prepared, float]]:
        for one, size in zip(prepared, self.sizes(prepared), strict=True):
            factor = one.scaling.factor(size.diameter) if one.scaling else 1.0
            yield one, 1.0 if factor > 1 and one.pixels.size * factor**2 > MOST_UPSCALED else factor

    def sizes(self, prepared: Sequence[Prepared]) -> list[Size]:
        """How large the objects of the images are. Raises WeightsDamaged."""
        return self._sizes([(one.pixels[typical_part(one.pixels[:, :, 0], VIEWED_PX)], one.stretch) for one in prepared])

    def _maps(self, name: str, prepared: Sequence[Prepared], between: Between, done: Told) -> list[Maps]:
        wholes = [room_for((3, *one.shape), *one.shape, np.uint8) for one in prepared]
        passed, tiles_in_all = 0, sum(len(one.windows) for one in prepared)
        for (height, width), places in self._by_shape(prepared).items():
            batch = batch_size(self.device, height * width)
            for first in range(0, len(places), batch):
                between()
                part = places[first : first + batch]
                tiles = [prepared[index].tile(window) for index, window in part]
                for (index, window), maps in zip(part, self.compute(name, tiles), strict=True):
                    paste(wholes[index], maps, window)
                passed += len(part)
                done(passed / tiles_in_all)
        return wholes

    @staticmethod
    def _by_shape(prepared: Sequence[Prepared]) -> dict[tuple[int, int], list[tuple[int, Window]]]:
        places: dict[tuple[int, int], list[tuple[int, Window]]] = defaultdict(list)
        for index, one in enumerate(prepared):
            for window in one.windows:
                places[window.height, window.width].append((index, window))
        return places

    def compute(self, name: str, tiles: list[Image]) -> list[Maps]:
        """What a model's network says of tiles of one shape, by the CPU where the device has no memory.

        Raises WeightsDamaged and MapsNotFinite.
        """

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

    def finish_in_pieces(self, prepared: Prepared, maps: Maps, done: Told = unheard) -> Iterator[Instances]:
        """The same in bounded memory: one piece, or of a very large image several, each with objects of its own (pieces.py).

        `done` is called once whoever took one of several pieces asks for the next.
        """
        height, width = prepared.shape
        label, calibration = self._labelling(prepared, maps), calibration_of(find_card(self._cards, prepared.model).content)
        threshold = prepared.settings.foreground
        if not is_large(height, width):
            labels, _ = label(maps)
            yield Instances(labels, *rate_objects(maps, labels, threshold, calibration))
            return
        for piece in label_in_pieces(maps, label):
            window = np.ascontiguousarray(maps[:, piece.y :, piece.x :][:, : piece.labels.shape[0], : piece.labels.shape[1]])
            scores, doubts, missed = rate_objects(window, piece.labels, threshold, calibration)
            yield Instances(piece.own(), scores[: piece.count], doubts[: piece.count], missed * piece.share, piece.y, piece.x)
            done(piece.done)

    def _labelling(self, prepared: Prepared, maps: Maps) -> Labelling:
        settings = prepared.settings
        if find_card(self._cards, prepared.model).architecture is not None:
            rows, columns = typical_part(maps[0], MIDDLE_PX)
            settings = sized_settings(maps[:, rows, columns], settings, prepared.scaling)
            return lambda window: label_with_seeds(window, settings)
        rows, columns = typical_part(maps[0], CORE)
        reach = classical.typical_radius(np.ascontiguousarray(maps[:, rows, columns]), settings)
        return lambda window: classical.label_with_peaks(window, settings, reach)

    def segment(self, image: Pixels, model: str, parameters: Parameters = DEFAULTS) -> Instances:
        """All three stages. Raises what they raise."""
        prepared = self.prepare(image, model, parameters)
        return self.finish(prepared, self.predict([prepared])[0])

    def segment_in_pieces(self, image: Pixels, model: str, parameters: Parameters = DEFAULTS) -> Iterator[Instances]:
        """The same in bounded memory, for images that are arrays on disk."""
        prepared = self.prepare(image, model, parameters)
        return self.finish_in_pieces(prepared, self.predict([prepared])[0])
