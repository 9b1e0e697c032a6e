"""Many numbers as text at once: seven significant digits, as a float32 has, written as `repr` writes them.

Decimal text is what tables and JSON of a million objects spend their time on; `f"{value:.7g}"` a number would take minutes.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cellhub_app.core.geometry.compiled import compiled

Values = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]

DIGITS = 7
SMALLEST, LARGEST = 1e-4, 1e15  # between them `repr` writes no exponent
TENS = np.array([10.0**power for power in range(23)])  # all exact
TIE = 1e-6  # a number so near the middle between two texts is left to Python, which knows all of its digits
ROW = "\0"  # stands for the number of the row in a label
ROOM = 24  # for a number of seven digits between SMALLEST and LARGEST, with a sign and a point


def seven_digits(values: Values) -> Values:
    """Each number of an array as `float(f"{value:.7g}")` gives it; NaN stays NaN."""
    rounded = np.empty(values.shape)
    odd = np.zeros(values.shape, np.bool_)
    _round(np.ascontiguousarray(values).ravel(), rounded.ravel(), odd.ravel())
    rounded[odd] = [float(f"{value:.7g}") for value in values[odd].tolist()]
    return rounded


def rows(
    values: Values, labels: Sequence[str], missing: str | None = "", *, after: str = "", first: int = 0, is_float: bool = True
) -> list[str]:
    """One text for each row of numbers (n, m) with at most seven digits: each number after the label of its column, and `after` behind it.

    NaN is `missing`; where that is None, its label and `after` are left out too. ROW in a label becomes the row's number, counted from
    `first`. Whole numbers end in .0 as `repr` writes them, unless `is_float` is off.
    """
    values = np.ascontiguousarray(values)
    odd = (values != 0) & ~np.isnan(values) & ~((np.abs(values) >= SMALLEST) & (np.abs(values) < LARGEST))
    odd_texts = [repr(value) if is_float else f"{value:.16G}" for value in values[odd].tolist()]
    words = [_joined(labels), _joined([after, missing or ""]), _joined(odd_texts)]
    widest = sum(map(len, labels)) + values.shape[1] * (2 * ROOM + len(after) + len(missing or ""))
    out = np.empty(len(values) * widest + len(words[2][0]), np.uint8)
    ends = _write(values, odd, *words[0], *words[1], *words[2], missing is None, first, is_float, out).tolist()
    whole = out[: ends[-1] if ends else 0].tobytes().decode()
    if not whole.isascii():
        whole_bytes = out[: ends[-1]].tobytes()
        return [whole_bytes[start:end].decode() for start, end in zip([0, *ends[:-1]], ends, strict=True)]
    return [whole[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)] if ends else []


def _joined(words: Sequence[str]) -> tuple[Bytes, npt.NDArray[np.int64]]:
    """The words in a row as bytes, and where each starts; one start more than words."""
    encoded = [word.encode() for word in words]
    starts = np.concatenate([[0], np.cumsum([len(word) for word in encoded], dtype=np.int64)]).astype(np.int64)
    return np.frombuffer(b"".join(encoded), dtype=np.uint8), starts


@compiled
def _scaled(size: float) -> tuple[float, int]:
    """The number times a power of ten so that it has seven digits before the point, and that power."""
    power = DIGITS - 1 - int(np.floor(np.log10(size)))
    scaled = size * TENS[power] if power >= 0 else size / TENS[-power]
    if scaled < TENS[DIGITS - 1]:
        power += 1
    elif scaled >= TENS[DIGITS]:
        power -= 1
    return (size * TENS[power] if power >= 0 else size / TENS[-power]), power


@compiled
def _round(values: Values, rounded: Values, odd: npt.NDArray[np.bool_]) -> None:
    for index in range(len(values)):
        value = values[index]
        size = abs(value)
        rounded[index] = value
        if size == 0 or np.isnan(value):
            continue
        if size < SMALLEST or size >= LARGEST:
            odd[index] = True
            continue
        scaled, power = _scaled(size)
        if abs(scaled - np.floor(scaled) - 0.5) < TIE:
            odd[index] = True
            continue
        digits = np.floor(scaled + 0.5)
        size = digits / TENS[power] if power >= 0 else digits * TENS[-power]
        rounded[index] = -size if value < 0 else size


@compiled
def _put_whole(out: Bytes, place: int, value: int | np.uint32, least: int) -> int:
    """A whole number from 0 to 2^32 with at least so many digits; answers the place after it."""
    rest = np.uint32(value)
    digits = 1
    bound = np.uint64(10)
    while rest >= bound:
        digits += 1
        bound *= np.uint64(10)
    end = place + max(digits, least)
    for at in range(end - 1, place - 1, -1):
        tenth = rest // np.uint32(10)
        out[at] = np.uint32(48) + rest - tenth * np.uint32(10)
        rest = tenth
    return end


@compiled
def _put_number(out: Bytes, place: int, value: float, is_float: bool) -> int:
    if np.signbit(value):
        out[place] = 45
        place += 1
    digits, power = np.uint32(0), 0
    if value != 0:
        scaled, power = _scaled(abs(value))
        digits = np.uint32(scaled + 0.5)
    while power > 0 and digits % np.uint32(10) == 0:
        digits //= np.uint32(10)
        power -= 1
    whole = np.uint32(digits / TENS[max(0, power)])  # exact: seven digits leave room for what is behind the point
    place = _put_whole(out, place, whole, 1)
    for _ in range(power, 0):
        out[place] = 48
        place += 1
    if power <= 0 and not is_float:
        return place
    out[place] = 46
    rest = digits - whole * np.uint32(TENS[power]) if 0 < power < 8 else (digits if power > 0 else np.uint32(0))
    return _put_whole(out, place + 1, rest, max(1, power))


@compiled
def _put_word(out: Bytes, place: int, words: Bytes, starts: npt.NDArray[np.int64], index: int, row: int) -> int:
    for at in range(starts[index], starts[index + 1]):
        if words[at] == 0:
            place = _put_whole(out, place, row, 1)
        else:
            out[place] = words[at]
            place += 1
    return place


@compiled
def _write(
    values: Values,
    odd: npt.NDArray[np.bool_],
    labels: Bytes,
    label_starts: npt.NDArray[np.int64],
    ends: Bytes,
    end_starts: npt.NDArray[np.int64],
    odd_texts: Bytes,
    odd_starts: npt.NDArray[np.int64],
    leaves_out: bool,
    first: int,
    is_float: bool,
    out: Bytes,
) -> npt.NDArray[np.int64]:
    """Write all rows one after the other; answers where each ends. `ends` are the words behind a number and instead of one."""
    row_ends = np.empty(len(values), np.int64)
    place = used = 0
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            is_missing = np.isnan(values[row, column])
            if is_missing and leaves_out:
                continue
            place = _put_word(out, place, labels, label_starts, column, first + row)
            if is_missing:
                place = _put_word(out, place, ends, end_starts, 1, 0)
            elif odd[row, column]:
                place = _put_word(out, place, odd_texts, odd_starts, used, 0)
                used += 1
            else:
                place = _put_number(out, place, values[row, column], is_float)
            place = _put_word(out, place, ends, end_starts, 0, 0)
        row_ends[row] = place
    return row_ends
