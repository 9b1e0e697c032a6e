"""`cellhub-train sizes`: the size network, from the encoder of a trained U-Net and crops whose objects' sizes are known."""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.utils.data import Dataset

from ml_worker.inference.preprocess import Stretch, three_channels
from ml_worker.inference.scale import typical_diameter
from ml_worker.inference.sizes import LOWEST, NAME, STEP, VIEW_PX, SizeEstimator
from ml_worker.inference.weights import sha256_of
from ml_worker.nets.sizer import BINS, FARTHEST, Sizer
from ml_worker.training.augment import Ranges, crop, vary_intensity
from ml_worker.training.batches import chances, stream
from ml_worker.training.data import Sample, choose
from ml_worker.training.robustness import as_it_is, double_size, half_size
from ml_worker.training.splits import RULE

logger = logging.getLogger("cellhub.train")
SHOWN_PX = (4.0, 260.0)  # typical diameters of the crops
LARGEST_SCALE, SMALLEST_SCALE = 4.0, 0.02
SPREAD = 0.25  # log2: how far a bin's neighbours are right as well
BATCH = 8
EPOCHS = 60
DROPOUT = 0.3
NEAR = 0.5  # octaves
VIEWS = {"own": as_it_is, "half": half_size, "double": double_size}


class SizedCrops(Dataset[tuple[Tensor, Tensor]]):
    """Item k: images (N, 3, VIEW_PX, VIEW_PX) and the log2 of their objects' typical diameters in px (N), from (seed, k) alone."""

    def __init__(self, samples: Sequence[Sample], *, seed: int, batch: int, shares: Mapping[str, float]) -> None:
        sized = [(sample, diameter) for sample in samples if (diameter := typical_diameter(sample.labels))]
        self.samples, self.diameters = [sample for sample, _ in sized], [diameter for _, diameter in sized]
        self.seed, self.batch = seed, batch
        self.stretches = [Stretch.of(sample.image) for sample in self.samples]
        self.chances = chances(self.samples, shares)

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor]:
        rng = np.random.default_rng([self.seed, step])
        made = [self._crop(index, rng) for index in rng.choice(len(self.samples), self.batch, p=self.chances)]
        return torch.from_numpy(np.stack([image for image, _ in made])), torch.tensor([size for _, size in made], dtype=torch.float32)

    def _crop(self, index: int, rng: np.random.Generator) -> tuple[NDArray[np.float32], float]:
        sample, own = self.samples[index], self.diameters[index]
        drawn = float(np.exp(rng.uniform(*np.log(SHOWN_PX))))
        shown = float(np.clip(drawn, SMALLEST_SCALE * own, LARGEST_SCALE * own))
        ranges = Ranges(diameter_px=(shown, shown), largest_px=shown, scale=(SMALLEST_SCALE, LARGEST_SCALE))
        image, _ = crop(sample.image, sample.labels, rng, VIEW_PX, ranges, self.stretches[index], own)
        pixels = three_channels(image[:, :, None] if image.ndim == 2 else image)
        return vary_intensity(pixels, rng, ranges).transpose(2, 0, 1), float(np.log2(shown))


def spread(sizes: Tensor) -> Tensor:
    """(N) log2 diameters -> (N, BINS) what the network should say: a bell of SPREAD octaves around each, which sums to 1."""
    bins = LOWEST + STEP * torch.arange(BINS)
    bells = torch.exp(-0.5 * ((bins - sizes.clamp(bins[0], bins[-1])[:, None]) / SPREAD) ** 2)
    return bells / bells.sum(1, keepdim=True)


