"""The measures of exports are those of the core, in their order."""

from cellhub_app.core.metrics import measure
from cellhub_app.domain.exports.measures import measures


def test_keys_follow_the_stored_vectors() -> None:
    assert [entry.key for entry in measures(3)] == measure.columns(3)


def test_only_lengths_and_areas_have_micrometres() -> None:
    for entry in measures(1):
        assert (entry.um_key is not None) == (entry.power > 0)
        if entry.um_key:
            assert entry.um_key != entry.key
            assert entry.um_key in measure.as_um({entry.key: 1.0}, 0.5)
            assert measure.as_um({entry.key: 1.0}, 0.5)[entry.um_key] == 0.5**entry.power


def test_definitions_hold_formula_and_reference() -> None:
    by_key = {entry.key: entry for entry in measures(1)}
    assert "sqrt(4 A / pi)" in by_key["equivalent_diameter_px"].definition
    assert by_key["area_px2"].unit == "px²"
    assert by_key["area_px2"].um_unit == "µm²"
