"""What a card says of how steady a model is: what it loses on each kind of image when contrast, size, depth, light or noise change."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ml_worker.training.cards import MOST_LOSS, VARIANT_NAMES, domain_name
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
    """All losses that were measured, or those of one domain."""
    found = []
    for name, section in measured_domains(card).items():
        measure = section.get("measure", "ap50")
        if domain in (None, name):
            found += [Loss(name, variant, measure, one[LOSS_KEYS[measure]]) for variant, one in section["variants"].items()]
    return found


def unmeasured(card: Card) -> list[str]:
    """Domains with scores that nobody has measured under changes."""
    return [domain for domain in card["scores"] if domain not in measured_domains(card)]


def worst_loss(card: Card, domain: str | None = None) -> Loss | None:
    """The largest loss of all, or of one domain; None where nothing was measured."""
    return max(losses(card, domain), key=lambda one: one.loss, default=None)


def steadiness_sentences(card: Card) -> list[str]:
    """One sentence for each change that costs more than the limit: how much, of what, on which images."""
    said = []
    for variant, name in VARIANT_NAMES.items():
        found = [one for one in losses(card) if one.variant == variant and not one.is_kept]
        where = [f"{one.loss:.2f} of {MEASURES[one.measure]} on {domain_name(one.domain)}" for one in found]
        said += [f"Loses more than {MOST_LOSS} with {name}: {', '.join(where)}."] if where else []
    return said


def judged(card: Card, domain: str | None = None) -> str:
    """The largest loss and whether it stays within the limit, as a cell of a table."""
    worst = worst_loss(card, domain)
    if worst is None:
        return "not measured"
    where = "" if domain else f" of {domain_name(worst.domain)}"
    return f"{worst.told()}, {VARIANT_NAMES[worst.variant]}{where}: {verdict(worst.loss - MOST_LOSS)}"


def losses_table(card: Card) -> str:
    """One line a domain, one column a change: what is lost, bold where it is more than the limit."""
    domains = measured_domains(card)
    variants = [variant for variant in VARIANT_NAMES if any(variant in section["variants"] for section in domains.values())]
    rows = []
    for domain, section in domains.items():
        known = {one.variant: one for one in losses(card, domain)}
        images = section.get("images", card["scores"][domain]["images"])
        measure = MEASURES[section.get("measure", "ap50")]
        rows.append([domain_name(domain), f"{images:,}", measure, *(_cell(known.get(variant), section) for variant in variants)])
    return table(["held-out images", "images", "measure", *(VARIANT_NAMES[variant] for variant in variants)], rows)


def _cell(loss: Loss | None, section: Mapping[str, Any]) -> str:
    if loss is None:
        return "–"
    own = f"{loss.loss:+.3f}" if loss.is_kept else f"**{loss.loss:+.3f}**"
    plain = section["variants"][loss.variant]["loss"]
    return own if loss.measure == "ap50" else f"{own} (AP@0.5 {plain:+.3f})"


def steadiness_page(card: Card) -> list[str]:
    """What a model's page says of changed images: the losses of every kind of image and the verdict."""
    if not measured_domains(card):
        return []
    missing = unmeasured(card)
    rest = f" Not measured yet: {', '.join(map(domain_name, missing))}." if missing else ""
    return [
        f"Loss against the images as they are; at most {MOST_LOSS} is wanted, more is bold.",
        losses_table(card),
        f"Most is lost here: {judged(card)}.{rest}",
    ]
