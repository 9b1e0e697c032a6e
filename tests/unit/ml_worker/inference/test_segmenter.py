import json
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest
import torch

from cellhub_app.core.errors import ModelUnknown, Stopped
from cellhub_app.core.metrics.matching import count_matches, pooled
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from ml_worker.inference import banded, classical_bands, room
from ml_worker.inference import segmenter as segmenter_module
from ml_worker.inference.catalog import WEIGHTS_DIR, Preset, default_model, read_cards
from ml_worker.inference.forward import Image, Maps, Network
from ml_worker.inference.pieces import label_in_pieces
from ml_worker.inference.prepared import Parameters
from ml_worker.inference.scale import Scaling
from ml_worker.inference.segmenter import Segmenter
from ml_worker.inference.tiling import windows
from ml_worker.inference.weights import WeightsDamaged, load_net
from ml_worker.nets.registry import build


def at_magnification(image: np.ndarray, labels: np.ndarray, factor: float) -> tuple[np.ndarray, np.ndarray]:
    smooth = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    pixels = cv2.resize(image, None, fx=factor, fy=factor, interpolation=smooth)
    return pixels, cv2.resize(labels.astype(np.float32), pixels.shape[::-1], interpolation=cv2.INTER_NEAREST).astype(np.int32)


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter(device="cpu", threads=1, engine="torch")


def test_shipped_unet_finds_simulated_nuclei(segmenter):
    pairs = [fluorescent_nuclei(seed, 320, 320) for seed in range(12)]
    counts = [count_matches(truth, segmenter.segment(image, "unet").labels, [0.5])[0] for image, truth in pairs]
    assert pooled(counts).average_precision >= 0.70


@pytest.mark.parametrize("model", ["classical", "unet"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 70), (33, 17), (100, 131), (64, 64, 3), (40, 50, 2)])
def test_any_shape_gives_labels_of_that_shape(segmenter, model, shape):
    image = np.random.default_rng(0).integers(0, 4000, shape, np.uint16)
    found = segmenter.segment(image, model)
    assert found.labels.shape == shape[:2]
    assert found.labels.dtype == np.int32
    assert found.scores.shape == found.doubts.shape == (found.labels.max(),)


@pytest.mark.parametrize("model", ["classical", "unet"])
def test_an_empty_image_has_no_objects(segmenter, model):
    assert segmenter.segment(np.full((64, 64), 30, np.uint8), model).labels.max() == 0


def test_stages_give_what_segment_gives(segmenter):
    images = [fluorescent_nuclei(seed, 160, 160)[0] for seed in (1, 2)]
    prepared = [segmenter.prepare(image, "unet") for image in images]
    finished = [segmenter.finish(one, maps) for one, maps in zip(prepared, segmenter.predict(prepared), strict=True)]
    for image, found in zip(images, finished, strict=True):
        assert (found.labels == segmenter.segment(image, "unet").labels).all()


@pytest.fixture(scope="module")
def scaling(tmp_path_factory) -> Segmenter:
    folder = tmp_path_factory.mktemp("weights")
    shutil.copy(WEIGHTS_DIR / "unet.safetensors", folder)
    card = json.loads((WEIGHTS_DIR / "unet.json").read_text(encoding="utf-8"))
    (folder / "unet.json").write_text(json.dumps({**card, "scaling": Scaling().written()}), encoding="utf-8")
    return Segmenter(folder, device="cpu", threads=1, engine="torch")


@pytest.mark.parametrize(("magnification", "side"), [(0.35, 320), (5.0, 224)])
def test_objects_of_unusual_sizes_are_found_at_the_size_that_the_network_knows(scaling, magnification, side):
    image, truth = at_magnification(*fluorescent_nuclei(3, side, side), magnification)
    prepared = scaling.prepare(image, "unet")
    found, plain = (scaling.finish(one, scaling.predict([one])[0]).labels for one in (prepared, replace(prepared, scaling=None)))
    assert found.shape == truth.shape
    precision, without = (count_matches(truth, labels, [0.5])[0].average_precision for labels in (found, plain))
    assert precision >= max(0.6, without + 0.05)


def test_objects_of_usual_sizes_are_seen_once_and_as_they_are(scaling):
    prepared = scaling.prepare(fluorescent_nuclei(3, 320, 320)[0], "unet")
    assert (scaling.predict([prepared])[0] == scaling.predict([replace(prepared, scaling=None)])[0]).all()


def test_tiled_and_whole_agree_and_no_object_is_cut(segmenter):
    image, _ = fluorescent_nuclei(4, 420, 460)
    prepared = segmenter.prepare(image, "unet")
    cut = replace(prepared, windows=tuple(windows(420, 460, 32, tile=288, overlap=128)), only_tile=None)
    assert len(cut.windows) > 1
    whole, tiled = segmenter.predict([prepared, cut])
    assert np.abs(whole[0].astype(int) - tiled[0]).mean() < 2
    one, other = (segmenter.finish(prepared, maps).labels for maps in (whole, tiled))
    assert count_matches(one, other, [0.5])[0].average_precision > 0.9


