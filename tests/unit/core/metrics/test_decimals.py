"""Numbers come out as Python itself writes them."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cellhub_app.core.metrics.decimals import ROW, rows, seven_digits

SINGLE = st.floats(width=32, allow_nan=False, allow_infinity=False)
NUMBERS = st.lists(
    st.one_of(SINGLE, st.floats(allow_nan=False, allow_infinity=False), st.integers(-(10**9), 10**9).map(float)), max_size=30
)


def same(one: float, other: float) -> bool:
    return one == other and math.copysign(1, one) == math.copysign(1, other)


@given(NUMBERS)
@example(
    [0.0, -0.0, 1.0, 9999999.5, 9999999.4, 0.99999995, 1234567.5, 2345678.5, 1e15, 999999949999999.0, 1e-4, 9.9999999e-5, 1e22, 5e-324]
)
def test_seven_digits_are_those_of_python(values: list[float]) -> None:
    rounded = seven_digits(np.array(values, float))
    expected = [float(f"{value:.7g}") for value in values]
    assert all(map(same, rounded.tolist(), expected))


@given(NUMBERS)
@example([0.0, -0.0, 100.0, 1234567.0, 12345670.0, 1e14, 1e15, 1e16, 1e17, 0.0001, 0.00001, 0.5, -2.25, 1e300])
def test_texts_are_those_of_python(values: list[float]) -> None:
    rounded = seven_digits(np.array(values, float))[:, np.newaxis]
    assert rows(rounded, [""]) == [repr(value) for (value,) in rounded.tolist()]
    assert [float(text) for text in rows(rounded, [""], is_float=False)] == [value for (value,) in rounded.tolist()]


def test_rows_have_labels_and_say_what_is_missing() -> None:
    values = np.array([[1.5, np.nan], [np.nan, 2.0]])
    assert rows(values, ["µ: ", ", b: "], "null") == ["µ: 1.5, b: null", "µ: null, b: 2.0"]
    assert rows(values, ["a", "b"], None) == ["a1.5", "b2.0"]
    assert rows(values, [f"<A{ROW}>", f"<B{ROW}>"], None, after="</>", first=99, is_float=False) == ["<A99>1.5</>", "<B100>2</>"]


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_nothing_is_written_of_nothing(shape: tuple[int, int]) -> None:
    values = np.zeros(shape)
    assert rows(seven_digits(values), ["x"] * shape[1]) == [""] * shape[0]
