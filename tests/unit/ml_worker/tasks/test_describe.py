"""From labels to what is stored."""

import numpy as np
import pytest

from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.raster import labels_from_polygons
from cellhub_app.core.metrics import measure
from ml_worker.inference.instances import Instances, put_together
from ml_worker.tasks.describe import describe


def instances() -> Instances:
    labels = np.zeros((40, 60), np.int32)
    labels[5:15, 5:25] = 1
    labels[20:35, 30:50] = 2
    labels[25:30, 35:40] = 0
    return Instances(labels, np.array([0.9, 0.7], np.float32), np.array([0.1, 0.5], np.float32), missed=1.0)


@pytest.mark.parametrize("channels", [1, 3])
def test_outlines_are_the_labels_and_areas_are_their_pixels(channels: int) -> None:
    found = instances()
    described = describe([found], np.full((40, 60, channels), 7, np.uint16))
    polygons = [codec.decode(item.geometry) for item in described.objects]
    assert np.array_equal(labels_from_polygons(polygons, 40, 60), found.labels)
    assert [item.area_px for item in described.objects] == [200, 275]
    assert [tuple(item.bbox) for item in described.objects] == [(5, 5, 25, 15), (30, 20, 50, 35)]
    assert {len(item.measures) for item in described.objects} == {len(measure.columns(channels))}
    assert described.doubt == pytest.approx(1.6 / 3), "one that is missing counts as one that is wrong"
    assert described.overlay[8:12] == b"WEBP"


def test_an_image_without_objects_has_no_doubt() -> None:
    empty = Instances(np.zeros((8, 8), np.int32), np.zeros(0, np.float32), np.zeros(0, np.float32))
    described = describe([empty], np.zeros((8, 8, 1), np.uint8))
    assert (described.objects, described.doubt) == ([], None)


def test_pieces_of_an_image_are_described_in_its_coordinates() -> None:
    whole = instances()
    upper = Instances(np.ascontiguousarray(whole.labels[:18]), whole.scores[:1], whole.doubts[:1], whole.missed)
    right = Instances((whole.labels[17:, 25:] > 0).astype(np.int32), whole.scores[1:], whole.doubts[1:], y=17, x=25)
    together = put_together([upper, right], (40, 60))
    assert np.array_equal(together.labels, whole.labels)
    plane = np.random.default_rng(0).integers(0, 999, (40, 60, 2), np.uint16)
    one, other = describe([whole], plane), describe([upper, right], plane)
    assert [item.geometry for item in one.objects] == [item.geometry for item in other.objects]
    assert [item.bbox for item in one.objects] == [item.bbox for item in other.objects]
    np.testing.assert_allclose([item.measures for item in one.objects], [item.measures for item in other.objects], rtol=1e-6)
    assert (one.overlay, one.doubt) == (other.overlay, other.doubt)
