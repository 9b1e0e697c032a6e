"""Pieces of the texts that `cellhub-evaluate` writes: tables and figures in Markdown, and the place in a file where they go."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Card = Mapping[str, Any]
BEGIN, END = "<!-- written by cellhub-evaluate: begin -->", "<!-- written by cellhub-evaluate: end -->"
MEASURES = {"ap50": "AP@0.5", "ap75": "AP@0.75", "f1": "F1", "foregroundIou": "foreground IoU"}
BRACKETS = "In brackets: 95 % bootstrap intervals over images, which one image alone doesn't have (–)."

ENGINES = {"torch": "torch", "compile": "torch.compile", "openvino": "OpenVINO", "int8": "OpenVINO in eight bits"}


def interval(score: Mapping[str, Any], measure: str) -> str:
    """A score with its 95 % interval, or with a dash where one image leaves none."""
    low, high = score[f"{measure}Interval"]
    return f"{score[measure]:.3f} (–)" if score["images"] == 1 else f"{score[measure]:.3f} ({low:.3f} to {high:.3f})"


def counted(score: Mapping[str, Any]) -> str:
    """On how many images and objects a score rests."""
    images, objects = score["images"], score["objects"]
    return f"{images:,} image{'s' * (images != 1)} with {objects:,} object{'s' * (objects != 1)}"


def verdict(short: float) -> str:
    """Whether something is reached, from how much is missing."""
    if short <= 0:
        return "reached"
    return f"**falls short** by {short:.3f}" if short >= 0.0005 else f"**falls short** by {short:.4f}"


def machine(card: Card) -> str:
    """Where a model was measured."""
    on = card["measuredOn"]
    return f"{on['cpu']}, {on['device']}, {on['threads']} thread(s)"


def engine(card: Card) -> str | None:
    """What computed a network while it was measured; None where there is no network, or nobody wrote it down."""
    found: str | None = card["measuredOn"].get("engine")
    return ENGINES.get(found, found) if found else None


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    return "\n".join([_row(head), _row(["---"] * len(head)), *(_row(row) for row in rows)])


def write_between(path: Path, text: str, begin: str = BEGIN, end: str = END) -> None:
    """Replace what stands between the markers of a file. Raises ValueError when it has none."""
    old = path.read_text(encoding="utf-8")
    if begin not in old or end not in old:
        raise ValueError(f"{path} has no markers {begin} and {end}")
    head, rest = old.split(begin, 1)
    path.write_text(f"{head}{begin}\n{text}\n{end}{rest.split(end, 1)[1]}", encoding="utf-8")
