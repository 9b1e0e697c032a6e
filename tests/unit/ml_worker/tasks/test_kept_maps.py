"""Maps that are kept come back as they were, from memory or from the storage."""

from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from cellhub_app.core.storage import Storage
from cellhub_app.models.trial import maps_key
from ml_worker.tasks.kept_maps import KeptMaps, Seen, packed, unpacked

MAPS = np.random.default_rng(0).integers(0, 255, (3, 40, 60), np.uint8)
SEEN = Seen(MAPS, (80, 120), 0.5)


def test_packed_maps_come_back() -> None:
    back = unpacked(packed(SEEN))
    assert np.array_equal(back.maps, MAPS)
    assert back.shape == (80, 120)


@pytest.mark.parametrize("data", [b"", b"CHM1", packed(SEEN)[:100], b"else" + packed(SEEN)[4:]])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="maps"):
        unpacked(data)


async def test_what_memory_forgot_is_read_from_the_storage(tmp_path: Path) -> None:
    storage, image = Storage(tmp_path.as_uri()), uuid4()
    first, second = maps_key(image, "unet", "abc", 0), maps_key(image, "unet", "abc", 1)
    kept = KeptMaps(storage, memory_bytes=MAPS.nbytes)
    await kept.keep(first, SEEN)
    await kept.keep(second, Seen(MAPS, (80, 120), 0.7))
    assert (await kept.get(second)).seconds == 0.7  # type: ignore[union-attr]
    again = await kept.get(first)
    assert again is not None
    assert np.array_equal(again.maps, MAPS)
    assert again.seconds == 0
    assert await kept.get(maps_key(image, "unet", "other weights")) is None
