"""What a card says of how steady a model is: what it loses on each kind of image when contrast, size, depth, light or noise change."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ml_worker.training.cards import MOST_LOSS, VARIANT_NAMES, domain_name, weaknesses
from ml_worker.training.markdown import MEASURES, Card, table, verdict

LOSS_KEYS = {"ap50": "loss", "foregroundIou": "foregroundIouLoss"}


class Loss(NamedTuple):
    """What is lost with one change of a domain's images, in the measure that the domain is judged by."""

    domain: str
    variant: str
    measure: str
    loss: float

    @property
    def is_kept(self) -> bool:
        """Whether it stays within the limit."""
        return self.loss <= MOST_LOSS

    def told(self) -> str:
        """How much of what."""
        return f"{self.loss:+.3f} {MEASURES[self.measure]}"


def measured_domains(card: Card) -> dict[str, Mapping[str, Any]]:
    """The section of each domain that was measured under changes; cards of before have one domain, without its images and its measure."""
    section = card.get("robustness", {})
    return {section["domain"]: section} if "domain" in section else section.get("domains", {})


def losses(card: Card, domain: str | None = None) -> list[Loss]:
    """All losses that were measured, or those of one domain, each in the measure that its domain is judged by."""
    found = []
    for name, section in measured_domains(card).items():
        if domain in (None, name):
            found += _losses_in(section.get("measure", "ap50"), name, section)
    return found


def counting_losses(card: Card) -> list[Loss]:
    """What is lost in AP@0.5, which counts objects, wherever several images were measured: of a single one it is all or nothing."""
    found = []
    for name, section in measured_domains(card).items():
        if _images(card, name, section) > 1:
            found += _losses_in("ap50", name, section)
    return found


def _losses_in(measure: str, domain: str, section: Mapping[str, Any]) -> list[Loss]:
    return [Loss(domain, variant, measure, one[LOSS_KEYS[measure]]) for variant, one in section["variants"].items()]


def _images(card: Card, domain: str, section: Mapping[str, Any]) -> int:
    return int(section.get("images", card["scores"][domain]["images"]))


def unmeasured(card: Card) -> list[str]:
    """Domains with scores that nobody has measured under changes."""
    return [domain for domain in card["scores"] if domain not in measured_domains(card)]


def worst(found: Iterable[Loss]) -> Loss | None:
    """The largest loss; None where nothing was measured."""
    return max(found, key=lambda one: one.loss, default=None)


def steadiness_sentences(card: Card) -> list[str]:
    """One sentence for each change that costs more than the limit: how much, of what, on which images."""
    every = dict.fromkeys([*losses(card), *counting_losses(card)])
    said = []
    for variant, name in VARIANT_NAMES.items():
        found = [one for one in every if one.variant == variant and not one.is_kept]
        where = [f"{one.loss:.2f} of {MEASURES[one.measure]} on {domain_name(one.domain)}" for one in found]
        said += [f"Loses more than {MOST_LOSS} with {name}: {', '.join(where)}."] if where else []
    return said


def known_weaknesses(card: Card) -> list[str]:
    """Sentences about what the card's own figures say against the model."""
    return weaknesses(dict(card)) + steadiness_sentences(card)


def judged(found: Iterable[Loss], *, names_domain: bool = True) -> str:
    """The largest loss and whether it stays within the limit, as a cell of a table."""
    most = worst(found)
    if most is None:
        return "not measured"
    where = f" of {domain_name(most.domain)}" if names_domain else ""
    return f"{most.told()}, {VARIANT_NAMES[most.variant]}{where}: {verdict(most.loss - MOST_LOSS)}"


def losses_table(card: Card) -> str:
    """One line a domain, one column a change: what is lost, bold where it is more than the limit."""
    domains = measured_domains(card)
    variants = [variant for variant in VARIANT_NAMES if any(variant in section["variants"] for section in domains.values())]
    rows = []
    for domain, section in domains.items():
        known = {one.variant: one for one in losses(card, domain)}
        images = _images(card, domain, section)
        measure = MEASURES[section.get("measure", "ap50")]
        rows.append([domain_name(domain), f"{images:,}", measure, *(_cell(known.get(variant), section) for variant in variants)])
    return table(["held-out images", "images", "measure", *(VARIANT_NAMES[variant] for variant in variants)], rows)


def _cell(loss: Loss | None, section: Mapping[str, Any]) -> str:
    if loss is None:
        return "–"
    counting = loss._replace(measure="ap50", loss=section["variants"][loss.variant]["loss"])
    return _signed(loss) if loss.measure == "ap50" else f"{_signed(loss)} (AP@0.5 {_signed(counting)})"


def _signed(loss: Loss) -> str:
    return f"{loss.loss:+.3f}" if loss.is_kept else f"**{loss.loss:+.3f}**"


def steadiness_page(card: Card) -> list[str]:
    """What a model's page says of changed images: the losses of every kind of image and the verdict."""
    if not measured_domains(card):
        return []
    missing = unmeasured(card)
    rest = f" Not measured yet: {', '.join(map(domain_name, missing))}." if missing else ""
    return [
        f"Loss against the images as they are; at most {MOST_LOSS} is wanted, more is bold.",
        losses_table(card),
        f"Most is lost here: {judged(losses(card))}. In AP@0.5 alone: {judged(counting_losses(card))}.{rest}",
    ]
