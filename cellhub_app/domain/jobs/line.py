"""Where a batch stands in the line. Pure arithmetic: no clock, no database.

Users take turns, so before a user's k-th job each user v has min(queued_v, k) jobs served: the position of that job is the
sum of these over all users. What an image costs is nearly proportional to its pixels, with a little for the image as such: work
is counted in *effective megapixels*, its megapixels and IMAGE_MEGAPIXELS.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

IMAGE_MEGAPIXELS = 0.05


@dataclass(frozen=True)
class Stretch:
    """Jobs of one batch that stand together in their user's line; `megapixels` is the sum over their images.

    `card_pace` is what the model's card promises, in seconds a megapixel.
    """

    user_id: UUID
    batch_id: UUID
    model: str
    queued: int
    megapixels: float
    card_pace: float | None = None

    @property
    def size(self) -> float:
        """Effective megapixels."""
        return size(self.queued, self.megapixels)


@dataclass(frozen=True)
class Place:
    """Positions of a batch's next and last image (1 is the head of the line), and the effective megapixels up to that last by model."""

    first: int
    last: int
    work: Mapping[str, float]


@dataclass(frozen=True)
class InHand:
    """A job that a worker holds."""

    batch_id: UUID | None
    model: str
    started_at: datetime
    megapixels: float


def size(images: float, megapixels: float) -> float:
    """Effective megapixels of images with so many megapixels together."""
    return megapixels + IMAGE_MEGAPIXELS * images


def _served(line: Sequence[Stretch], count: int) -> dict[str, float]:
    served: dict[str, float] = defaultdict(float)
    left = count
    for stretch in line:
        taken = min(stretch.queued, left)
        served[stretch.model] += stretch.size * taken / stretch.queued
        left -= taken
    return served


def places(stretches: Iterable[Stretch]) -> dict[UUID, Place]:
    """The place of each batch; the stretches of one user must come in the order in which they will be served."""
    lines: dict[UUID, list[Stretch]] = defaultdict(list)
    for stretch in stretches:
        if stretch.queued > 0:
            lines[stretch.user_id].append(stretch)
    lengths = [sum(stretch.queued for stretch in line) for line in lines.values()]
    found: dict[UUID, Place] = {}
    for own in lines.values():
        before = 0
        for stretch in own:
            after = before + stretch.queued
            work: Counter[str] = Counter()
            for line in lines.values():
                work.update(_served(line, after))
            first, last = (sum(min(length, turn) for length in lengths) for turn in (before + 1, after))
            found[stretch.batch_id] = Place(first, last, work)
            before = after
    return found


def work_ahead(batch_id: UUID, place: Place | None, in_hand: Iterable[InHand]) -> dict[str, float]:
    """Effective megapixels by model until a batch is through: what workers hold that was begun before its last image, and its line."""
    held = list(in_hand)
    own = [one.started_at for one in held if one.batch_id == batch_id]
    work: dict[str, float] = defaultdict(float, place.work if place else {})
    for one in held:
        if place or (own and one.started_at <= max(own)):
            work[one.model] += size(1, one.megapixels)
    return dict(work)
