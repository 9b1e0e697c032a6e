"""Whatever computes, the answer is the same; what can't compute says so once and torch goes on."""

import json
import logging
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from cellhub_app.core.metrics.matching import count_matches, pooled
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from ml_worker.inference import engine as engine_module
from ml_worker.inference.catalog import WEIGHTS_DIR, find_card, read_cards
from ml_worker.inference.engine import open_network
from ml_worker.inference.forward import MapsNotFinite, TorchNetwork
from ml_worker.inference.openvino_net import OpenVinoNetwork, OpenVinoRates
from ml_worker.inference.preprocess import Stretch
from ml_worker.inference.quantized import Range, observe, quantize, read_ranges
from ml_worker.inference.segmenter import Segmenter
from ml_worker.inference.sizes import FOLDER, SizeEstimator
from ml_worker.inference.weights import load_net
from ml_worker.nets.sizer import BINS

CPU = torch.device("cpu")
UNET = find_card(read_cards(), "unet")


@pytest.fixture(autouse=True)
def nothing_told_yet(monkeypatch):
    monkeypatch.setattr(engine_module, "_told", set())


@pytest.fixture(scope="module")
def by_torch() -> Segmenter:
    return Segmenter(device="cpu", threads=1, engine="torch")


@pytest.fixture(scope="module")
def by_openvino() -> Segmenter:
    return Segmenter(device="cpu", threads=1, engine="openvino")


@pytest.fixture(scope="module")
def by_bytes() -> Segmenter:
    return Segmenter(device="cpu", threads=1, engine="int8")


def kind_of(segmenter: Segmenter) -> type:
    segmenter.load("unet")
    return type(segmenter._nets.get("unet", CPU))


@pytest.mark.parametrize("shape", [(96, 96), (64, 160), (40, 70), (96, 96, 3)])
def test_openvino_gives_the_maps_of_torch(by_torch, by_openvino, shape):
    image = fluorescent_nuclei(3, *shape[:2])[0]
    image = np.stack([image, image // 2, image // 3], 2) if len(shape) == 3 else image
    one, other = (segmenter.predict([segmenter.prepare(image, "unet")])[0].astype(int) for segmenter in (by_torch, by_openvino))
    assert kind_of(by_openvino) is OpenVinoNetwork
    assert np.abs(one - other).max() <= 1


def test_eight_bits_find_the_objects_of_float32(by_torch, by_bytes):
    images = [fluorescent_nuclei(seed, 256, 256)[0] for seed in range(4)]
    counts = [count_matches(by_torch.segment(i, "unet").labels, by_bytes.segment(i, "unet").labels, [0.75])[0] for i in images]
    assert kind_of(by_bytes) is OpenVinoNetwork
    assert read_ranges(UNET, WEIGHTS_DIR) is not None
    assert pooled(counts).average_precision > 0.95


def test_a_segmenter_tells_what_really_computes(by_torch, by_openvino, by_bytes, monkeypatch):
    assert [one.computes("unet") for one in (by_torch, by_openvino, by_bytes)] == ["torch", "openvino", "int8"]
    assert by_openvino.computes("hrnet") == "openvino"  # which looks more than once
    assert by_bytes.computes("classical") is None
    monkeypatch.setattr(OpenVinoNetwork, "__call__", lambda self, images: [np.zeros((3, *images[0].shape[:2]), np.uint8)])
    assert Segmenter(device="cpu", threads=1, engine="openvino").computes("unet") == "torch"


@pytest.mark.parametrize(("preset", "is_rounded"), [("fast", True), ("accurate", False)])
def test_only_the_fast_preset_takes_eight_bits_unasked(preset, is_rounded):
    network = open_network(replace(UNET, preset=preset), WEIGHTS_DIR, CPU, "auto", 1)
    image = np.asarray(fluorescent_nuclei(1, 96, 96)[0], np.float32)[:, :, None] / 255
    exact = TorchNetwork(load_net(UNET, WEIGHTS_DIR, CPU), CPU)([image])[0].astype(int)
    assert isinstance(network, OpenVinoNetwork)
    assert (np.abs(network([image])[0] - exact).max() > 1) == is_rounded


def test_threads_do_not_get_one_anothers_maps(by_torch, by_openvino):
    prepared = [by_torch.prepare(fluorescent_nuclei(seed, 96, 96)[0], "unet") for seed in range(8)]
    expected = by_torch.predict(prepared)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda one: by_openvino.predict([one])[0], prepared))
    assert all(np.abs(one.astype(int) - other).max() <= 1 for one, other in zip(found, expected, strict=True))


def test_shipped_ranges_were_checked_on_validation_images():
    for path in (WEIGHTS_DIR / "int8").glob("*.json"):
        content = json.loads(path.read_text())
        assert content["weightsSha256"] == find_card(read_cards(), path.stem).weights_sha256
        assert all(content["int8"][name] >= content["float32"][name] - 0.01 for name in ("ap50", "ap75"))


@pytest.mark.parametrize("name", sorted(path.stem for path in (WEIGHTS_DIR / "int8").glob("*.json")))
def test_with_shipped_ranges_it_is_eight_bits_that_compute(name, caplog):
    network = open_network(find_card(read_cards(), name), WEIGHTS_DIR, CPU, "int8", 1)
    assert network.computes == "int8"
    assert not caplog.records


def test_full_precision_is_not_taken_for_eight_bits():
    networks = [open_network(UNET, WEIGHTS_DIR, CPU, engine, 1) for engine in ("torch", "openvino")]
    assert [network.computes for network in networks] == ["torch", "openvino"]


