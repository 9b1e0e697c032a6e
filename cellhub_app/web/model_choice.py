"""Choosing a model and its parameters, as the dialogs "Segment" of a project and of an image do."""

from dataclasses import dataclass
from typing import Literal

import reflex as rx

from cellhub_app.domain.segmentation import service as catalogue
from cellhub_app.domain.segmentation.schemas import ModelParameters, ModelView
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import t

PRESETS = {"fast": t("Fast"), "accurate": t("Accurate"), "robust": t("Robust")}
MEGAPIXELS_ASSUMED = 1.0


@dataclass
class ModelCard:
    """A model as the dialog offers it."""

    name: str
    title: str
    preset: str
    score: str
    score_note: str
    pace: str
    fits: bool
    threshold: float
    threshold_min: float
    threshold_max: float
    threshold_title: str
    min_area_px: int
    min_area_title: str


def model_card(model: ModelView, sample_kind: str, megapixels: float) -> ModelCard:
    """The card's figures for this kind of sample and images of this size."""
    threshold, area = model.parameters.get("threshold", {}), model.parameters.get("minAreaPx", {})
    fits = sample_kind in model.sample_kinds
    score = model.kinds.get(sample_kind, {}).get("ap50")
    seconds = max(0.01, model.seconds_per_megapixel * megapixels)
    return ModelCard(
        name=model.name,
        title=model.title,
        preset=PRESETS.get(model.preset, model.preset),
        score="–" if score is None else f"{score:.2f}",
        score_note=t("AP at 0.5 on held-out images") if score is not None else t("not measured for this kind of sample"),
        pace=t(
            "{seconds} s an image here", seconds=f"{seconds:.2f}" if seconds < 1 else f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}"
        ),
        fits=fits,
        threshold=threshold.get("default", 0.5),
        threshold_min=threshold.get("min", 0.05),
        threshold_max=threshold.get("max", 0.95),
        threshold_title=threshold.get("title", t("Threshold")),
        min_area_px=area.get("default", 0),
        min_area_title=area.get("title", t("Smallest object, px")),
    )


class ModelChoice(rx.State, mixin=True):
    """The cards, the one that is chosen, and its parameters."""

    cards: list[ModelCard] = []
    chosen: str = ""
    threshold: float = 0.5
    min_area_px: int = 0

    def _offer_models(self, sample_kind: str, megapixels: float, first: str | None = None) -> None:
        """Show the models for this kind of sample; the best one is chosen, or `first` where it is there."""
        self.cards = [model_card(model, sample_kind, megapixels) for model in catalogue.models(sample_kind)]
        named = [card for card in self.cards if card.name == first]
        for card in (named or self.cards)[:1]:
            self._pick(card)

    def _pick(self, card: ModelCard) -> None:
        self.chosen, self.threshold, self.min_area_px = card.name, card.threshold, card.min_area_px

    def _parameters(self) -> ModelParameters:
        return ModelParameters(threshold=self.threshold, min_area_px=self.min_area_px)

    @guarded
    async def choose(self, _call: Call, name: str) -> None:
        """Take a model, with its own parameters."""
        for card in self.cards:
            if card.name == name:
                self._pick(card)

    @guarded
    async def set_threshold(self, _call: Call, value: float) -> None:
        """Ask for fewer or more objects."""
        self.threshold = value

    @guarded
    async def set_min_area(self, _call: Call, value: int | Literal[""]) -> None:
        """Leave out what is smaller."""
        self.min_area_px = int(value or 0)
