"""Images as the points of figures: one for each segmented plane, its values made from the objects that are asked for, and remembered."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from cellhub_app.domain.results import image_measures
from cellhub_app.domain.results.columns import Columns, Floats, Version
from cellhub_app.domain.results.schemas import Asked
from cellhub_app.domain.results.view import View, range_of, within

VALUES_KEPT = 256
Key = tuple[int, str, tuple[object, ...]]


class PlaneValues:
    """Values of planes that were asked for lately. To sort a million objects for a median takes longer than people notice."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, tuple[tuple[Version, ...], Floats]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, view: View, asked: Asked, key: str) -> Floats:
        """A measure of every plane of a view, px."""
        table = view.table
        filters = (tuple(asked.class_id), asked.border, tuple(asked.where))
        name = (id(table.versions), key, filters)
        with self._lock:
            known = self._known.get(name)
            if known is not None and known[0] is table.versions:
                self._known.move_to_end(name)
                return known[1]
        areas = np.array([view.scene.images[plane.image].area_px for plane in view.scene.planes], np.float64)
        made = image_measures.of_planes(table, view.kept, key, view.scene.channels, areas)
        with self._lock:
            self._known[name] = table.versions, made
            while len(self._known) > VALUES_KEPT:
                self._known.popitem(last=False)
        return made


@lru_cache(maxsize=1)
def plane_values() -> PlaneValues:
    """Those of this process."""
    return PlaneValues()


def points_of(objects: View, asked: Asked, names: Sequence[str]) -> View:
    """The planes of the images in view that lie in the ranges of measures of images, with the named measures at hand. Raises Invalid."""
    scene, scale = objects.scene, objects.scale
    ranges = [one for one in map(range_of, asked.where) if image_measures.is_of_images(one.name, scene.channels)]
    known = [image_measures.named(name, scene.channels, scale) for name in dict.fromkeys([*names, *(one.name for one in ranges)])]
    measures = {one.place: plane_values().of(objects, asked, one.key) for one in known if one.place is not None}
    count = len(scene.planes)
    columns = {
        "id": np.frombuffer(b"".join(scene.images[plane.image].id.bytes for plane in scene.planes), "V16"),
        "image": np.array([plane.image for plane in scene.planes], np.int32),
        "frame": np.array([plane.frame for plane in scene.planes], np.int32),
        "class_id": np.zeros(count, np.int16),
        "score": np.full(count, np.nan, np.float32),
        "doubt": np.full(count, np.nan, np.float32),
        "border": np.zeros(count, np.bool_),
    }
    table = Columns(objects.table.versions, np.arange(count + 1), columns, measures)
    own = [(image_measures.named(one.name, scene.channels, scale), one) for one in ranges]
    mask = within(table, own, scale) & objects.in_view[table.image] if count else np.zeros(0, np.bool_)
    return View(scene, table, scale, objects.in_view, mask, np.ones(count, np.bool_), per="image")


def narrowed(objects: View, asked: Asked) -> View:
    """The objects of the images that lie in the ranges of measures of images; all where there are none. Raises Invalid."""
    if not any(image_measures.is_of_images(range_of(words).name, objects.scene.channels) for words in asked.where):
        return objects
    planes = points_of(objects, asked, []).mask
    return replace(objects, mask=objects.mask & np.repeat(planes, np.diff(objects.table.starts)))
