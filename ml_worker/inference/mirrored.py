"""Several looks at a picture: what a network says of mirror images of it, averaged, is steadier than what it says of the picture."""

import numpy as np

from ml_worker.inference.forward import Image, Maps, Network

LOOKS: tuple[tuple[int, ...], ...] = ((), (0, 1), (1,), (0,))  # the axes that are turned round


def mirrored(network: Network, looks: int) -> Network:
    """The mean of the network's maps over the first so many of LOOKS; one is the network itself."""
    if looks == 1:
        return network

    def run(tiles: list[Image]) -> list[Maps]:
        sums = [np.full((3, *tile.shape[:2]), looks // 2, np.uint16) for tile in tiles]
        for axes in LOOKS[:looks]:
            turned = [np.ascontiguousarray(np.flip(tile, axes)) for tile in tiles]
            for total, maps in zip(sums, network(turned), strict=True):
                np.add(total, np.flip(maps, tuple(1 + axis for axis in axes)), out=total)
        return [(total // looks).astype(np.uint8) for total in sums]

    return run
