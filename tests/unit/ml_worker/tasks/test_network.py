import asyncio
import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event

import pytest
import torch
from torch import nn

from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from ml_worker.inference import sizes
from ml_worker.inference.catalog import WEIGHTS_DIR
from ml_worker.inference.forward import Network
from ml_worker.inference.segmenter import Segmenter
from ml_worker.inference.weights import WeightsDamaged
from ml_worker.tasks.network import NetworkStage

WAIT_S = 30


def weights_of(folder: Path, *names: str) -> Path:
    """The U-Net's weights and card under several names."""
    card = json.loads((WEIGHTS_DIR / "unet.json").read_text())
    for name in names:
        (folder / f"{name}.json").write_text(json.dumps({**card, "name": name}))
        shutil.copy(WEIGHTS_DIR / "unet.safetensors", folder / f"{name}.safetensors")
    return folder


async def test_images_of_a_loaded_model_pass_while_another_model_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    segmenter = Segmenter(weights_of(tmp_path, "quick", "slow"), "cpu", 1, "torch")
    may_end, load = Event(), segmenter._nets._load

    def slowly(name: str, device: torch.device) -> Network:
        assert name == "quick" or may_end.wait(WAIT_S)
        return load(name, device)

    monkeypatch.setattr(segmenter._nets, "_load", slowly)
    image = fluorescent_nuclei(1, 64, 64)[0]
    stage = NetworkStage(segmenter)
    crowd = [asyncio.create_task(stage.predict(segmenter.prepare(image, "slow"))) for _ in range(40)]
    for _ in range(3):
        maps, seconds = await asyncio.wait_for(stage.predict(segmenter.prepare(image, "quick")), WAIT_S)
        assert maps.shape == (3, 64, 64)
        assert seconds > 0
    assert await asyncio.wait_for(asyncio.to_thread(lambda: "free"), WAIT_S) == "free"
    assert not any(slow.done() for slow in crowd)
    may_end.set()
    for slow in crowd:
        assert ((await asyncio.wait_for(slow, WAIT_S))[0] == maps).all()
    stage.close()


async def test_a_device_without_memory_for_a_model_leaves_it_to_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    segmenter = Segmenter(device="cpu", threads=1, engine="torch")
    prepared = segmenter.prepare(fluorescent_nuclei(1, 64, 64)[0], "unet")
    [expected] = segmenter.predict([prepared])
    load, gpu = segmenter._nets._load, torch.device("meta")

    def only_on_the_cpu(name: str, device: torch.device) -> Network:
        if device == gpu:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return load(name, device)

    monkeypatch.setattr(segmenter._nets, "_load", only_on_the_cpu)
    monkeypatch.setattr(sizes, "ready", partial(fits_the_cpu, sizes.ready))
    monkeypatch.setattr(segmenter, "device", gpu)
    monkeypatch.setattr(segmenter._sizes, "_device", gpu)
    stage = NetworkStage(segmenter)
    maps, _ = await asyncio.wait_for(stage.predict(prepared), WAIT_S)
    assert (maps == expected).all()
    stage.close()


def fits_the_cpu(ready: Callable[[nn.Module, torch.device], None], net: nn.Module, device: torch.device) -> None:
    """A network that no other device has room for."""
    if device.type != "cpu":
        raise torch.OutOfMemoryError("CUDA out of memory")
    ready(net, device)


async def test_weights_that_are_gone_fail_the_image_and_leave_the_stage_working(tmp_path: Path) -> None:
    segmenter = Segmenter(weights_of(tmp_path, "kept", "lost"), "cpu", 1, "torch")
    (tmp_path / "lost.safetensors").unlink()
    image = fluorescent_nuclei(1, 64, 64)[0]
    stage = NetworkStage(segmenter)
    with pytest.raises(WeightsDamaged, match=r"no file lost\.safetensors"):
        await stage.predict(segmenter.prepare(image, "lost"))
    assert (await stage.predict(segmenter.prepare(image, "kept")))[0].shape == (3, 64, 64)
    stage.close()
