"""The page of a model: its card, for people."""

from collections.abc import Mapping, Sequence
from typing import Any

from ml_worker.training.cards import domain_name, known_first
from ml_worker.training.markdown import BRACKETS, MEASURES, Card, engine, interval, machine, table
from ml_worker.training.provenance import Training, runs, source_of, training_sentence
from ml_worker.training.steadiness import steadiness_page

SAME_SOURCES = "Training, validation and held-out images of a kind come from one source: expect less on images of other laboratories."


def _scores_table(card: Card) -> str:
    rows = []
    for domain, score in card["scores"].items():
        baseline = card.get("baseline", {}).get("scores", {}).get(domain)
        plain = f"{baseline['ap50']:.3f}" if baseline else "–"
        figures = [interval(score, measure) for measure in MEASURES]
        rows.append([domain_name(domain), f"{score['images']:,} / {score['objects']:,}", *figures, plain])
    return table(["held-out images", "images / objects", *MEASURES.values(), "AP@0.5 without a network"], rows)


def _about(card: Card) -> list[str]:
    lines = [f"* For: {', '.join(card['sampleKinds'])}. Preset: {card['preset']}."]
    if weights := card["weights"]:
        size = f"{weights['parameters']:,} parameters, {weights['bytes'] / 1e6:.1f} MB ({weights['precision']})"
        lines.append(f"* Weights: {size}, SHA-256 `{weights['sha256']}`.")
    if training := card["training"]:
        lines.append(f"* {training_sentence(training)}")
    lines.append(f"* Split: {card['heldOut']}.")
    by = f", computed by {engine(card)}" if engine(card) else ""
    lines.append(f"* Measured on {machine(card)}{by}: {1000 * card['secondsPerMegapixel']:.0f} ms a megapixel.")
    return lines


def _sources_table(card: Card) -> str:
    shares = card["training"]["shares"] if card["training"] else {}
    whole = sum(shares.values())
    rows = []
    for domain in known_first([*shares, *card["scores"]]):
        share = f"{shares[domain] / whole:.0%}" if domain in shares else "–"
        rows.append([domain_name(domain), share, *source_of(domain)])
    return table(["images", "share of the training crops", "source", "licence", "where"], rows)


def _runs_table(trained: Sequence[Training]) -> str:
    rows = []
    for run in trained:
        shares = ", ".join(f"{domain_name(domain)} {share:g}" for domain, share in run["shares"].items())
        began = f"`{run['startedFrom']}`" if run["startedFrom"] else "random weights"
        figures = [f"{run['steps']:,}", f"{run['crops']:,}", f"{run['seconds'] / 3600:.1f}", str(run["seed"])]
        rows.append([began, *figures, shares])
    return table(["began with", "steps", "crops", "hours", "seed", "shares of the crops"], rows)


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
    return table(["doubt", "objects", "mean doubt", "share that is wrong"], rows)


def card_page(card: Card, pictures: Sequence[str] = ()) -> str:
    """The page of one model, in Markdown; `pictures` are names of files beside it."""
    parts = [
        f"# {card['title']} (`{card['name']}`)",
        f"Written by `cellhub-evaluate` from the model's card. {BRACKETS}",
        "\n".join(_about(card)),
        _scores_table(card),
    ]
    if card["training"] and (trained := runs(card["training"])):
        parts += ["## The runs that led to its weights", _runs_table(trained)]
    parts += ["## Where the images come from", SAME_SOURCES, _sources_table(card)]
    if steadiness := steadiness_page(card):
        parts += ["## When images differ", *steadiness]
    if (doubt := card.get("doubt")) and doubt.get("heldOut"):
        parts += ["## What its doubts mean", _doubt_sentence(doubt), _reliability_table(doubt)]
    if card["knownWeaknesses"]:
        parts += ["## Known weaknesses", "\n".join(f"* {sentence}" for sentence in card["knownWeaknesses"])]
    parts += [f"![The worst held-out images: found in green, missed in red, invented in blue]({name})" for name in pictures]
    return "\n\n".join(parts) + "\n"
