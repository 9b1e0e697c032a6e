"""Where figures are written down: the README's table of speed, and bench/RESULTS.md for machines that are not at hand every day."""

from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
RESULTS = ROOT / "bench" / "RESULTS.md"
HEAD = "| question | answer | target |"
INTRODUCTION = "# Figures of machines that are not at hand every day\n\nWritten by the benchmarks themselves (`--write`).\n"


def verdict(value: float, limit: float) -> str:
    """Whether a value stays below its target."""
    return "met" if value < limit else "**not met**"


def write_row(bench: str, question: str, answer: str, target: str, path: Path = README) -> None:
    """Put a row into the table of speed: in the place of the one that names the benchmark, else at the end of the table.

    Raises ValueError when the file has no such table.
    """
    lines = path.read_text(encoding="utf-8").split("\n")
    if HEAD not in lines:
        raise ValueError(f"{path} has no table that begins with {HEAD}")
    first = lines.index(HEAD) + 2
    end = next((place for place in range(first, len(lines)) if not lines[place].startswith("|")), len(lines))
    known = next((place for place in range(first, end) if f"(`{bench}" in lines[place]), None)
    row = f"| {question} | {answer} | {target} |"
    if known is None:
        lines.insert(end, row)
    else:
        lines[known] = row
    path.write_text("\n".join(lines), encoding="utf-8")


def write_section(title: str, lines: Sequence[str], path: Path = RESULTS) -> None:
    """Put a section into the file of results, in the place of the one of that title, else at the end."""
    text = path.read_text(encoding="utf-8") if path.exists() else INTRODUCTION
    head, *sections = text.split("\n## ")
    kept = {section.split("\n", 1)[0]: section.split("\n", 1)[1].strip() for section in sections}
    kept[title] = "\n".join(lines)
    path.write_text(head.rstrip() + "\n" + "".join(f"\n## {name}\n\n{body}\n" for name, body in kept.items()), encoding="utf-8")
