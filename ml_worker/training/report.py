"""What the cards say, for people: a page for each model, and the README's section "How good is it"."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ml_worker.training.cards import DOMAIN_NAMES, VARIANT_NAMES

Card = Mapping[str, Any]
BEGIN, END = "<!-- written by cellhub-evaluate: begin -->", "<!-- written by cellhub-evaluate: end -->"
BASELINE = "classical"
MEASURES = {"ap50": "AP@0.5", "ap75": "AP@0.75", "f1": "F1", "foregroundIou": "foreground IoU"}


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


def _interval(score: Mapping[str, Any], measure: str) -> str:
    low, high = score[f"{measure}Interval"]
    return f"{score[measure]:.3f} ({low:.3f} to {high:.3f})"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join([_row(head), _row(["---"] * len(head)), *(_row(row) for row in rows)])


def _networks(cards: Sequence[Card]) -> list[Card]:
    return [card for card in cards if card["name"] != BASELINE]


def models_table(cards: Sequence[Card]) -> str:
    """One line a model: size, speed and AP@0.5 on every domain."""
    domains = [domain for domain in DOMAIN_NAMES if any(domain in card["scores"] for card in cards)]
    head = ["model", "parameters", "ms a megapixel", *(f"{DOMAIN_NAMES[domain]}, AP@0.5" for domain in domains)]
    rows = []
    for card in cards:
        size = f"{card['weights']['parameters'] / 1e6:.2f} M" if card["weights"] else "none"
        scores = [_score(card, domain, "ap50") for domain in domains]
        known = ["–" if score is None else f"{score:.3f}" for score in scores]
        rows.append([f"[{card['title']}](docs/models/{card['name']}.md)", size, f"{1000 * card['secondsPerMegapixel']:.0f}", *known])
    return _table(head, rows)


def targets_table(cards: Sequence[Card]) -> str:
    """One line a target: the best network's figure, the baseline's, and whether the target is reached."""
    baseline = next(card for card in cards if card["name"] == BASELINE)
    rows = []
    for domain, measure, least in TARGETS:
        known = [(score, card) for card in _networks(cards) if (score := _score(card, domain, measure)) is not None]
        plain = _score(baseline, domain, measure)
        without = "–" if plain is None else f"{plain:.3f}"
        if not known:
            rows.append(
                [DOMAIN_NAMES[domain], MEASURES[measure], f"{least:.2f}", "–", without, "**falls short**: no network is trained on it"]
            )
            continue
        best, card = max(known, key=lambda pair: pair[0])
        short = least - best
        verdict = "reached" if short <= 0 else f"**falls short** by {short:.3f}"
        figure = f"{_interval(card['scores'][domain], measure)}, {card['title']}"
        rows.append([DOMAIN_NAMES[domain], MEASURES[measure], f"{least:.2f}", figure, without, verdict])
    return _table(["images", "measure", "target", "best network", "without a network", ""], rows)


def _robust_sentence(cards: Sequence[Card]) -> str:
    best = max(_networks(cards), key=lambda card: _score(card, "nuclei_fluo", "ap50") or 0.0)
    variants = best.get("robustness", {}).get("variants", {})
    parts = [f"{VARIANT_NAMES[variant]} {score['loss']:+.3f}" for variant, score in variants.items()]
    return f"What {best['title']} loses of AP@0.5 on fluorescent nuclei (at most 0.1 is wanted): {', '.join(parts)}."


def readme_section(cards: Sequence[Card]) -> str:
    """The generated part of the README's section "How good is it"."""
    measured_on = cards[0]["measuredOn"]
    where = f"ms a megapixel: {measured_on['cpu']}, {measured_on['device']}, {measured_on['threads']} thread(s), from pixels to labels."
    return "\n\n".join([targets_table(cards), models_table(cards), f"{where} {_robust_sentence(cards)}"])


def _scores_table(card: Card) -> str:
    rows = []
    for domain, score in card["scores"].items():
        baseline = card.get("baseline", {}).get("scores", {}).get(domain)
        plain = f"{baseline['ap50']:.3f}" if baseline else "–"
        figures = [_interval(score, measure) for measure in MEASURES]
        rows.append([DOMAIN_NAMES[domain], f"{score['images']} / {score['objects']}", *figures, plain])
    return _table(["held-out images", "images / objects", *MEASURES.values(), "AP@0.5 without a network"], rows)


