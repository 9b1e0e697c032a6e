"""What the cards say, for people: the README's section "How good is it"."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ml_worker.training.cards import MOST_LOSS, domain_name, known_first
from ml_worker.training.markdown import BRACKETS, MEASURES, Card, counted, engine, interval, machine, table, verdict
from ml_worker.training.steadiness import Loss, counting_losses, judged, losses, measured_domains, unmeasured

BASELINE = "classical"
NUCLEI = "nuclei_fluo"


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
    known_on = [f"{domain_name(domain)}, AP@0.5 ({counted(score).split(' with')[0]})" for domain, score in domains.items()]
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
    head = [domain_name(domain), MEASURES[measure], f"{least:.2f}"]
    without = "–" if plain is None else f"{plain[measure]:.3f}"
    known = [(score, card) for card in _networks(cards) if (score := _score(card, domain, measure)) is not None]
    if not known:
        rests = "–" if plain is None else counted(plain)
        return [*head, "–", without, rests, "**falls short**: no network is trained on it"]
    best, card = max(known, key=lambda pair: pair[0])
    seen = card["scores"][domain]
    return [*head, f"{interval(seen, measure)}, {card['title']}", without, counted(seen), verdict(least - best)]


def targets_table(cards: Sequence[Card]) -> str:
    """One line a target: the best network's figure, the baseline's, what they rest on, and whether the target is reached."""
    rows = [_target_row(target, cards) for target in TARGETS]
    return table(["images", "measure", "target", "best network", "without a network", "rests on", ""], rows)


def _counts(cards: Sequence[Card]) -> dict[str, Mapping[str, Any]]:
    """A score of each domain, of whichever model has one: all are measured on the same images."""
    found = {domain: score for card in cards for domain, score in card["scores"].items()}
    return {domain: found[domain] for domain in known_first(found)}


def _thin_sentences(cards: Sequence[Card]) -> list[str]:
    """A warning for each domain of which a single image is held out."""
    return [
        f"What is said of {domain_name(domain)} rests on {counted(score)} and says nothing of others."
        for domain, score in _counts(cards).items()
        if score["images"] == 1
    ]


def robustness_table(cards: Sequence[Card]) -> str:
    """One line a network: the most that it loses when images differ, and whether that is kept.

    On nuclei, on all kinds of images in the measure that each is judged by above, and on all kinds in AP@0.5, which counts objects.
    """
    networks = [card for card in _networks(cards) if measured_domains(card)]
    if not networks:
        return ""
    head = [
        f"most lost with changed images (limit {MOST_LOSS})",
        domain_name(NUCLEI),
        "all kinds of images, each in its measure above",
        "all kinds of more than one image, in AP@0.5",
    ]
    rows = [
        [card["title"], judged(losses(card, NUCLEI), names_domain=False), _everywhere(card, losses), _everywhere(card, counting_losses)]
        for card in networks
    ]
    return table(head, rows)


def _everywhere(card: Card, lost: Callable[[Card], Sequence[Loss]]) -> str:
    missing, wanted = len(unmeasured(card)), len(card["scores"])
    return f"measured on {wanted - missing} of {wanted} alone" if missing else judged(lost(card))


def _best(cards: Sequence[Card], domains: Sequence[str]) -> Card:
    """The network with the highest sum of AP@0.5 over the domains, where what it is not trained on counts nothing."""
    return max(_networks(cards), key=lambda card: sum(_score(card, domain, "ap50") or 0.0 for domain in domains))


def baseline_sentence(cards: Sequence[Card]) -> str:
    """Whether the best network beats the model without a network on every domain that this is measured on."""
    baseline = next(card for card in cards if card["name"] == BASELINE)
    domains = list(_counts([baseline]))
    best = _best(cards, domains)
    lost = [domain for domain in domains if (_score(best, domain, "ap50") or 0.0) <= baseline["scores"][domain]["ap50"]]
    asked = f"Wanted too: the best network by its mean AP@0.5, {best['title']}, beats {baseline['title']} at it on every kind of image."
    if not lost:
        return f"{asked} Reached, on all {len(domains)}."
    return f"{asked} **Falls short** on {len(lost)} of {len(domains)}: {'; '.join(_no_better(best, baseline, one) for one in lost)}."


def _no_better(best: Card, baseline: Card, domain: str) -> str:
    plain, seen = baseline["scores"][domain], best["scores"].get(domain)
    if seen is None:
        return f"{domain_name(domain)} (not trained on)"
    pairs = [f"{MEASURES[measure]} {seen[measure]:.3f} against {plain[measure]:.3f}" for measure in ("ap50", "foregroundIou")]
    return f"{domain_name(domain)} ({', '.join(pairs)}; {counted(seen)})"


def _shared(cards: Sequence[Card], tell: Callable[[Card], str | None]) -> str:
    """What is told of the models, each answer once, with the models that it is true of where there are several."""
    told: dict[str, list[str]] = {}
    for card in cards:
        if answer := tell(card):
            told.setdefault(answer, []).append(card["title"])
    return "; ".join(f"{answer} ({', '.join(titles)})" if len(told) > 1 else answer for answer, titles in told.items())


def _where(cards: Sequence[Card]) -> str:
    computed = _shared(cards, engine)
    by = f" Networks were computed by {computed}." if computed else ""
    return f"ms a megapixel: {_shared(cards, machine)}, from pixels to labels.{by}"


def readme_section(cards: Sequence[Card]) -> str:
    """The generated part of the README's section "How good is it"."""
    notes = " ".join([BRACKETS, *_thin_sentences(cards)])
    parts = [targets_table(cards), notes, baseline_sentence(cards), robustness_table(cards), models_table(cards), _where(cards)]
    return "\n\n".join(part for part in parts if part)
