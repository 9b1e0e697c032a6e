"""What the planes of one image say together: a stack is as doubtful as its planes are on average, since its ends are often out of focus."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from cellhub_app.core.imaging.flaws import FLAWS, Flaw
from cellhub_app.core.imaging.quality import SENTENCES
from ml_worker.tasks.describe import Described


def doubt_of(planes: Iterable[Described]) -> float | None:
    """The mean of the planes' doubts; None where there is nothing to doubt in any."""
    known = [plane.doubt for plane in planes if plane.doubt is not None]
    return sum(known) / len(known) if known else None


def flaws_of(planes: Collection[Described], of: int) -> list[Flaw] | None:
    """Flaws that at least half of the planes have; None where these are less than half `of` all planes: they don't speak for the stack."""
    if 2 * len(planes) < of:
        return None
    return [flaw for flaw, count in _counted(planes) if 2 * count >= len(planes)]


def warnings_of(planes: Collection[Described]) -> list[str]:
    """A sentence for each flaw that any plane has; in a stack it says how many have it."""
    if len(planes) == 1:
        return [SENTENCES[flaw] for flaw, _ in _counted(planes)]
    return [f"{SENTENCES[flaw]} This is so in {count:,} of {len(planes):,} planes." for flaw, count in _counted(planes)]


def _counted(planes: Collection[Described]) -> Sequence[tuple[Flaw, int]]:
    counts = Counter(flaw for plane in planes for flaw in plane.flaws)
    return [(flaw, counts[flaw]) for flaw in FLAWS if counts[flaw]]
