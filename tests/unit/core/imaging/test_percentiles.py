import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cellhub_app.core.imaging.percentiles import percentiles

SHAPES = hnp.array_shapes(max_dims=3, max_side=9)
WHOLE = st.sampled_from([np.uint8, np.uint16, np.int16]).flatmap(lambda kind: hnp.arrays(kind, SHAPES))
ARRAYS = WHOLE | hnp.arrays(np.float32, SHAPES, elements=st.floats(-1e6, 1e6, width=32))


@given(ARRAYS, st.lists(st.floats(0, 100), min_size=1, max_size=4))
def test_they_are_those_of_numpy(values: npt.NDArray[np.generic], percents: list[float]) -> None:
    wanted = np.percentile(values.astype(np.float64), percents)
    assert percentiles(values, percents) == pytest.approx(wanted.tolist(), rel=1e-5, abs=1e-6 * float(np.abs(values.astype(float)).max()))


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_known_values(kind: type) -> None:
    assert percentiles(np.arange(101, dtype=kind).reshape(1, 101), (0, 1, 50, 99.8, 100)) == pytest.approx([0, 1, 50, 99.8, 100])
    assert percentiles(np.full((3, 4), 7, kind), (1, 99)) == [7, 7]


def test_signed_pixels_do_not_run_over() -> None:
    assert percentiles(np.array([-32768, 32767], np.int16), (0, 50, 100)) == pytest.approx([-32768, -0.5, 32767])


@pytest.mark.parametrize("kind", [np.uint8, np.float64])
def test_nothing_has_no_percentiles(kind: type) -> None:
    with pytest.raises((ValueError, IndexError)):
        percentiles(np.zeros((0, 3), kind), (1, 99))
