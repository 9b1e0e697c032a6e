"""Several mirrored looks at a picture."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from ml_worker.inference.catalog import WEIGHTS_DIR
from ml_worker.inference.forward import Image, Maps
from ml_worker.inference.mirrored import LOOKS, mirrored
from ml_worker.inference.segmenter import Segmenter


def left_to_right(tiles: list[Image]) -> list[Maps]:
    """Maps that rise from left to right whatever the picture is."""
    return [np.broadcast_to(np.linspace(0, 200, tile.shape[1]).astype(np.uint8), (3, *tile.shape[:2])).copy() for tile in tiles]


def pixels_themselves(tiles: list[Image]) -> list[Maps]:
    return [np.repeat(tile[None, :, :, 0], 3, axis=0).astype(np.uint8) for tile in tiles]


def test_what_a_network_says_of_one_side_alone_is_averaged_away() -> None:
    [maps] = mirrored(left_to_right, len(LOOKS))([np.zeros((4, 6, 1), np.float32)])
    assert maps.dtype == np.uint8
    assert set(np.unique(maps)) == {100}


@pytest.mark.parametrize("looks", range(1, len(LOOKS) + 1))
def test_what_follows_the_picture_stays(looks: int) -> None:
    random = np.random.default_rng(0)
    tiles = [random.integers(0, 256, (4, 6, 1)).astype(np.float32) for _ in range(2)]
    for maps, tile in zip(mirrored(pixels_themselves, looks)(tiles), tiles, strict=True):
        assert np.array_equal(maps[1], tile[:, :, 0])


def test_a_model_whose_card_asks_for_all_looks_finds_the_mirror_image_of_what_it_finds(tmp_path: Path) -> None:
    shutil.copy(WEIGHTS_DIR / "unet.safetensors", tmp_path)
    card = json.loads((WEIGHTS_DIR / "unet.json").read_text())
    (tmp_path / "unet.json").write_text(json.dumps({**card, "looks": len(LOOKS), "scaling": None}))
    segmenter = Segmenter(tmp_path, "cpu", 1, "torch")
    image = fluorescent_nuclei(0, 128, 96)[0]
    plain, turned = (segmenter.predict([segmenter.prepare(one, "unet")])[0].astype(int) for one in (image, image[:, ::-1]))
    assert np.abs(plain - turned[:, :, ::-1]).max() <= 2
    once = Segmenter(WEIGHTS_DIR, "cpu", 1, "torch")
    alone = [once.predict([once.prepare(one, "unet")])[0].astype(int) for one in (image, image[:, ::-1])]
    assert np.abs(alone[0] - alone[1][:, :, ::-1]).max() > 2
