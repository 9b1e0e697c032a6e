"""Which image a name means; in doubt none."""

from uuid import UUID

import pytest

from cellhub_app.domain.imports.findings import NAMES_TOLD, KnownImage, Report
from cellhub_app.domain.imports.matching import AMBIGUOUS, UNKNOWN, Images

NAMES = ("a.png", "b.tif", "b.png", "c.png", "C.png", "well.A01.ome.tif", "x:y.png", "stack.tif", "Ωμέγα.png")
IMAGES = Images(KnownImage(UUID(int=k), name, 10, 10, 4) for k, name in enumerate(NAMES))


@pytest.mark.parametrize(
    ("name", "place", "frame"),
    [
        ("a.png", 0, 0), ("A", 0, 0), ("d/e/a.json", 0, 0), ("d\\a.txt", 0, 0), ("b.tif", 1, 0), ("B.PNG", 2, 0),
        ("well.A01.ome.txt", 5, 0), ("well.a01.ome", 5, 0), ("x_y.txt", 6, 0), ("stack_frame3.tif", 7, 3), ("Ωμε\u0301γα.txt", 8, 0),
    ],
)  # fmt: skip
def test_names_that_mean_one_image(name: str, place: int, frame: int) -> None:
    match = IMAGES.by_name(name)
    assert isinstance(match, tuple)
    assert (match[0].name, match[1]) == (NAMES[place], frame)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("z.png", UNKNOWN),
        ("", UNKNOWN),
        ("b.txt", AMBIGUOUS),
        ("c.png", AMBIGUOUS),
        ("stack_frame4.tif", UNKNOWN),
        ("b_frame1.txt", UNKNOWN),
    ],
)
def test_names_that_mean_none(name: str, why: str) -> None:
    assert IMAGES.by_name(name) == why


def test_identifiers_are_text() -> None:
    assert IMAGES.by_id(str(UUID(int=3))) is not None
    assert IMAGES.by_id({"a": 1}) is None


def test_a_report_of_many_names_stays_small() -> None:
    report = Report("a.zip")
    for number in range(5 * NAMES_TOLD):
        report.leave(f"{number}.png", UNKNOWN)
        report.refuse(f"{number}.json", "no")
    assert (len(report.unmatched), report.unmatched_count) == (NAMES_TOLD, 5 * NAMES_TOLD)
    assert (len(report.refused), report.refused_count) == (NAMES_TOLD, 5 * NAMES_TOLD)
