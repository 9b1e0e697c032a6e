"""The catalogue of models: the cards beside the weights, read as data (the web process never loads torch)."""

import json
from functools import lru_cache
from pathlib import Path

from cellhub_app.core.errors import ModelUnknown
from cellhub_app.core.metrics.preference import Rated, order
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.segmentation.schemas import ModelView


@lru_cache(maxsize=8)
def _cards(folder: Path, stamp: float) -> tuple[ModelView, ...]:  # noqa: ARG001 - the stamp makes changed cards be read again
    return tuple(ModelView.model_validate(json.loads(path.read_text())) for path in sorted(folder.glob("*.json")))


def models(sample_kind: str | None = None) -> list[ModelView]:
    """Every installed model: the one to take for the kind of sample first, then the others that are made for it, the best leading."""
    folder = get_settings().weights_dir
    stamp = max((path.stat().st_mtime for path in folder.glob("*.json")), default=0.0)
    known = _cards(folder, stamp)
    rated = [Rated(model.sample_kinds, model.kinds, model.seconds_per_megapixel) for model in known]
    return [known[index] for index in order(rated, sample_kind)]


def marks() -> dict[str, float]:
    """Model -> the doubt from which on an image should be looked at first, where the model's card knows one."""
    return {card.name: float(card.doubt["lookFrom"]) for card in models() if card.doubt}


def model(name: str) -> ModelView:
    """The model of that name. Raises ModelUnknown with the names there are."""
    found = {card.name: card for card in models()}
    if name not in found:
        raise ModelUnknown(f"There is no model called {name[:40]!r}. Choose one of: {', '.join(found)}.")
    return found[name]
