"""Who passes first through the network."""

import asyncio
import threading
from collections.abc import Sequence

import numpy as np

from ml_worker.inference.forward import Maps
from ml_worker.inference.segmenter import Prepared, Segmenter
from ml_worker.tasks.network import NetworkStage


class Noting(Segmenter):
    """The segmenter, which waits until it may begin and notes the widths of the images in the order in which they come."""

    def __init__(self) -> None:
        super().__init__(device="cpu", threads=1)
        self.may_begin, self.widths = threading.Event(), list[int]()

    def predict(self, prepared: Sequence[Prepared]) -> list[Maps]:
        """The maps, as ever."""
        self.may_begin.wait()
        self.widths += [one.shape[1] for one in prepared]
        return super().predict(prepared)


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