def _about(card: Card) -> list[str]:
    lines = [f"* For: {', '.join(card['sampleKinds'])}. Preset: {card['preset']}."]
    if weights := card["weights"]:
        size = f"{weights['parameters']:,} parameters, {weights['bytes'] / 1e6:.1f} MB ({weights['precision']})"
        lines.append(f"* Weights: {size}, SHA-256 `{weights['sha256']}`.")
    if training := card["training"]:
        began = f", begun with the weights of `{training['startedFrom']}`" if training.get("startedFrom") else ""
        hours = training["seconds"] / 3600
        lines.append(
            f"* Trained on {', '.join(DOMAIN_NAMES[domain] for domain in training['domains'])}: {training['steps']:,} steps, "
            f"{training['crops']:,} crops of {training['cropPx']} px, {hours:.1f} h, seed {training['seed']}{began}."
        )
    lines.append(f"* Split: {card['heldOut']}.")
    on = card["measuredOn"]
    lines.append(
        f"* Speed: {1000 * card['secondsPerMegapixel']:.0f} ms a megapixel ({on['cpu']}, {on['device']}, {on['threads']} thread(s))."
    )
    return lines


def _doubt_sentence(doubt: Mapping[str, Any]) -> str:
    seen = doubt["heldOut"]
    worse, others, within = seen["doubtfulWorseThanMedian"], seen["othersWorseThanMedian"], seen.get("imageRankingWithinDomains")
    alike = f"Of two images of one kind the worse has more doubt in {within:.0%} of pairs. " if within is not None else ""
    return (
        f"{seen['doubtful']} of {seen['images']} held-out images are called doubtful (a doubt of {doubt['lookFrom']:.2f} or more): "
        f"{worse:.0%} of them are worse than the median, {others:.0%} of the others; their mean AP@0.5 is {seen['ap50OfDoubtful']:.2f} "
        f"against {seen['ap50OfOthers']:.2f}. {alike}Of {seen['objects']:,} objects {seen['wrongObjects']} are wrong; a wrong one has more "
        f"doubt than a right one in {seen['objectRanking']:.0%} of pairs."
    )


def _reliability_table(doubt: Mapping[str, Any]) -> str:
    rows = [
        [f"{part['from']:.2f} to {part['to']:.2f}", str(part["objects"]), f"{part['meanDoubt']:.2f}", f"{part['wrong']:.2f}"]
        for part in doubt["heldOut"]["reliability"]
        if part["objects"]
    ]
    return _table(["doubt", "objects", "mean doubt", "share that is wrong"], rows)


def card_page(card: Card, pictures: Sequence[str] = ()) -> str:
    """The page of one model, in Markdown; `pictures` are names of files beside it."""
    parts = [
        f"# {card['title']} (`{card['name']}`)",
        "Written by `cellhub-evaluate` from the model's card. In brackets: 95 % bootstrap intervals over images.",
        "\n".join(_about(card)),
        _scores_table(card),
    ]
    if robust := card.get("robustness"):
        rows = [[VARIANT_NAMES[name], f"{score['ap50']:.3f}", f"{score['loss']:+.3f}"] for name, score in robust["variants"].items()]
        parts += ["## When images differ", _table([DOMAIN_NAMES[robust["domain"]], "AP@0.5", "loss"], rows)]
    if (doubt := card.get("doubt")) and doubt.get("heldOut"):
        parts += ["## What its doubts mean", _doubt_sentence(doubt), _reliability_table(doubt)]
    if card["knownWeaknesses"]:
        parts += ["## Known weaknesses", "\n".join(f"* {sentence}" for sentence in card["knownWeaknesses"])]
    parts += [f"![The worst held-out images: found in green, missed in red, invented in blue]({name})" for name in pictures]
    return "\n\n".join(parts) + "\n"


def write_between(path: Path, text: str, begin: str = BEGIN, end: str = END) -> None:
    """Replace what stands between the markers of a file. Raises ValueError when it has none."""
    old = path.read_text(encoding="utf-8")
    if begin not in old or end not in old:
        raise ValueError(f"{path} has no markers {begin} and {end}")
    head, rest = old.split(begin, 1)
    path.write_text(f"{head}{begin}\n{text}\n{end}{rest.split(end, 1)[1]}", encoding="utf-8")
