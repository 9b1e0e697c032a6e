"""How many images got done in each minute of the last hour, as a small drawing and as a sentence that says the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from cellhub_app.domain.jobs.schemas import Throughput
from cellhub_app.web.i18n import counted, t

WIDTH, HEIGHT, GAP = 300, 48, 1
SLIVER = 2.0


@dataclass
class Drawing:
    """Bars of an SVG of WIDTH x HEIGHT, the tallest bar's figure, and the words; without bars when nothing got done."""

    bars: str = ""
    peak: str = ""
    words: str = ""


def drawing(found: Throughput) -> Drawing:
    """The drawing of the last hour."""
    return Drawing(bars(found.minutes), _peak(found.minutes), words(found.minutes))


def bars(minutes: Sequence[int]) -> str:
    """An SVG path of one bar a minute, the most at full height; empty when nothing got done."""
    most = max(minutes, default=0)
    if most == 0:
        return ""
    step = WIDTH / len(minutes)
    heights = [max(SLIVER, HEIGHT * images / most) if images else 0.0 for images in minutes]
    drawn = [(place * step, height) for place, height in enumerate(heights) if height]
    return "".join(f"M{left:.1f} {HEIGHT}v-{height:.1f}h{step - GAP:.1f}v{height:.1f}z" for left, height in drawn)


def words(minutes: Sequence[int]) -> str:
    """`412 images segmented in the last hour: 24 in the last full minute, 31 in the busiest.`"""
    total = sum(minutes)
    if total == 0:
        return t("No image was segmented in the last hour.")
    last = minutes[-2] if len(minutes) > 1 else 0
    said = {"images": counted(total, "image", "images"), "last": f"{last:,}", "peak": f"{max(minutes):,}"}
    return t("{images} segmented in the last hour: {last} in the last full minute, {peak} in the busiest.", **said)


def _peak(minutes: Sequence[int]) -> str:
    return t("at most {peak} a minute", peak=f"{max(minutes):,}") if any(minutes) else ""