@pytest.mark.parametrize("model", ["classical", "unet"])
def test_an_image_in_pieces_has_the_objects_of_the_whole(monkeypatch, segmenter, model):
    image, _ = fluorescent_nuclei(5, 420, 460)
    prepared = segmenter.prepare(image, model)
    [maps] = segmenter.predict([prepared])
    whole = segmenter.finish(prepared, maps)
    monkeypatch.setattr(room, "WHOLE_PIXELS", 100 * 100)
    monkeypatch.setattr(segmenter_module, "label_in_pieces", partial(label_in_pieces, core=140, margin=48))
    assert isinstance(room.room_for((3, 110, 100), 110, 100, np.uint8), np.memmap)
    pieces = list(segmenter.finish_in_pieces(prepared, maps))
    assert len(pieces) == 12
    together = segmenter.finish(prepared, segmenter.predict([prepared])[0])
    assert count_matches(whole.labels, together.labels, [0.99])[0].average_precision == 1
    assert np.allclose(np.sort(whole.scores), np.sort(together.scores))
    # how small an object looks beside the others depends on which others there are
    assert np.abs(np.sort(whole.doubts) - np.sort(together.doubts)).mean() < 0.05


@pytest.mark.parametrize("model", ["unet", "classical"])
def test_of_a_large_image_it_is_told_how_far_the_tiles_and_then_the_pieces_are(monkeypatch, segmenter, model):
    image, _ = fluorescent_nuclei(5, 420, 460)
    monkeypatch.setattr(room, "WHOLE_PIXELS", 100 * 100)
    monkeypatch.setattr(classical_bands, "ROWS", 100)
    monkeypatch.setattr(segmenter_module, "label_in_pieces", partial(label_in_pieces, core=140, margin=48))
    prepared = segmenter.prepare(image, model)
    if model == "unet":
        prepared = replace(prepared, scaling=None, windows=tuple(windows(420, 460, 32, tile=288, overlap=128)), only_tile=None)
    looked, outlined, taken = [], [], []
    [maps] = segmenter.predict([prepared], done=looked.append)
    steps = len(prepared.windows) if model == "unet" else 3 * 5
    assert len(looked) == steps
    assert looked == pytest.approx([(step + 1) / steps for step in range(steps)] if model == "unet" else sorted(looked))
    assert looked[-1] == 1
    for _ in segmenter.finish_in_pieces(prepared, maps, outlined.append):
        taken.append(len(outlined))
    assert taken == [*range(12)]
    assert outlined == pytest.approx([(step + 1) / 12 for step in range(12)])


def test_a_large_image_is_seen_at_another_size_in_bands_and_has_the_objects_of_the_whole(monkeypatch, scaling):
    image, _ = at_magnification(*fluorescent_nuclei(3, 200, 240), 3.0)
    prepared = scaling.prepare(image, "unet")
    [[_, factor]] = scaling._factors([prepared])
    assert factor < 0.8
    whole = scaling.finish(prepared, scaling.predict([prepared])[0])
    monkeypatch.setattr(room, "WHOLE_PIXELS", 100 * 100)
    monkeypatch.setattr(segmenter_module, "label_in_pieces", partial(label_in_pieces, core=200, margin=100))
    passed: list[int] = []
    [maps] = scaling.predict([prepared], lambda: passed.append(1))
    assert isinstance(maps, np.memmap)
    assert len(passed) > 3 * 600 / banded.ROWS
    together = scaling.finish(prepared, maps)
    assert count_matches(whole.labels, together.labels, [0.9])[0].average_precision == 1


def test_a_prediction_that_nobody_wants_any_more_stops_between_two_tiles(segmenter):
    prepared = segmenter.prepare(fluorescent_nuclei(4, 420, 460)[0], "unet")
    cut = replace(prepared, scaling=None, windows=tuple(windows(420, 460, 32, tile=288, overlap=128)), only_tile=None)
    passed: list[int] = []

    def stop() -> None:
        passed.append(1)
        if len(passed) == 2:
            raise Stopped

    with pytest.raises(Stopped):
        segmenter.predict([cut], stop)
    assert len(passed) == 2 < len(cut.windows)


def test_parameters_change_the_result(segmenter):
    image, _ = fluorescent_nuclei(2, 256, 256)
    usual = segmenter.segment(image, "unet")
    strict = segmenter.segment(image, "unet", Parameters(threshold=0.9))
    large = segmenter.segment(image, "unet", Parameters(min_area_px=150))
    assert (strict.labels > 0).sum() < (usual.labels > 0).sum()
    assert np.bincount(large.labels.ravel())[1:].min() >= 150