def test_eight_bits_that_round_too_much_leave_openvino_in_full_precision(monkeypatch, caplog):
    monkeypatch.setattr(engine_module, "EIGHT_BIT_TOLERANCE", 0.0)
    networks = [open_network(UNET, WEIGHTS_DIR, CPU, "int8", 1) for _ in range(2)]
    assert [network.computes for network in networks] == ["openvino"] * 2
    (told,) = [record.message for record in caplog.records]
    assert told.startswith("The model unet can't compute in eight bits here (its maps differ by")


def test_where_neither_precision_of_openvino_will_do_torch_computes_and_both_are_told(monkeypatch, caplog):
    monkeypatch.setattr(OpenVinoNetwork, "__call__", lambda self, images: [np.zeros((3, *images[0].shape[:2]), np.uint8)])
    assert isinstance(open_network(UNET, WEIGHTS_DIR, CPU, "int8", 1), TorchNetwork)
    assert [record.message.split(" (")[0] for record in caplog.records] == [
        "The model unet can't compute in eight bits here",
        "OpenVINO can't compute the model unet",
    ]


def test_ranges_of_other_weights_are_not_taken():
    assert read_ranges(replace(UNET, weights_sha256="0" * 64), WEIGHTS_DIR) is None


def test_rounding_is_fine_enough_and_really_happens():
    net = load_net(UNET, WEIGHTS_DIR, CPU)
    image = np.asarray(fluorescent_nuclei(1, 96, 96)[0], np.float32)[:, :, None] / 255
    exact = TorchNetwork(net, CPU)([image])[0].astype(int)
    ranges = observe(net, [image])
    assert ranges["stem.unit.0"] == Range(0, float(image.max()))
    rounded = TorchNetwork(quantize(net, ranges), CPU)([image])[0].astype(int)
    assert 0 < np.abs(exact - rounded).mean() < 4


def test_without_openvino_torch_computes_and_one_warning_says_so(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "openvino", None)
    monkeypatch.delitem(sys.modules, "ml_worker.inference.openvino_net")
    with caplog.at_level(logging.WARNING):
        networks = [open_network(UNET, WEIGHTS_DIR, CPU, "auto", 1) for _ in range(2)]
    assert all(isinstance(network, TorchNetwork) for network in networks)
    assert [record.message for record in caplog.records] == [
        "OpenVINO is not installed; torch computes instead, with the same results in two to three times the time."
    ]


def test_an_engine_that_answers_something_else_is_not_used(monkeypatch, caplog):
    monkeypatch.setattr(OpenVinoNetwork, "__call__", lambda self, images: [np.zeros((3, *images[0].shape[:2]), np.uint8)])
    assert isinstance(open_network(UNET, WEIGHTS_DIR, CPU, "openvino", 1), TorchNetwork)
    assert "can't compute the model unet (its maps differ by" in caplog.text


def test_openvino_tells_the_sizes_of_torch(by_torch, by_openvino):
    for side in (100, 700):
        image = fluorescent_nuclei(3, side, side)[0]
        one, other = (segmenter.sizes([segmenter.prepare(image, "unet")])[0] for segmenter in (by_torch, by_openvino))
        assert other.diameter == pytest.approx(one.diameter, rel=5e-3)  # in halves, where the processor has them
        assert other.certainty == pytest.approx(one.certainty, abs=0.02)


def test_sizes_that_openvino_tells_otherwise_are_told_by_torch(monkeypatch, caplog):
    monkeypatch.setattr(OpenVinoRates, "__call__", lambda self, views: np.zeros((len(views), BINS), np.float32))
    sizer = SizeEstimator(WEIGHTS_DIR / FOLDER, CPU, "openvino")
    image = fluorescent_nuclei(3, 300, 300)[0][:, :, None]
    [size] = sizer([(image, Stretch.of(image))])
    assert size == SizeEstimator(WEIGHTS_DIR / FOLDER, CPU)([(image, Stretch.of(image))])[0]
    assert "can't compute the model of sizes (its votes differ by" in caplog.text


def test_torch_compile_that_fails_leaves_plain_torch(monkeypatch, caplog):
    def no_compiler(*args, **options):
        raise RuntimeError("there is no C++ compiler")

    monkeypatch.setattr(torch, "compile", no_compiler)
    assert isinstance(open_network(UNET, WEIGHTS_DIR, CPU, "compile", 1), TorchNetwork)
    assert "torch.compile can't compute the model unet (there is no C++ compiler)" in caplog.text


class Broken(nn.Module):
    def forward(self, image):
        return image * float("nan")


@pytest.mark.parametrize("make", [lambda: TorchNetwork(Broken(), CPU), lambda: OpenVinoNetwork(Broken(), 1)])
def test_values_that_are_not_numbers_are_refused(make):
    with pytest.raises(MapsNotFinite, match="not numbers, so nothing was stored"):
        make()([np.ones((32, 32, 3), np.float32)])


def test_a_pickle_in_place_of_the_weights_is_refused_unread(tmp_path: Path):
    class Bomb:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "exploded",))

    torch.save(Bomb(), tmp_path / "unet.safetensors")
    shutil.copy(WEIGHTS_DIR / "unet.json", tmp_path)
    card = json.loads((tmp_path / "unet.json").read_text())
    from ml_worker.inference.weights import WeightsDamaged, sha256_of

    with pytest.raises(WeightsDamaged, match="not the one its model card describes"):
        Segmenter(tmp_path, "cpu").load("unet")
    (tmp_path / "unet.json").write_text(json.dumps({**card, "weightsSha256": sha256_of(tmp_path / "unet.safetensors")}))
    with pytest.raises(WeightsDamaged, match="can't be read as safetensors"):
        Segmenter(tmp_path, "cpu").load("unet")
    assert not (tmp_path / "exploded").exists()
