"""The last hour as bars and as a sentence."""

import re
from datetime import UTC, datetime

from cellhub_app.domain.jobs.schemas import Throughput
from cellhub_app.web.throughput import HEIGHT, SLIVER, WIDTH, bars, drawing, words

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_the_busiest_minute_has_the_full_height_and_a_single_image_is_still_seen() -> None:
    drawn = bars([0, 100, 0, 1])
    assert re.findall(r"M([\d.]+) ", drawn) == [f"{WIDTH / 4:.1f}", f"{WIDTH * 3 / 4:.1f}"]
    assert re.findall(r"v-([\d.]+)h", drawn) == [f"{HEIGHT:.1f}", f"{SLIVER:.1f}"]


def test_nothing_is_drawn_where_nothing_got_done() -> None:
    found = drawing(Throughput(until=NOON, minutes=[0] * 60))
    assert (found.bars, found.peak, found.words) == ("", "", "No image was segmented in the last hour.")


def test_the_sentence_says_what_the_bars_show() -> None:
    assert words([0, 31, 24, 2]) == "57 images segmented in the last hour: 24 in the last full minute, 31 in the busiest."
    assert words([0, 0, 1]) == "1 image segmented in the last hour: 0 in the last full minute, 1 in the busiest."
    assert drawing(Throughput(until=NOON, minutes=[1200, 3])).peak == "at most 1,200 a minute"
