"""What a measure is: its name, unit, formula and where the definition comes from."""

from dataclasses import dataclass
from enum import StrEnum
from math import inf


class Unit(StrEnum):
    """The kind of a unit, in pixels."""

    LENGTH = "px"
    AREA = "px2"
    NONE = "none"
    ANGLE = "rad"
    INTENSITY = "intensity"


POWER = {Unit.LENGTH: 1, Unit.AREA: 2}
SYMBOLS = {
    Unit.LENGTH: ("px", "µm"),
    Unit.AREA: ("px²", "µm²"),
    Unit.NONE: ("", ""),
    Unit.ANGLE: ("rad", "rad"),
    Unit.INTENSITY: ("grey value", "grey value"),
}


@dataclass(frozen=True)
class Metric:
    """One measure of an object. `low` and `high` bound its possible values, both included."""

    key: str
    title: str
    symbol: str
    unit: Unit
    formula: str
    reference: str
    low: float = 0.0
    high: float = inf

    @property
    def power(self) -> int:
        """By which power of the pixel size (um) a value in pixels is multiplied to be in um; 0 where calibration changes nothing."""
        return POWER.get(self.unit, 0)

    @property
    def px_name(self) -> str:
        """The column's name in pixels: area_px2, circularity."""
        return f"{self.key}_{self.unit}" if self.power else self.key

    @property
    def um_name(self) -> str:
        """The column's name when calibrated: area_um2, circularity."""
        return f"{self.key}_{self.unit.replace('px', 'um')}" if self.power else self.key

    @property
    def px_symbol(self) -> str:
        """The unit as written beside a value in pixels."""
        return SYMBOLS[self.unit][0]

    @property
    def um_symbol(self) -> str:
        """The unit as written beside a calibrated value."""
        return SYMBOLS[self.unit][1]
