"""Figures of known numbers."""

from uuid import UUID, uuid4

import numpy as np
import pytest

from cellhub_app.core.errors import Invalid
from cellhub_app.core.naming import names_in_order
from cellhub_app.domain.results import figures
from cellhub_app.domain.results.columns import Plane, from_rows, joined, versions_of
from cellhub_app.domain.results.groups import course, group, grouped, times
from cellhub_app.domain.results.measures import Scale, measures_of, named, scale_of
from cellhub_app.domain.results.repository import PlaneRow
from cellhub_app.domain.results.schemas import Asked
from cellhub_app.domain.results.view import View, range_of, scale_for, scene_of, view_of


def view(areas: dict[str, list[float]], **asked: object) -> View:
    """Images named `condition/replicate/name`, each with objects of these areas."""
    rows = []
    for name in areas:
        condition, replicate, _ = name.split("/")
        rows.append(PlaneRow(uuid4(), 1, 0, uuid4(), name, 1, [], 0.5, 1, 64, 64, condition, replicate, ""))
    scene = scene_of(rows, {})
    counts = [len(values) for values in areas.values()]
    total = sum(counts)
    ids = np.frombuffer(b"".join(uuid4().bytes for _ in range(total)), "V16")
    columns = {"n": np.repeat(np.arange(1, len(areas) + 1), counts), "id": ids, "class_id": np.zeros(total, np.int16)}
    columns |= {name: np.full(total, np.nan, np.float32) for name in ("score", "doubt")}
    columns |= {"border": np.zeros(total, np.bool_), "m0": np.concatenate([np.float32(values) for values in areas.values()])}
    table = from_rows(scene.planes, columns, [0])
    in_view = np.ones(len(areas), np.bool_)
    return view_of(scene, table, scale_for(scene, in_view, "px"), in_view, Asked(**asked))


def test_a_histogram_counts_every_number_once_and_no_nan() -> None:
    values = np.float32([0, 1, 1.5, 2, 9.99, 10, np.nan])
    bins = figures.binned(values, 10)
    assert bins.edges.tolist() == list(range(11))
    assert bins.counts() == [1, 2, 1, 0, 0, 0, 0, 0, 0, 2]
    assert bins.counts(values > 1.2) == [0, 1, 1, 0, 0, 0, 0, 0, 0, 2]


def test_whole_numbers_get_a_bin_each_and_equal_ones_still_one() -> None:
    assert figures.binned(np.float32([0, 1, 1, 3])).edges.tolist() == [-0.5, 0.5, 1.5, 2.5, 3.5]
    assert figures.binned(np.float32([0.3, 0.3])).counts() == [2]
    assert figures.binned(np.float32([np.nan])).counts() == [0]


def test_more_values_get_finer_bins_within_bounds() -> None:
    values = np.random.default_rng(1).normal(size=100_000).astype(np.float32)
    assert len(figures.binned(values).edges) == figures.BINS_MOST + 1
    assert figures.BINS_LEAST <= len(figures.binned(values[:200]).edges) - 1 < figures.BINS_MOST


def test_spread_is_that_of_the_numbers() -> None:
    found = figures.spread(np.float32([1, 2, 3, 4, np.nan]))
    assert (found.n, found.missing, found.mean, found.median, found.q1, found.q3) == (4, 1, 2.5, 2.5, 1.75, 3.25)
    assert found.sd == pytest.approx(np.std([1, 2, 3, 4], ddof=1))
    assert figures.spread(np.float32([])).mean is None


def test_a_sample_is_the_same_again_and_keeps_its_objects_under_a_filter() -> None:
    ids = np.frombuffer(b"".join(UUID(int=number * 7919).bytes for number in range(1, 5001)), "V16")
    some = figures.sample(ids, 500)
    assert np.array_equal(some, figures.sample(ids, 500))
    assert (len(set(some.tolist())), some[-1] < len(ids)) == (500, True)
    half = np.arange(0, len(ids), 2)
    kept = set(half[figures.sample(ids[half], 500)].tolist())
    assert set(some.tolist()) & set(half.tolist()) <= kept


def test_ranks_are_those_of_a_whole_sort_with_nan_last() -> None:
    values = np.random.default_rng(2).integers(-5, 5, 300).astype(np.float32)
    values[::17] = np.nan
    for descending in (False, True):
        keys = figures.sort_keys(values, descending=descending)
        places = (figures.ranked(keys, 0, len(values)) & np.uint64(0xFFFFFFFF)).astype(int)
        order = np.argsort(-values if descending else values, kind="stable")
        assert np.array_equal(places, order)
        assert np.array_equal((figures.ranked(keys, 20, 30) & np.uint64(0xFFFFFFFF)).astype(int), order[20:30])


def test_correlation_is_pearsons() -> None:
    x = np.float32([1, 2, 3, 4, np.nan])
    y = np.float32([2, 1, 4, 3, 5])
    assert figures.pearson(x, y) == pytest.approx(np.corrcoef(x[:4], y[:4])[0, 1])
    assert figures.pearson(x, np.ones(5, np.float32)) is None


def test_names_are_ordered_as_people_do() -> None:
    assert names_in_order(["10 nM", "2 nM", "control", "2.5 nM", ""]) == ["control", "", "2 nM", "2.5 nM", "10 nM"]