def test_an_unknown_model_names_the_installed_ones(segmenter):
    with pytest.raises(ModelUnknown, match=r"no model called vit; installed are: .*classical, .*unet"):
        segmenter.prepare(np.zeros((8, 8), np.uint8), "vit")


class SmallGpu:
    """The CPU's network behind a memory that holds `room` tiles; more than that runs out, as on a GPU."""

    def __init__(self, network: Network, room: int) -> None:
        self.network, self.room = network, room
        self.sizes: list[int] = []

    def __call__(self, images: list[Image]) -> list[Maps]:
        self.sizes.append(len(images))
        if len(images) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return self.network(images)


@pytest.mark.parametrize(("room", "sizes"), [(1, [3, 1, 1, 1]), (0, [3, 1, 1, 1])])
def test_out_of_memory_still_gives_every_result_and_drops_what_is_not_needed(monkeypatch, room, sizes):
    """A device with room for one tile, then for none: both times the maps are those of the CPU."""
    segmenter = Segmenter(device="cpu", threads=1, engine="torch")
    images = [fluorescent_nuclei(seed, 96, 96)[0] for seed in (1, 2, 3)]
    prepared = [replace(segmenter.prepare(image, "unet"), scaling=None) for image in images]
    expected = segmenter.predict(prepared)
    gpu = SmallGpu(segmenter._nets.get("unet", torch.device("cpu")), room)
    cpu_load = segmenter._nets._load
    monkeypatch.setattr(segmenter._nets, "_load", lambda name, device: gpu if device.type == "meta" else cpu_load(name, device))
    monkeypatch.setattr(segmenter, "device", torch.device("meta"))
    monkeypatch.setattr(segmenter_module, "batch_size", lambda device, pixels: 3)
    segmenter._nets.get("another", torch.device("meta"))
    found = segmenter.predict(prepared)
    assert gpu.sizes == sizes
    assert all((a == b).all() for a, b in zip(expected, found, strict=True))
    assert not segmenter._nets.has("another", torch.device("meta"))


def test_folded_network_computes_the_same_maps():
    torch.manual_seed(0)
    card = next(card for card in read_cards() if card.name == "unet")
    folded = load_net(card, WEIGHTS_DIR, torch.device("cpu"))
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in folded.modules())
    from safetensors.torch import load_file

    plain = build("unet")
    plain.load_state_dict({k: v.float() for k, v in load_file(WEIGHTS_DIR / "unet.safetensors").items()}, strict=False)
    image = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        assert torch.allclose(folded(image), plain.eval()(image), atol=1e-3)


def test_weights_that_are_not_the_cards_are_refused(tmp_path: Path):
    for name in ("unet.json", "unet.safetensors"):
        shutil.copy(WEIGHTS_DIR / name, tmp_path)
    damaged = tmp_path / "unet.safetensors"
    content = bytearray(damaged.read_bytes())
    content[-1] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(WeightsDamaged, match="not the one its model card describes"):
        Segmenter(tmp_path, "cpu", engine="torch").segment(np.zeros((32, 32), np.uint8), "unet")
    damaged.unlink()
    with pytest.raises(WeightsDamaged, match="missing"):
        Segmenter(tmp_path, "cpu", engine="torch").segment(np.zeros((32, 32), np.uint8), "unet")


def test_the_default_of_every_kind_beats_the_baseline_and_no_model_is_an_error():
    cards = read_cards()
    for kind in ("nuclei", "cells", "spheroids"):
        figures = {card.name: card.content["kinds"][kind]["ap50"] for card in cards if kind in card.sample_kinds}
        assert figures[default_model(cards, kind)] >= max(figures.values()) - 0.01 > figures["classical"]
    with pytest.raises(ModelUnknown, match="No model is installed"):
        default_model([], "nuclei")


def test_shipped_cards_hold_what_the_api_shows():
    for path in WEIGHTS_DIR.glob("*.json"):
        card = json.loads(path.read_text())
        assert {"name", "title", "sampleKinds", "preset", "parameters", "weightsSha256", "scores", "secondsPerMegapixel"} <= card.keys()
        assert card["name"] == path.stem
        assert card["preset"] in get_args(Preset)
        assert card["secondsPerMegapixel"] > 0
        assert all({"ap50", "ap75", "f1"} <= scores.keys() for scores in card["scores"].values())


def test_kept_maps_are_finished_without_the_pixels(segmenter: Segmenter) -> None:
    image = fluorescent_nuclei(3, 96, 120)[0]
    parameters = Parameters(threshold=0.3, min_area_px=20)
    prepared = segmenter.prepare(image, "unet", parameters)
    [maps] = segmenter.predict([prepared])
    direct, recalled = segmenter.finish(prepared, maps), segmenter.finish(segmenter.recall((96, 120), "unet", parameters), maps)
    assert np.array_equal(direct.labels, recalled.labels)
    assert np.array_equal(direct.doubts, recalled.doubts)
    assert direct.doubt == recalled.doubt
