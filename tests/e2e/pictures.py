"""Pictures that a laboratory might bring, rendered by our own simulator, in the formats that people use."""

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tifffile
from PIL import Image
from playwright.sync_api import FilePayload

from cellhub_app.core.simulator.nuclei import fluorescent_nuclei

SIDE = 256
PIXEL_SIZE_UM = 0.325
MIME = {"png": "image/png", "jpg": "image/jpeg", "bmp": "image/bmp", "tif": "image/tiff"}


def plate(count: int = 12) -> list[FilePayload]:
    """So many wells: PNG, 16-bit TIFF with a pixel size, JPEG and BMP in turn."""
    endings = ("png", "tif", "png", "jpg", "png", "bmp")
    return [well(seed, endings[seed % len(endings)]) for seed in range(count)]


def well(seed: int, ending: str) -> FilePayload:
    """One picture of nuclei as a file to choose."""
    pixels, _ = fluorescent_nuclei(seed, SIDE, SIDE, bit_depth=16 if ending == "tif" else 8)
    name = f"plate_07_{'ABCDEFGH'[seed // 12 % 8]}{seed % 12 + 1:02d}.{ending}"
    return {"name": name, "mimeType": MIME[ending], "buffer": encoded(pixels, ending)}


def encoded(pixels: npt.NDArray[np.integer], ending: str) -> bytes:
    """The bytes of a file of this kind."""
    out = io.BytesIO()
    if ending == "tif":
        per_cm = 10_000 / PIXEL_SIZE_UM
        tifffile.imwrite(out, pixels, resolution=(per_cm, per_cm), resolutionunit="CENTIMETER")
    else:
        Image.fromarray(pixels).save(out, {"jpg": "jpeg"}.get(ending, ending))
    return out.getvalue()


def speckles(folder: Path, count: int) -> list[Path]:
    """So many small pictures on disk, each different from all others."""
    random = np.random.default_rng(7)
    paths = [folder / f"{'ABCDEFGH'[number // 48]}{number % 48 + 1:02d}.png" for number in range(count)]
    for path in paths:
        path.write_bytes(encoded(random.integers(0, 256, (24, 24), dtype=np.uint8), "png"))
    return paths