def features_of(net: Sizer, crops: SizedCrops, count: int, workers: int) -> tuple[Tensor, Tensor]:
    """What the encoder sees on `count` crops, (count, F), and their sizes."""
    seen, sizes = [], []
    batches = stream(crops, 0, workers)
    with torch.inference_mode():
        for step in range(count // crops.batch):
            images, known = next(batches)
            seen.append(net.features(images.contiguous(memory_format=torch.channels_last)))
            sizes.append(known)
            if step % 100 == 99:
                logger.info("looked at %d crops", (step + 1) * crops.batch)
    return torch.cat(seen).clone(), torch.cat(sizes).clone()


def fit(net: Sizer, features: Tensor, sizes: Tensor, seed: int) -> float:
    """Train the two layers on the features, keep the epoch that is best on the first eighth, and return its loss."""
    torch.manual_seed(seed)
    net.mean.copy_(features.mean(0))
    net.deviation.copy_(features.std(0) + 1e-3)
    normal, wanted = ((features - net.mean) / net.deviation).clamp(-FARTHEST, FARTHEST), spread(sizes)
    kept_back = len(normal) // 8
    drop = nn.Dropout(DROPOUT)
    layers = nn.Sequential(drop, net.head[0], net.head[1], drop, net.head[2])
    optimiser = torch.optim.AdamW(layers.parameters(), lr=2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimiser, 0.95)
    best, state = float("inf"), net.head.state_dict()
    for _ in range(EPOCHS):
        layers.train()
        for part in torch.randperm(len(normal) - kept_back).split(128):  # type: ignore[no-untyped-call]
            rows = part + kept_back
            optimiser.zero_grad()
            _loss(layers(normal[rows]), wanted[rows]).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        schedule.step()
        layers.eval()
        with torch.inference_mode():
            loss = float(_loss(layers(normal[:kept_back]), wanted[:kept_back]))
        if loss < best:
            best, state = loss, {name: value.clone() for name, value in net.head.state_dict().items()}
    net.head.load_state_dict(state)
    return best


def _loss(rated: Tensor, wanted: Tensor) -> Tensor:
    return -(torch.log_softmax(rated, 1) * wanted).sum(1).mean()


def errors(estimate: SizeEstimator, samples: Sequence[Sample]) -> dict[str, dict[str, float]]:
    """How far the estimates are off in octaves, for each domain and all magnifications: median, and the share within NEAR."""
    found: dict[str, list[float]] = {}
    for sample in samples:
        for change in VIEWS.values():
            image, labels = change(sample.image, sample.labels)
            if diameter := typical_diameter(labels):
                size = estimate([(image, Stretch.of(image))])[0]
                found.setdefault(sample.domain, []).append(abs(float(np.log2(size.diameter / diameter))))
    return {
        domain: {
            "views": len(rows),
            "medianOctaves": round(float(np.median(rows)), 3),
            "near": round(float(np.mean(np.less(rows, NEAR))), 3),
        }
        for domain, rows in found.items()
    }


def train_sizes(start: Mapping[str, Tensor], samples: Sequence[Sample], out: Path, *, plan: Mapping[str, Any]) -> dict[str, Any]:
    """Make the size network and its card in the folder `out`, and return the card.

    `plan` names `shares`, `seed`, `crops`, `workers` and what the encoder comes from (`startedFrom`). Raises KeyError where the weights
    to start from have no such encoder.
    """
    net = Sizer().eval()
    own = net.state_dict()
    net.load_state_dict({**own, **{name: start[name] for name in own if name.startswith(("stem.", "encoder.")) and "tracked" not in name}})
    crops = SizedCrops(choose(samples, "train"), seed=plan["seed"], batch=BATCH, shares=plan["shares"])
    features, sizes = features_of(net, crops, plan["crops"], plan["workers"])
    loss = fit(net, features, sizes, plan["seed"])
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{NAME}.safetensors"
    save_file({name: value.half() for name, value in net.state_dict().items() if "tracked" not in name}, path)
    card: dict[str, Any] = {"name": NAME, "weights": {"sha256": sha256_of(path), "bytes": path.stat().st_size}}
    card |= {"training": {**plan, "split": RULE, "loss": round(loss, 4)}}
    write_card(card, out)
    card |= {"validation": errors(SizeEstimator(out, torch.device("cpu")), choose(samples, "validation"))}
    card |= {"heldOut": errors(SizeEstimator(out, torch.device("cpu")), choose(samples, "held_out"))}
    write_card(card, out)
    return card


def write_card(card: Mapping[str, Any], folder: Path) -> None:
    """The card beside the weights."""
    (folder / f"{NAME}.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
