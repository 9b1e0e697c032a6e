"""The installed models: one card (json) a model, beside the weights, written by `cellhub-evaluate`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cellhub_app.core.errors import ModelUnknown
from cellhub_app.core.metrics.preference import Rated, order
from ml_worker.inference.postprocess import Settings
from ml_worker.inference.scale import Scaling

Preset = Literal["fast", "accurate", "robust"]

WEIGHTS_DIR = Path(__file__).resolve().parents[1] / "weights"


@dataclass(frozen=True)
class ModelCard:
    """What a model is, is good for and was measured at; `content` is the whole card as it was read.

    Its network looks at every image `looks` times, mirrored in other ways (mirrored.py).
    """

    name: str
    title: str
    architecture: str | None
    sample_kinds: tuple[str, ...]
    preset: Preset
    settings: Settings
    scaling: Scaling | None
    looks: int
    weights_sha256: str | None
    seconds_per_megapixel: float
    content: dict[str, Any]


def read_card(path: Path) -> ModelCard:
    """The card in a json file. Raises KeyError when something that inference needs is missing."""
    content = json.loads(path.read_text(encoding="utf-8"))
    parameters, post = content["parameters"], content["postprocessing"]
    return ModelCard(
        name=content["name"],
        title=content["title"],
        architecture=content["architecture"],
        sample_kinds=tuple(content["sampleKinds"]),
        preset=content["preset"],
        settings=Settings(
            foreground=parameters["threshold"]["default"],
            min_area_px=parameters["minAreaPx"]["default"],
            seed=post["seed"],
            neck=post["neck"],
            blur_sigma=post["blurSigma"],
            min_seed_px=post["minSeedPx"],
        ),
        scaling=Scaling.read(content.get("scaling")),
        looks=content.get("looks", 1),
        weights_sha256=content["weightsSha256"],
        seconds_per_megapixel=content["secondsPerMegapixel"],
        content=content,
    )


def read_cards(folder: Path = WEIGHTS_DIR) -> list[ModelCard]:
    """All installed models by name."""
    return [read_card(path) for path in sorted(folder.glob("*.json"))]


def find_card(cards: list[ModelCard], name: str) -> ModelCard:
    """The card of that name. Raises ModelUnknown, whose sentence lists the installed ones."""
    for card in cards:
        if card.name == name:
            return card
    installed = ", ".join(card.name for card in cards) or "none"
    raise ModelUnknown(f"There is no model called {name}; installed are: {installed}.", model=name)


def default_model(cards: list[ModelCard], kind: str) -> str:
    """The model to take for a kind of sample where nobody chooses. Raises ModelUnknown when no model is installed."""
    if not cards:
        raise ModelUnknown("No model is installed: the folder of weights holds no card.")
    rated = [Rated(card.sample_kinds, card.content["kinds"], card.seconds_per_megapixel) for card in cards]
    return cards[order(rated, kind)[0]].name
