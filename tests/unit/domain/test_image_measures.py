"""Measures of all planes at once are those of each plane alone."""

import numpy as np
import pytest

from cellhub_app.core.metrics import measure
from cellhub_app.core.metrics.invasion import INVASION_METRICS, invasion
from cellhub_app.core.metrics.population import NOT_TYPICAL, population
from cellhub_app.domain.results import image_measures
from cellhub_app.domain.results.columns import Columns
from cellhub_app.domain.results.measures import Scale

NAMES = measure.columns(1)
SIZE = (300, 200)


@pytest.fixture
def table() -> Columns:
    """Planes of 0 to 40 objects, some values of which are missing, and some areas alike."""
    rng = np.random.default_rng(3)
    counts = np.array([5, 0, 1, 40, 2, 17, 0])
    starts = np.concatenate([[0], np.cumsum(counts)])
    values = rng.uniform(1, 50, (counts.sum(), len(NAMES))).astype(np.float32)
    values[:, image_measures.AREA] = np.round(values[:, image_measures.AREA])
    values[:, NAMES.index("intensity_mean_c1")] -= 25
    values[rng.random(counts.sum()) < 0.3, NAMES.index("solidity")] = np.nan
    return Columns((), starts, {}, {place: values[:, place] for place in range(len(NAMES))})


def rows_of(table: Columns, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[np.ndarray[tuple[int, int], np.dtype[np.float32]]]:
    """The vectors of each plane's kept objects."""
    whole = np.stack([table.measures[place] for place in range(len(NAMES))], axis=1)
    return [whole[start:end][kept[start:end]] for start, end in zip(table.starts[:-1], table.starts[1:], strict=True)]


@pytest.mark.parametrize("everything", [True, False])
def test_all_planes_at_once_are_as_each_alone(table: Columns, everything: bool) -> None:
    kept = np.ones(table.count, np.bool_) if everything else np.random.default_rng(5).random(table.count) < 0.5
    area = np.full(len(table.starts) - 1, float(SIZE[0] * SIZE[1]))
    found = {key: image_measures.of_planes(table, kept, key, 1, area) for key in ("object_count", "density", "confluence")}
    typical = {
        (kind, name): image_measures.of_planes(table, kept, f"{kind}_{metric.key}", 1, area)
        for kind in ("mean", "median")
        for metric, name in zip(measure.metrics(1), NAMES, strict=True)
        if metric.key not in NOT_TYPICAL
    }
    spheroid = {metric.key: image_measures.of_planes(table, kept, metric.key, 1, area) for metric in INVASION_METRICS}
    for plane, rows in enumerate(rows_of(table, kept)):
        alone = population(NAMES, rows, *SIZE)
        assert found["object_count"][plane] == alone.count
        assert found["density"][plane] == pytest.approx(alone.density_mpx, rel=1e-6)
        assert found["confluence"][plane] == pytest.approx(alone.confluence, rel=1e-6)
        for (kind, name), values in typical.items():
            expected = getattr(alone.typical[name], kind)
            assert values[plane] == pytest.approx(np.nan if expected is None else expected, rel=1e-5, nan_ok=True)
        pieces = invasion(*(rows[:, place].astype(np.float64) for place in (image_measures.AREA, image_measures.X, image_measures.Y)))
        for key, values in spheroid.items():
            assert values[plane] == pytest.approx(np.nan if pieces is None else getattr(pieces, key), rel=1e-5, nan_ok=True)


def test_every_measure_that_is_offered_can_be_made(table: Columns) -> None:
    area = np.full(len(table.starts) - 1, 6e4)
    for unit in ("px", "um"):
        scale = Scale(unit, "", np.array([0.5]))
        for view in image_measures.offered(1, unit):
            asked = image_measures.named(view.name, 1, scale)
            assert set(image_measures.sources(view.name, 1)) <= set(table.measures)
            made = image_measures.of_planes(table, np.ones(table.count, np.bool_), asked.key, 1, area)
            assert made.shape == (7,)
            assert made.dtype == np.float32
