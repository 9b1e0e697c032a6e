"""Cards as measurements leave them, for tests of what is said of them."""


def score(ap50: float, kind: str = "nuclei", iou: float = 0.9, images: int = 3, objects: int = 70) -> dict[str, object]:
    """A domain's scores."""
    values = {"ap50": ap50, "ap75": ap50 / 2, "f1": ap50, "foregroundIou": iou}
    intervals = {f"{name}Interval": [value - 0.1, value + 0.1] for name, value in values.items()}
    return {"sampleKind": kind, **values, **intervals, "images": images, "objects": objects}


def card(name: str, **scores: dict[str, object]) -> dict[str, object]:
    """A card with scores of domains."""
    return {"name": name, "title": name.title(), "scores": scores, "notTrainedOn": {}, "secondsPerMegapixel": 0.1, "weights": None}


def measured(name: str, **scores: dict[str, object]) -> dict[str, object]:
    """A card with all that pages tell of, but for what a network was trained on."""
    where = {"cpu": "a processor", "device": "cpu", "threads": 2}
    rest = {"sampleKinds": ["nuclei"], "preset": "fast", "training": None, "heldOut": "by name", "knownWeaknesses": []}
    return {**card(name, **scores), **rest, "measuredOn": where}
