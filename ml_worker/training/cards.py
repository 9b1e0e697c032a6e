"""Model cards: what a person should know of a model, put together from its training run and its measurements."""

import json
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ml_worker.inference.postprocess import Settings

DOMAIN_KINDS = {
    "nuclei_fluo": "nuclei",
    "histology_color": "nuclei",
    "cells_phase": "cells",
    "spheroid_fluo_invasion": "spheroids",
}
DOMAIN_NAMES = {
    "nuclei_fluo": "fluorescent nuclei",
    "histology_color": "stained tissue in colour",
    "cells_phase": "phase-contrast cells",
    "spheroid_fluo_invasion": "invading spheroids in fluorescence",
}
ALL_KINDS = ["nuclei", "cells", "spheroids", "other"]
POOR_AP50 = 0.5


@dataclass(frozen=True)
class Description:
    """What no measurement can tell of a model: `architecture` names a net of nets/registry.py, or is None."""

    title: str
    architecture: str | None
    preset: str


DESCRIPTIONS = {
    "classical": Description("Otsu and watershed", None, "fast"),
    "unet": Description("U-Net", "unet", "fast"),
}


def parameters_section(settings: Settings) -> dict[str, Any]:
    """The parameters that a user may change, with their defaults and limits."""
    return {
        "threshold": {"default": settings.foreground, "min": 0.05, "max": 0.95, "title": "Foreground threshold"},
        "minAreaPx": {"default": settings.min_area_px, "min": 0, "max": 1_000_000, "title": "Smallest object (px)"},
    }


def weaknesses(scores: dict[str, Any], elsewhere: dict[str, Any]) -> list[str]:
    """Sentences about where the measured scores are low."""
    said = []
    for domain, score in {**scores, **elsewhere}.items():
        trained = "" if domain in scores else ", which it has not been trained on"
        if score["ap50"] < POOR_AP50:
            said.append(f"Poor on {DOMAIN_NAMES[domain]}{trained}: AP@0.5 {score['ap50']:.2f}.")
        elif score["ap75"] < POOR_AP50:
            said.append(f"Outlines on {DOMAIN_NAMES[domain]} are rough{trained}: AP@0.75 {score['ap75']:.2f}.")
    return said


def make_card(name: str, settings: Settings, *, weights: dict[str, Any] | None, training: dict[str, Any] | None) -> dict[str, Any]:
    """A card without scores: enough for inference. `weights` holds sha256, bytes and the number of parameters."""
    about = DESCRIPTIONS[name]
    trained_on = training["domains"] if training else []
    return {
        "name": name,
        "title": about.title,
        "architecture": about.architecture,
        "sampleKinds": sorted({DOMAIN_KINDS[domain] for domain in trained_on}) if training else ALL_KINDS,
        "preset": about.preset,
        "parameters": parameters_section(settings),
        "postprocessing": {"seed": settings.seed, "blurSigma": settings.blur_sigma, "minSeedPx": settings.min_seed_px},
        "weightsSha256": weights["sha256"] if weights else None,
        "weights": weights,
        "training": training,
        "scores": {},
        "secondsPerMegapixel": 0.0,
    }


def cpu_name() -> str:
    """The processor's name as the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor() or "unknown")


def write_card(content: dict[str, Any], folder: Path) -> None:
    """Write folder/<name>.json."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{content['name']}.json"
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
