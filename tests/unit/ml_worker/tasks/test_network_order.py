"""Who passes first through the network, who passes together, and what is left of them."""

import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
import torch

from ml_worker.inference.forward import Maps
from ml_worker.inference.room import Between, Told, nothing, unheard
from ml_worker.inference.segmenter import Prepared, Segmenter
from ml_worker.tasks.network import NetworkStage


class Noting(Segmenter):
    """The segmenter, which waits until it may begin and notes the widths of the images in the order in which they come."""

    def __init__(self) -> None:
        super().__init__(device="cpu", threads=1)
        self.may_begin, self.widths = threading.Event(), list[int]()

    def predict(self, prepared: Sequence[Prepared], between: Between = nothing, done: Told = unheard) -> list[Maps]:
        """The maps, as ever."""
        self.may_begin.wait()
        self.widths += [one.shape[1] for one in prepared]
        return super().predict(prepared, between, done)


async def test_somebody_who_looks_passes_before_all_that_waits_and_the_others_keep_their_order() -> None:
    segmenter = Noting()
    stage = NetworkStage(segmenter)
    images = {width: segmenter.prepare(np.zeros((8, width), np.uint8), "classical") for width in (10, 11, 12, 13, 14)}
    asked = [asyncio.ensure_future(stage.predict(images[width], first=width >= 13)) for width in (10, 11, 12, 13, 14)]
    await asyncio.sleep(0)
    segmenter.may_begin.set()
    found = await asyncio.gather(*asked)
    stage.close()
    assert [maps.shape for maps, _ in found] == [(1, 8, width) for width in images]
    assert segmenter.widths in ([10, 13, 14, 11, 12], [13, 14, 10, 11, 12]), "the first may have begun before the others came"


class Tiled(Segmenter):
    """The segmenter, to which an image is as many tiles as it is wide; notes width and tile, and waits in the first tile of wide ones."""

    def __init__(self) -> None:
        super().__init__(device="cpu", threads=1)
        self.has_begun, self.may_go_on = threading.Event(), threading.Event()
        self.ended, self.passed = threading.Event(), list[int]()

    def predict(self, prepared: Sequence[Prepared], between: Between = nothing, done: Told = unheard) -> list[Maps]:
        """A map of the right size."""
        width = prepared[0].shape[1]
        try:
            for tile in range(width):
                between()
                self.passed.append(width)
                if tile == 0 and width > 10:
                    self.has_begun.set()
                    self.may_go_on.wait()
        finally:
            self.ended.set()
        return [np.zeros((1, *one.shape), np.uint8) for one in prepared]


async def test_somebody_who_looks_passes_between_two_tiles_of_a_large_image() -> None:
    segmenter = Tiled()
    stage = NetworkStage(segmenter)
    large, small, other = (segmenter.prepare(np.zeros((8, width), np.uint8), "classical") for width in (20, 3, 4))
    asked = [asyncio.ensure_future(stage.predict(large))]
    await asyncio.to_thread(segmenter.has_begun.wait)
    asked += [asyncio.ensure_future(one) for one in (stage.predict(other), stage.predict(small, first=True))]
    await asyncio.sleep(0)
    segmenter.may_go_on.set()
    await asyncio.gather(*asked)
    stage.close()
    assert segmenter.passed == [20, *[3] * 3, *[20] * 19, *[4] * 4], "who only stands in the line waits for the end"


async def test_a_large_image_that_nobody_waits_for_any_more_stops_at_a_tile() -> None:
    segmenter = Tiled()
    stage = NetworkStage(segmenter)
    asked = asyncio.ensure_future(stage.predict(segmenter.prepare(np.zeros((8, 20), np.uint8), "classical")))
    await asyncio.to_thread(segmenter.has_begun.wait)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    segmenter.may_go_on.set()
    await asyncio.to_thread(segmenter.ended.wait)
    assert segmenter.passed == [20]
    assert (await stage.predict(segmenter.prepare(np.zeros((8, 5), np.uint8), "classical")))[0].shape == (1, 8, 5)
    stage.close()


class OnGpu(Segmenter):
    """The segmenter on a device that takes many images at once; notes the widths of each batch, and waits in the first."""

    def __init__(self) -> None:
        super().__init__(device="cpu", threads=1)
        self.device = torch.device("cuda")
        self.has_begun, self.may_go_on, self.batches = threading.Event(), threading.Event(), list[list[int]]()

    def predict(self, prepared: Sequence[Prepared], between: Between = nothing, done: Told = unheard) -> list[Maps]:
        """Maps of the right size."""
        self.batches.append([one.shape[1] for one in prepared])
        self.has_begun.set()
        self.may_go_on.wait()
        return [np.zeros((1, *one.shape), np.uint8) for one in prepared]


async def test_nobody_who_looks_waits_for_others_and_nobody_for_an_image_larger_than_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ml_worker.tasks.network.is_large", lambda _height, width: width >= 20)
    segmenter = OnGpu()
    stage = NetworkStage(segmenter)
    asked = []
    for width in (10, 11, 12, 20, 14, 15, 9):
        image = segmenter.prepare(np.zeros((8, width), np.uint8), "classical")
        asked.append(asyncio.ensure_future(stage.predict(image, first=width == 9)))
        await asyncio.to_thread(segmenter.has_begun.wait)
    segmenter.may_go_on.set()
    await asyncio.gather(*asked)
    stage.close()
    assert segmenter.batches == [[10], [9], [11, 12], [20], [14, 15]]


@pytest.fixture
def no_collection() -> Iterator[None]:
    """Nothing but the last reference that goes lets go of an object."""
    gc.disable()
    yield
    gc.enable()


class Failing(Segmenter):
    """The segmenter, which can't compute what is 13 wide."""

    def predict(self, prepared: Sequence[Prepared], between: Between = nothing, done: Told = unheard) -> list[Maps]:
        """The maps, as ever."""
        if prepared[0].shape[1] == 13:
            raise ValueError
        return super().predict(prepared, between, done)


@pytest.mark.parametrize("width", [12, 13])
async def test_an_image_is_let_go_once_it_is_answered(no_collection: None, width: int) -> None:
    segmenter = Failing(device="cpu", threads=1)
    stage = NetworkStage(segmenter)

    async def ask() -> weakref.ref[object]:
        image = segmenter.prepare(np.zeros((8, width), np.uint8), "classical")
        try:
            await stage.predict(image)
        except ValueError:
            assert width == 13
        return weakref.ref(image.pixels)

    seen = await ask()
    async with asyncio.timeout(10):
        while seen() is not None:  # noqa: ASYNC110 - the thread lets go of it a moment after its answer
            await asyncio.sleep(0.01)
    stage.close()
