import random

import pytest

from cellhub_app.core.errors import ImageRefused
from cellhub_app.core.imaging.read import probe, read_plane
from tests.fixtures.hostile import odd_files

EXTREMES = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\0\0\1\0")


def damaged(data: bytes, rng: random.Random) -> bytes:
    """The same bytes with a few changed, mostly in the headers, and sometimes the end cut off."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        place = rng.randrange(len(out) if rng.random() < 0.4 else min(len(out), 400))
        if rng.random() < 0.3:
            out[place : place + 4] = rng.choice(EXTREMES)
        else:
            out[place] = rng.randrange(256)
    return bytes(out[: rng.randrange(len(out))] if rng.random() < 0.15 else out)


def read_or_refusal(data: bytes):
    try:
        return probe(data), read_plane(data)
    except ImageRefused as refusal:
        return refusal


@pytest.mark.parametrize("seed", range(5))
def test_damaged_files_are_read_as_probed_or_refused(seed):
    rng = random.Random(seed)
    for file in odd_files() * 2:
        result = read_or_refusal(damaged(file.data, rng))
        if isinstance(result, ImageRefused):
            assert result.detail.startswith("Couldn't read the file: ")
        else:
            info, plane = result
            assert plane.shape == (info.height, info.width, info.channels)
            assert plane.dtype.name == info.dtype
