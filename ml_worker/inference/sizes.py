"""How large the objects of an image are: the votes of the size network over views of its middle at two magnifications."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load

from ml_worker.inference.device import run_in_batches, unless_out_of_memory
from ml_worker.inference.engine import EngineName, open_rates
from ml_worker.inference.forward import Image, MapsNotFinite, Rates
from ml_worker.inference.preprocess import Pixels, Stretch, three_channels
from ml_worker.inference.weights import WeightsDamaged, ready
from ml_worker.nets.sizer import BINS, Sizer

FOLDER, NAME = "sizes", "sizer"
VIEW_PX = 256
SHRUNK = (1, 4)
VIEWS = (len(SHRUNK), 3, VIEW_PX, VIEW_PX)
VIEWED_PX = VIEW_PX * max(SHRUNK)
LOWEST = 2.0  # log2 of the first bin's diameter in px of the view
STEP = 0.25  # log2 from bin to bin
LEAST = -6.0  # how much one view's no can weigh
AROUND = 2  # bins to either side of the best that belong to it
VOTED = BINS + round(np.log2(max(SHRUNK)) / STEP)


@dataclass(frozen=True)
class Size:
    """The typical diameter of an image's objects in px, and how sure that is, 0 to 1."""

    diameter: float
    certainty: float


def view(pixels: Pixels, stretch: Stretch, shrunk: int) -> Image:
    """(H, W, C) pixels -> float32 (VIEW_PX, VIEW_PX, 3) of the middle, `shrunk` times smaller, mirrored where the image ends."""
    reach = VIEW_PX * shrunk
    y, x = (max(0, (side - reach) // 2) for side in pixels.shape[:2])
    middle = pixels[y : y + reach, x : x + reach]
    height, width = (max(1, side // shrunk) for side in middle.shape[:2])
    seen = three_channels(_smaller(stretch(middle), (width, height)))
    while min(seen.shape[:2]) < VIEW_PX:
        rest = [(0, min(VIEW_PX - side, side)) for side in seen.shape[:2]]
        seen = np.pad(seen, (*rest, (0, 0)), mode="symmetric")
    return seen


def _smaller(image: Image, size: tuple[int, int]) -> Image:
    if image.shape[1::-1] == size:
        return image
    resized = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32)
    return resized[:, :, None] if resized.ndim == 2 else resized


def _views(pixels: Pixels, stretch: Stretch) -> NDArray[np.float32]:
    views = np.stack([view(pixels, stretch, shrunk) for shrunk in SHRUNK])
    return np.ascontiguousarray(views.transpose(0, 3, 1, 2))


def vote(rated: NDArray[np.float32]) -> Size:
    """(len(SHRUNK), BINS) log-probabilities of the views -> the size that they agree on best.

    Beyond the ends of a view's bins its last one counts, and no view says less than LEAST.
    """
    total = np.zeros(VOTED)
    for row, shrunk in zip(rated, SHRUNK, strict=True):
        shift = round(np.log2(shrunk) / STEP)
        total += np.maximum(np.pad(row, (shift, VOTED - BINS - shift), mode="edge"), LEAST)
    shares = np.exp(total - total.max())
    shares /= shares.sum()
    best = int(shares.argmax())
    near = slice(max(0, best - AROUND), best + AROUND + 1)
    certainty = float(shares[near].sum())
    middle = float(shares[near] @ np.arange(VOTED)[near]) / certainty
    return Size(float(2 ** (LOWEST + STEP * middle)), certainty)


class SizeEstimator:
    """The size network from `folder`, loaded on first use; safe to call from several threads."""

    def __init__(self, folder: Path, device: torch.device, engine: EngineName = "torch", threads: int = 1) -> None:
        self._folder, self._device = folder, device
        self._engine, self._threads = engine, threads
        self._lock = Lock()
        self._nets: dict[torch.device, Rates] = {}

    def load(self) -> None:
        """Load the network if it is not. Raises WeightsDamaged. Where the device has no memory for it, it is left to the first image."""
        unless_out_of_memory(self._loaded, self._device)

    def __call__(self, images: Sequence[tuple[Pixels, Stretch]]) -> list[Size]:
        """The size of the objects of each (H, W, C) image; the CPU tells it where the device has no memory.

        Raises WeightsDamaged and MapsNotFinite.
        """
        return run_in_batches(images, 1, partial(self._told, self._device), partial(self._told, torch.device("cpu")))

    def _told(self, device: torch.device, images: Sequence[tuple[Pixels, Stretch]]) -> list[Size]:
        rates = self._loaded(device)
        rated = [rates(_views(*image)) for image in images]
        if not all(np.isfinite(one).all() for one in rated):
            raise MapsNotFinite("The size network answered with values that are not numbers, so nothing was stored; install CellHub again.")
        return [vote(one) for one in rated]

    def _loaded(self, device: torch.device) -> Rates:
        with self._lock:
            if device not in self._nets:
                net = ready(read_sizer(self._folder), device)
                self._nets[device] = open_rates(net, device, self._engine, self._threads, VIEWS)
            return self._nets[device]


def read_sizer(folder: Path) -> Sizer:
    """The size network whose hash its card vouches for. Raises WeightsDamaged."""
    path, card = folder / f"{NAME}.safetensors", folder / f"{NAME}.json"
    if not (path.exists() and card.exists()):
        raise WeightsDamaged(f"The size network is missing: there is no file {path.name} or no card of it.")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != json.loads(card.read_text(encoding="utf-8"))["weights"]["sha256"]:
        raise WeightsDamaged(f"The file {path.name} is not the one its card describes: install CellHub again.")
    net = Sizer()
    try:
        missing, surplus = net.load_state_dict({name: value.float() for name, value in load(content).items()}, strict=False)
    except (SafetensorError, RuntimeError) as error:
        raise WeightsDamaged(f"The file {path.name} can't be read: install CellHub again.") from error
    if surplus or any(not name.endswith("num_batches_tracked") for name in missing):
        raise WeightsDamaged(f"The file {path.name} does not fit the size network: install CellHub again.")
    return net
