"""Model cards: what a person should know of a model, put together from its training run and its measurements."""

import json
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ml_worker.inference.catalog import Preset
from ml_worker.inference.postprocess import Settings
from ml_worker.inference.scale import Scaling

DOMAIN_KINDS = {
    "nuclei_fluo": "nuclei",
    "histology_color": "nuclei",
    "cells_phase": "cells",
    "spheroid_fluo_invasion": "spheroids",
    "brightfield_sim": "spheroids",
    "invasion_sim": "spheroids",
}
DOMAIN_NAMES = {
    "nuclei_fluo": "fluorescent nuclei",
    "histology_color": "stained tissue in colour",
    "cells_phase": "phase-contrast cells",
    "spheroid_fluo_invasion": "invading spheroids in fluorescence",
    "brightfield_sim": "bright-field spheroids and organoids (simulated)",
    "invasion_sim": "invading spheroids (simulated)",
}
OUTLINED_WHOLE = frozenset({"spheroid_fluo_invasion", "brightfield_sim", "invasion_sim"})  # judged by their area, not object by object
ALL_KINDS = ["nuclei", "cells", "spheroids", "other"]
POOR_AP50 = 0.5
MOST_LOSS = 0.1
VARIANT_NAMES = {
    "inverted": "inverted contrast",
    "halfSize": "half the magnification",
    "doubleSize": "twice the magnification",
    "sixteenBit": "16-bit files",
    "dim": "dim images",
    "noisy": "noisy images",
}


@dataclass(frozen=True)
class Description:
    """What no measurement can tell of a model: `architecture` names a net of nets/registry.py, or is None.

    The preset says what one would choose it for: `fast`; `robust`, which loses less than the fast one where images differ; `accurate`.
    """

    title: str
    architecture: str | None
    preset: Preset


DESCRIPTIONS = {
    "classical": Description("Otsu and watershed", None, "fast"),
    "unet": Description("U-Net", "unet", "fast"),
    "resunet": Description("ResUNet", "resunet", "robust"),
    "cbam_resunet": Description("CBAM-ResUNet", "cbam_resunet", "robust"),
    "hrnet": Description("HRNet", "hrnet", "accurate"),
}


def parameters_section(settings: Settings) -> dict[str, Any]:
    """The parameters that a user may change, with their defaults and limits."""
    return {
        "threshold": {"default": settings.foreground, "min": 0.05, "max": 0.95, "title": "Foreground threshold"},
        "minAreaPx": {"default": settings.min_area_px, "min": 0, "max": 1_000_000, "title": "Smallest object (px)"},
    }


def domain_name(domain: str) -> str:
    """What people call the images of a domain; one's own domains are called as their folders."""
    return DOMAIN_NAMES.get(domain, domain)


def known_first(domains: Iterable[str]) -> list[str]:
    """The domains in the order of DOMAIN_NAMES, then one's own by name; each once."""
    some = set(domains)
    return [*(domain for domain in DOMAIN_NAMES if domain in some), *sorted(some - set(DOMAIN_NAMES))]


def kind_of(domain: str) -> str:
    """The kind of sample that a domain's images show; of one's own domains nobody knows it."""
    return DOMAIN_KINDS.get(domain, "other")


def measure_of(domain: str) -> str:
    """The measure by which a model is judged on a domain."""
    return "foregroundIou" if domain in OUTLINED_WHOLE else "ap50"


def _weak_domain(domain: str, score: dict[str, Any], trained: bool) -> str | None:
    where = domain_name(domain) + ("" if trained else ", which it has not been trained on")
    if score["ap50"] < POOR_AP50:
        return f"Poor on {where}: AP@0.5 {score['ap50']:.2f}."
    if score["ap75"] < POOR_AP50:
        return f"Rough outlines on {where}: AP@0.75 {score['ap75']:.2f}."
    return None


def weaknesses(card: dict[str, Any]) -> list[str]:
    """Sentences about where the measured scores are low or worse than the baseline's."""
    said = [_weak_domain(domain, score, trained=True) for domain, score in card["scores"].items()]
    said += [_weak_domain(domain, score, trained=False) for domain, score in card["notTrainedOn"].items()]
    for domain, score in card.get("baseline", {}).get("scores", {}).items():
        if score["ap50"] > card["scores"][domain]["ap50"]:
            said.append(f"The model without a network does better on {domain_name(domain)}: AP@0.5 {score['ap50']:.2f}.")
    return [sentence for sentence in said if sentence]


def by_kind(scores: dict[str, Any]) -> dict[str, Any]:
    """The mean AP@0.5 and AP@0.75 over the domains of each kind of sample: what models are ranked by."""
    kinds: dict[str, list[dict[str, Any]]] = {}
    for score in scores.values():
        kinds.setdefault(score["sampleKind"], []).append(score)
    return {kind: {key: round(sum(one[key] for one in some) / len(some), 4) for key in ("ap50", "ap75")} for kind, some in kinds.items()}


def make_card(
    name: str, settings: Settings, *, weights: dict[str, Any] | None, training: dict[str, Any] | None, scaling: Scaling | None = None
) -> dict[str, Any]:
    """A card without scores: enough for inference. `weights` holds sha256, bytes and the number of parameters."""
    about = DESCRIPTIONS[name]
    trained_on = training["domains"] if training else []
    return {
        "name": name,
        "title": about.title,
        "architecture": about.architecture,
        "sampleKinds": sorted({kind_of(domain) for domain in trained_on}) if training else ALL_KINDS,
        "preset": about.preset,
        "parameters": parameters_section(settings),
        "postprocessing": {
            "seed": settings.seed,
            "neck": settings.neck,
            "blurSigma": settings.blur_sigma,
            "minSeedPx": settings.min_seed_px,
        },
        "scaling": scaling.written() if scaling else None,
        "looks": 1,
        "weightsSha256": weights["sha256"] if weights else None,
        "weights": weights,
        "training": training,
        "scores": {},
        "kinds": {},
        "secondsPerMegapixel": 0.0,
    }


def with_description(card: dict[str, Any]) -> dict[str, Any]:
    """A card that was written before, with the title and the preset of today."""
    about = DESCRIPTIONS[card["name"]]
    return {**card, "title": about.title, "preset": about.preset}


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
