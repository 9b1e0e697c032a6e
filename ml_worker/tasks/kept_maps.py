"""What networks saw, kept: other thresholds on the same image then need no network. In memory for a moment, in the storage for a day."""

import asyncio
import struct
import zlib
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from cellhub_app.core.errors import NotFound
from cellhub_app.core.storage import Storage
from ml_worker.inference.forward import Maps

MEMORY_BYTES = 96 * 1024 * 1024
LEVEL = 1  # the maps are mostly flat: 4 % of their size after 8 ms a megapixel, and higher levels take ten times as long
HEADER = struct.Struct("<4s5I")
MAGIC = b"CHM1"


@dataclass(frozen=True)
class Seen:
    """Maps uint8 (C, h, w) of an image (H, W), which may have been seen at another size, and the seconds that a network took for them."""

    maps: Maps
    shape: tuple[int, int]
    seconds: float = 0.0


def packed(seen: Seen) -> bytes:
    """The maps as they are stored."""
    return HEADER.pack(MAGIC, *seen.shape, *seen.maps.shape) + zlib.compress(np.ascontiguousarray(seen.maps).data, LEVEL)


def unpacked(data: bytes) -> Seen:
    """What `packed` packed, without its seconds. Raises ValueError for anything else."""
    try:
        magic, height, width, *shape = HEADER.unpack_from(data)
        if magic != MAGIC:
            raise ValueError("these bytes are not maps")
        return Seen(np.frombuffer(zlib.decompress(data[HEADER.size :]), np.uint8).reshape(shape), (height, width))
    except (struct.error, zlib.error) as error:
        raise ValueError("these maps are cut short") from error


class KeptMaps:
    """The maps of the images tried last, the least used ones forgotten first."""

    def __init__(self, storage: Storage, memory_bytes: int = MEMORY_BYTES) -> None:
        self._storage, self._most = storage, memory_bytes
        self._maps: OrderedDict[str, Seen] = OrderedDict()

    async def get(self, key: str) -> Seen | None:
        """What was seen, if that is known; `seconds` is 0 when another process found it. Keys are those of models/trial.py."""
        if key in self._maps:
            self._maps.move_to_end(key)
            return self._maps[key]
        try:
            data = await self._storage.get(key)
            seen = await asyncio.to_thread(unpacked, data)
        except (NotFound, ValueError):
            return None
        self._remember(key, seen)
        return seen

    async def keep(self, key: str, seen: Seen) -> None:
        """Keep what a model saw."""
        self._remember(key, seen)
        await self._storage.put(key, await asyncio.to_thread(packed, seen))

    def _remember(self, key: str, seen: Seen) -> None:
        self._maps[key] = seen
        while len(self._maps) > 1 and sum(one.maps.nbytes for one in self._maps.values()) > self._most:
            self._maps.popitem(last=False)
