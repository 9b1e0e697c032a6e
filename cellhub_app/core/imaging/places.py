"""Where the tiles of a plane lie in its folder; imported by processes that decode nothing, too."""

from typing import NamedTuple

DESCRIPTION = "pyramid.json"


class Place(NamedTuple):
    """A tile's level (0 is the whole picture), column, row, and channel."""

    level: int
    x: int
    y: int
    channel: int

    @property
    def name(self) -> str:
        """The tile's name in the folder."""
        return f"{self.level}/{self.x}-{self.y}-{self.channel}"