def test_replicates_are_units_and_images_where_nobody_said_more() -> None:
    found = view({"a/r1/x": [1, 3], "a/r1/y": [5], "a/r2/z": [9], "b//x": [2], "b//x2": [4]})
    values = found.values(found.measure("area_px2"))
    grouping = grouped(found, "condition")
    assert grouping.names == ["a", "b"]
    first, second = (group(found, name, mask, values) for name, mask in zip(grouping.names, grouping.masks, strict=True))
    assert [(one.name, one.n, one.mean) for one in first.replicates] == [("r1", 3, 3.0), ("r2", 1, 9.0)]
    assert [(one.name, one.mean) for one in second.replicates] == [("b//x", 2.0), ("b//x2", 4.0)]
    assert first.whiskers == (1.0, 9.0)
    assert sorted((one.value, one.replicate) for one in first.cells) == [(1, 0), (3, 0), (5, 0), (9, 1)]


def test_a_violin_is_widest_where_most_values_are() -> None:
    values = np.random.default_rng(3).normal(10, 1, 4000).tolist()
    found = view({"a//x": values})
    one = group(found, "a", np.ones(4000, np.bool_), found.values(found.measure("area_px2")))
    assert one.violin is not None
    widest = one.violin.low + (np.argmax(one.violin.density) + 0.5) / len(one.violin.density) * (one.violin.high - one.violin.low)
    assert widest == pytest.approx(10, abs=0.3)
    assert max(one.violin.density) == 1


def test_a_course_weighs_replicates_alike_at_every_time() -> None:
    found = view({"a/r1/t_01.tif": [1, 1, 1], "a/r2/t_01.tif": [5], "a/r1/x_t02.tif": [7], "a/r1/none.tif": [99]})
    at = times(found)
    assert set(at) == {"name"}
    moments = course(found, "a", np.ones(6, np.bool_), found.values(found.measure("area_px2")), at["name"]).moments
    assert [(one.time, one.n, one.replicates, one.mean) for one in moments] == [(1, 4, 2, 3.0), (2, 1, 1, 7.0)]
    assert moments[0].sd == pytest.approx(np.std([1, 5], ddof=1))


def test_planes_that_are_as_they_were_are_taken_over() -> None:
    planes = [Plane(uuid4(), 1, 0, place, 0) for place in range(3)]
    ids = np.frombuffer(b"".join(UUID(int=number).bytes for number in range(6)), "V16")

    def columns(which: list[int], head: int, values: list[float]) -> object:
        own = [planes[place]._replace(head=head) for place in which]
        base = {name: np.zeros(len(values), kind) for name, kind in {"class_id": "i2", "score": "f4", "doubt": "f4", "border": "?"}.items()}
        rows = base | {"n": np.repeat(np.arange(1, len(which) + 1), 2), "id": ids[: len(values)], "m0": np.float32(values)}
        return from_rows(own, rows, [0])

    old, new = columns([0, 1, 2], 1, [0, 1, 10, 11, 20, 21]), columns([1], 2, [12, 13])
    wanted = [planes[2], planes[1]._replace(head=2)]
    found = joined([old, new], wanted)  # type: ignore[list-item]
    assert found.measures[0].tolist() == [20, 21, 12, 13]
    assert (found.versions, found.starts.tolist()) == (versions_of(wanted), [0, 2, 4])
    assert found.image.tolist() == [2, 2, 1, 1]


def test_micrometres_need_a_pixel_size_in_every_image_in_view() -> None:
    sizes = [0.5, None, 0.25]
    everything, some = np.ones(3, np.bool_), np.array([True, False, True])
    assert (scale_of(sizes, everything, None).unit, scale_of(sizes, some, None).unit, scale_of(sizes, some, "px").unit) == (
        "px",
        "um",
        "px",
    )
    assert scale_of(sizes, everything, None).note.startswith("1 of these 3 images have no pixel size")
    with pytest.raises(Invalid):
        scale_of(sizes, everything, "um")


def test_a_name_says_its_unit_and_is_refused_in_the_other() -> None:
    um, px = Scale("um", "", np.ones(1)), Scale("px", "Why.", np.ones(1))
    assert (named("area_um2", 1, um).power, named("area_px2", 1, px).power, named("circularity", 1, um).power) == (2, 0, 0)
    assert named("intensity_mean_c2", 2, um).place == named("intensity_mean_c1", 2, um).place + 5  # type: ignore[operator]
    for name, scale in (("area_px2", um), ("area_um2", px), ("intensity_mean_c2", um), ("", px)):
        with pytest.raises(Invalid):
            named(name, 1, scale)
    assert [measure.name for measure in measures_of(1, "um")][-2:] == ["score", "doubt"]


@pytest.mark.parametrize(
    ("words", "ends"), [("a:1..2", (1, 2)), ("a:-1.5..", (-1.5, np.inf)), ("a:..1e3", (-np.inf, 1000)), ("a:0.5...75", (0.5, 0.75))]
)
def test_ranges_are_read_as_they_are_written(words: str, ends: tuple[float, float]) -> None:
    assert range_of(words)[1:] == ends
