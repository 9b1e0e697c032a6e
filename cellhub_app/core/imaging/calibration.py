"""How large a pixel is and what the channels are called, as far as a TIFF file says."""

import html
import re
from collections.abc import Mapping
from typing import Any

from cellhub_app.core.imaging.info import PixelSizeOrigin

UM_PER_UNIT = {
    "pm": 1e-6, "å": 1e-4, "angstrom": 1e-4, "nm": 1e-3, "nanometer": 1e-3,
    "um": 1.0, "µm": 1.0, "μm": 1.0, "micron": 1.0, "microns": 1.0, "micrometer": 1.0, "micrometre": 1.0, "\\u00b5m": 1.0,
    "mm": 1e3, "millimeter": 1e3, "cm": 1e4, "centimeter": 1e4, "inch": 25_400.0, "m": 1e6,
}  # fmt: skip
UM_PER_RESOLUTION_UNIT = {2: 25_400.0, 3: 10_000.0}  # TIFF tag 296: inch, centimetre
LARGEST_UM = 10.0  # a larger "pixel" in the plain resolution tags is a printer's or a screen's setting
SMALLEST_UM = 1e-4
SQUARE_WITHIN = 0.01

Calibration = tuple[float | None, PixelSizeOrigin | None]
UNKNOWN: Calibration = (None, None)


def from_ome(xml: str) -> Calibration:
    """The pixel size in the first Pixels element of OME-XML."""
    pixels = _first_pixels(xml)
    unit_x = UM_PER_UNIT.get(pixels.get("PhysicalSizeXUnit", "µm").strip().lower())
    unit_y = UM_PER_UNIT.get(pixels.get("PhysicalSizeYUnit", "µm").strip().lower())
    if unit_x is None or unit_y is None or "PhysicalSizeX" not in pixels:
        return UNKNOWN
    size_x = _number(pixels["PhysicalSizeX"])
    size_y = _number(pixels.get("PhysicalSizeY", pixels["PhysicalSizeX"]))
    return _square(size_x * unit_x, size_y * unit_y, "ome")


def channel_names_from_ome(xml: str) -> tuple[str, ...]:
    """The names of the channels of the first Pixels element, empty strings for unnamed ones."""
    return tuple(channel.get("Name", "") for channel in _channels(xml))


def channel_colours_from_ome(xml: str) -> tuple[str, ...]:
    """The colours of the channels of the first Pixels element as #rrggbb, empty where none is given, or black, which shows nothing."""
    return tuple(_colour(channel.get("Color", "")) for channel in _channels(xml))


def _channels(xml: str) -> list[dict[str, str]]:
    inside = re.search(r"<(?:\w+:)?Pixels\b.*?</(?:\w+:)?Pixels>", xml, re.DOTALL)
    return [_attributes(channel) for channel in re.findall(r"<(?:\w+:)?Channel\b[^>]*>", inside.group() if inside else "")]


def _colour(text: str) -> str:
    """OME writes red, green, blue and opacity as the bytes of a signed integer."""
    try:
        rgba = int(text) & 0xFFFFFFFF
    except ValueError:
        return ""
    return f"#{rgba >> 8:06x}" if rgba >> 8 else ""


def from_imagej(metadata: Mapping[str, Any], per_unit_x: float, per_unit_y: float) -> Calibration:
    """ImageJ's `unit` with the numbers of pixels in one of it (TIFF tags 282 and 283)."""
    unit = UM_PER_UNIT.get(str(metadata.get("unit", "")).strip().lower())
    if unit is None or per_unit_x <= 0 or per_unit_y <= 0:
        return UNKNOWN
    return _square(unit / per_unit_x, unit / per_unit_y, "imagej")


def from_resolution(unit: int, per_unit_x: float, per_unit_y: float) -> Calibration:
    """TIFF's resolution tags, believed only below LARGEST_UM."""
    um = UM_PER_RESOLUTION_UNIT.get(unit)
    if um is None or per_unit_x <= 0 or per_unit_y <= 0 or um / per_unit_x > LARGEST_UM:
        return UNKNOWN
    return _square(um / per_unit_x, um / per_unit_y, "tiff")


def _square(size_x: float, size_y: float, origin: PixelSizeOrigin) -> Calibration:
    """A size for square pixels only: measures in um would be wrong for others."""
    if not SMALLEST_UM <= size_x < 1e6 or abs(size_x - size_y) > SQUARE_WITHIN * size_x:
        return UNKNOWN
    return size_x, origin


def _first_pixels(xml: str) -> dict[str, str]:
    element = re.search(r"<(?:\w+:)?Pixels\b[^>]*>", xml)
    return _attributes(element.group()) if element else {}


def _attributes(element: str) -> dict[str, str]:
    return {key: html.unescape(value) for key, value in re.findall(r"""([\w:]+)\s*=\s*["']([^"']*)["']""", element)}


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
