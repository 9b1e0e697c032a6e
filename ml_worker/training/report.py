"""What the cards say, for people: the README's section "How good is it"."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ml_worker.training.cards import DOMAIN_NAMES, VARIANT_NAMES
from ml_worker.training.markdown import BRACKETS, MEASURES, Card, counted, interval, table

BASELINE = "classical"


class Target(NamedTuple):
    """What the best network is to reach on a domain's held-out images."""

    domain: str
    measure: str
    least: float


TARGETS = (
    Target("nuclei_fluo", "ap50", 0.86),
    Target("nuclei_fluo", "ap75", 0.65),
    Target("histology_color", "ap50", 0.60),
    Target("cells_phase", "ap50", 0.65),
    Target("spheroid_fluo_invasion", "foregroundIou", 0.92),
    Target("invasion_sim", "foregroundIou", 0.92),
    Target("brightfield_sim", "foregroundIou", 0.95),
)


def _score(card: Card, domain: str, measure: str) -> float | None:
    score = card["scores"].get(domain)
    return None if score is None else float(score[measure])


def _networks(cards: Sequence[Card]) -> list[Card]:
    return [card for card in cards if card["name"] != BASELINE]


def models_table(cards: Sequence[Card]) -> str:
    """One line a model: size, speed and AP@0.5 on every domain."""
    domains = _counts(cards)
    known_on = [f"{DOMAIN_NAMES[domain]}, AP@0.5 ({counted(score).split(' with')[0]})" for domain, score in domains.items()]
    head = ["model", "parameters", "ms a megapixel", *known_on]
    rows = []
    for card in cards:
        size = f"{card['weights']['parameters'] / 1e6:.2f} M" if card["weights"] else "none"
        scores = [_score(card, domain, "ap50") for domain in domains]
        known = ["–" if score is None else f"{score:.3f}" for score in scores]
        rows.append([f"[{card['title']}](docs/models/{card['name']}.md)", size, f"{1000 * card['secondsPerMegapixel']:.0f}", *known])
    return table(head, rows)


def _target_row(target: Target, cards: Sequence[Card]) -> list[str]:
    domain, measure, least = target
    baseline = next(card for card in cards if card["name"] == BASELINE)
    plain = baseline["scores"].get(domain)
    head = [DOMAIN_NAMES[domain], MEASURES[measure], f"{least:.2f}"]
    without = "–" if plain is None else f"{plain[measure]:.3f}"
    known = [(score, card) for card in _networks(cards) if (score := _score(card, domain, measure)) is not None]
    if not known:
        rests = "–" if plain is None else counted(plain)
        return [*head, "–", without, rests, "**falls short**: no network is trained on it"]
    best, card = max(known, key=lambda pair: pair[0])
    seen = card["scores"][domain]
    return [*head, f"{interval(seen, measure)}, {card['title']}", without, counted(seen), verdict(least - best)]


def verdict(short: float) -> str:
    """Whether something is reached, from how much is missing."""
    if short <= 0:
        return "reached"
    return f"**falls short** by {short:.3f}" if short >= 0.0005 else f"**falls short** by {short:.4f}"


def targets_table(cards: Sequence[Card]) -> str:
    """One line a target: the best network's figure, the baseline's, what they rest on, and whether the target is reached."""
    rows = [_target_row(target, cards) for target in TARGETS]
    return table(["images", "measure", "target", "best network", "without a network", "rests on", ""], rows)


def _counts(cards: Sequence[Card]) -> dict[str, Mapping[str, Any]]:
    """A score of each domain, of whichever model has one: all are measured on the same images."""
    return {domain: card["scores"][domain] for domain in DOMAIN_NAMES for card in cards if domain in card["scores"]}


def _thin_sentences(cards: Sequence[Card]) -> list[str]:
    """A warning for each domain of which a single image is held out."""
    return [
        f"What is said of {DOMAIN_NAMES[domain]} rests on {counted(score)} and says nothing of others."
        for domain, score in _counts(cards).items()
        if score["images"] == 1
    ]


def _robust_sentence(cards: Sequence[Card]) -> str:
    best = max(_networks(cards), key=lambda card: _score(card, "nuclei_fluo", "ap50") or 0.0)
    variants = best.get("robustness", {}).get("variants", {})
    parts = [f"{VARIANT_NAMES[variant]} {score['loss']:+.3f}" for variant, score in variants.items()]
    return f"What {best['title']} loses of AP@0.5 on fluorescent nuclei (at most 0.1 is wanted): {', '.join(parts)}."


def readme_section(cards: Sequence[Card]) -> str:
    """The generated part of the README's section "How good is it"."""
    measured_on = cards[0]["measuredOn"]
    where = f"ms a megapixel: {measured_on['cpu']}, {measured_on['device']}, {measured_on['threads']} thread(s), from pixels to labels."
    return "\n\n".join(
        [targets_table(cards), " ".join([BRACKETS, *_thin_sentences(cards)]), models_table(cards), f"{where} {_robust_sentence(cards)}"]
    )
