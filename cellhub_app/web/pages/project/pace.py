"""How fast a project's images are getting done, as a small line: what this tab saw since it opened."""

from collections.abc import Sequence

from cellhub_app.web.i18n import t

WIDTH, HEIGHT = 280, 40
SAMPLES_KEPT = 60
SAMPLE_GAP_S = 1.0
AVERAGED = 3

Sample = tuple[float, int]


def with_sample(samples: Sequence[Sample], moment_s: float, finished: int) -> list[Sample]:
    """The samples with this one, at most one a second; a count that fell starts over."""
    kept = list(samples)
    if kept and finished < kept[-1][1]:
        kept = []
    if kept and moment_s - kept[-1][0] < SAMPLE_GAP_S:
        return kept
    return [*kept, (moment_s, finished)][-SAMPLES_KEPT:]


def rates(samples: Sequence[Sample]) -> list[float]:
    """Images a second, each averaged over the last few samples."""
    found = []
    for index in range(1, len(samples)):
        first, last = samples[max(0, index - AVERAGED)], samples[index]
        found.append((last[1] - first[1]) / (last[0] - first[0]))
    return found


def path(values: Sequence[float]) -> str:
    """An SVG path through the values, zero at the bottom; empty for fewer than three."""
    if len(values) < 3 or max(values) <= 0:
        return ""
    step, top = WIDTH / (len(values) - 1), max(values)
    points = [f"{index * step:.1f} {HEIGHT - 3 - (HEIGHT - 6) * value / top:.1f}" for index, value in enumerate(values)]
    return "M" + " L".join(points)


def words(values: Sequence[float]) -> str:
    """`9.4 images/s`."""
    return t("{pace} images/s", pace=f"{values[-1]:.1f}") if values else ""
