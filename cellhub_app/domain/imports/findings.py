"""What readers find, and the report of what became of everything that a file holds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from cellhub_app.core.geometry.polygon import Polygon

NAMES_TOLD = 100  # of each kind, in a report


@dataclass(frozen=True)
class KnownImage:
    """An image of the project that annotations can belong to; sizes are px, None for a file that was never read.

    `planes` counts slices and timepoints together; a frame is the number of one (core/imaging/planes.py).
    """

    id: UUID
    name: str
    width: int | None
    height: int | None
    planes: int = 1


@dataclass(frozen=True)
class Target:
    """One frame of an image, with its size in px."""

    image: KnownImage
    frame: int
    height: int
    width: int


@dataclass(frozen=True)
class FoundObject:
    """One object in px; `class_name` is None where the format or the file does not say it."""

    polygon: Polygon
    class_name: str | None = None
    score: float | None = None


@dataclass(frozen=True)
class ImageObjects:
    """What a file says about one frame of an image; no objects means that somebody looked and found none."""

    target: Target
    objects: Sequence[FoundObject]


@dataclass
class Report:
    """What became of an import.

    `read` counts the objects that were taken over, among them the `repaired` ones by what was done to them; `lost` counts those that were
    not, by the reason. `unmatched` tells for names in the file why they belong to no image, `refused` for files why they can't be read, the
    first NAMES_TOLD of each.
    """

    file: str
    images: int = 0
    read: int = 0
    repaired: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    unmatched: dict[str, str] = field(default_factory=dict)
    unmatched_count: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    refused_count: int = 0

    def leave(self, name: str, why: str) -> None:
        """A name of the file belongs to no image."""
        self.unmatched_count += 1
        if len(self.unmatched) < NAMES_TOLD:
            self.unmatched[name[:200]] = why

    def refuse(self, name: str, why: str) -> None:
        """A file of the upload can't be read."""
        self.refused_count += 1
        if len(self.refused) < NAMES_TOLD:
            self.refused[name[:200]] = why
