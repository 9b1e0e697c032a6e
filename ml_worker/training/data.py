"""Annotated images: read from folders or from one packed archive."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ml_worker.inference.preprocess import CEILING, Stretch
from ml_worker.training.splits import Part, part_of


def data_root() -> Path:
    """The folder of training domains: `train` in the folder that CELLHUB_DATA names, else in shared/data beside this checkout."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    return Path(os.environ.get("CELLHUB_DATA", beside)) / "train"


LOSSLESS = 101  # OpenCV's WebP quality above 100


@dataclass(frozen=True)
class Sample:
    """One annotated image: `image` uint8 (H, W, 1 or 3), `labels` uint16 (H, W)."""

    domain: str
    stem: str
    image: NDArray[np.uint8]
    labels: NDArray[np.uint16]


def _decode(content: NDArray[np.uint8], name: str) -> NDArray[np.generic]:
    pixels = cv2.imdecode(content, cv2.IMREAD_UNCHANGED) if content.size else None
    if pixels is None:
        raise ValueError(f"{name} can't be read as an image.")
    return pixels  # type: ignore[no-any-return]


def as_bytes(pixels: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Eight bits as they are; of more the range that a network sees, in all 256 levels."""
    if pixels.dtype == np.uint8:
        return np.asarray(pixels, np.uint8)
    return np.asarray(np.rint(Stretch.of(pixels)(pixels) * np.float32(255 / CEILING)), np.uint8)


def _labels(mask: NDArray[np.uint8], name: str, shape: tuple[int, ...]) -> NDArray[np.uint16]:
    labels = _decode(mask, f"The mask of {name}")
    if labels.ndim != 2:
        raise ValueError(f"The mask of {name} is in colour; a mask has one channel, in which every object has a number of its own.")
    if labels.shape != shape:
        sizes = " x ".join(map(str, labels.shape[::-1])), " x ".join(map(str, shape[::-1]))
        raise ValueError(f"The mask of {name} has {sizes[0]} px, but its image has {sizes[1]}; both have to be of one size.")
    return labels.astype(np.uint16)


def _sample(domain: str, stem: str, image: NDArray[np.uint8], mask: NDArray[np.uint8]) -> Sample:
    pixels = _decode(image, f"{domain}/{stem}")
    pixels = pixels[:, :, None] if pixels.ndim == 2 else np.ascontiguousarray(pixels[:, :, 2::-1])
    return Sample(domain, stem, as_bytes(pixels), _labels(mask, f"{domain}/{stem}", pixels.shape[:2]))


def domains_in(source: Path) -> list[str]:
    """The domains that a folder (each with images/ and masks/) or a packed archive holds."""
    if source.is_file():
        with np.load(source) as archive:
            return sorted({str(name).split("/", 1)[0] for name in archive["names"]})
    return sorted(path.parent.name for path in source.glob("*/images") if (path.parent / "masks").is_dir())


def load_folder(root: Path, domains: Sequence[str]) -> list[Sample]:
    """Samples of root/<domain>/images/*.png with root/<domain>/masks/*.png.

    Raises FileNotFoundError when a domain or a mask is absent, ValueError for what is no image or mask.
    """
    samples = []
    for domain in domains:
        paths = sorted((root / domain / "images").glob("*.png"))
        if not paths:
            raise FileNotFoundError(f"There are no images in {root / domain / 'images'}; PNG files are read.")
        for path in paths:
            mask = path.parents[1] / "masks" / path.name
            if not mask.exists():
                raise FileNotFoundError(f"The image {path} has no mask: there is no file {mask}.")
            samples.append(_sample(domain, path.stem, np.fromfile(path, np.uint8), np.fromfile(mask, np.uint8)))
    return samples


def pack(samples: Sequence[Sample], path: Path) -> int:
    """Write the samples as one npz of losslessly compressed images (WebP) and labels (PNG); returns its size in bytes.

    Held-out images are left out: whoever trains from an archive can't touch them.
    """
    samples = [sample for sample in samples if part_of(sample.stem) != "held_out"]
    pieces: list[NDArray[np.uint8]] = []
    for sample in samples:
        image = np.repeat(sample.image, 3, axis=2) if sample.image.shape[2] == 1 else sample.image[:, :, ::-1]
        pieces.append(cv2.imencode(".webp", np.ascontiguousarray(image), [cv2.IMWRITE_WEBP_QUALITY, LOSSLESS])[1].ravel())
        pieces.append(cv2.imencode(".png", sample.labels, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].ravel())
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        path,
        names=np.array([f"{sample.domain}/{sample.stem}" for sample in samples]),
        channels=np.array([sample.image.shape[2] for sample in samples]),
        ends=np.cumsum([piece.size for piece in pieces]),
        content=np.concatenate(pieces),
    )
    return path.stat().st_size


def load_packed(path: Path, domains: Sequence[str]) -> list[Sample]:
    """The samples of the named domains from an archive that `pack` wrote."""
    with np.load(path) as archive:
        names, channels, ends, content = (archive[key] for key in ("names", "channels", "ends", "content"))
    starts = np.concatenate([[0], ends[:-1]])
    samples = []
    for index, name in enumerate(names):
        domain, stem = str(name).split("/", 1)
        if domain in domains:
            image, mask = (content[starts[k] : ends[k]] for k in (2 * index, 2 * index + 1))
            sample = _sample(domain, stem, image, mask)
            samples.append(replace(sample, image=sample.image[:, :, : channels[index]]))
    return samples


def choose(samples: Sequence[Sample], part: Part) -> list[Sample]:
    """The samples of one part of the split."""
    return [sample for sample in samples if part_of(sample.stem) == part]
