"""What can be chosen beside formats: units, names of classes, train, val and test sets, how overlays look."""

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
import yaml
from PIL import Image
from pycocotools.coco import COCO
from pydantic import ValidationError

from cellhub_app.domain.exports.bundle import Bundle
from cellhub_app.domain.exports.options import ExportOptions, OutlineStyle, Split
from cellhub_app.domain.exports.packing import pack
from tests.unit.domain.exports.bundles import Packed, Scene, discs
from tests.unit.domain.exports.test_coco import load

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools
IDS = [UUID(int=number) for number in range(1, 101)]
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HISTORY = [
    (1, "model", NOON),
    (2, "edit", NOON + timedelta(hours=1)),
    (3, "model", NOON + timedelta(hours=2)),
    (4, "edit", NOON + timedelta(hours=3)),
]


def packed(scene: Scene, *formats: str, **choices: object) -> Packed:
    """The ZIP of a scene whose bundle has other choices."""
    target = scene.folder / "chosen.zip"
    bundle = Bundle(**{**vars(scene.bundle), **choices})
    pack(bundle, scene.images, formats, target)
    return Packed(target)


def split_scene(folder: Path, split: Split, count: int = 10) -> Scene:
    scene = Scene(folder)
    for number in range(count):
        scene.add(f"{number}.png", discs())
    groups = split.groups(image.id for image in scene.images)
    scene.images = [replace(image, group=groups[image.id]) for image in scene.images]
    return scene


def test_the_same_seed_gives_the_same_groups_whatever_the_order() -> None:
    split = Split(train=0.7, val=0.2, test=0.1, seed=7)
    groups = split.groups(IDS)
    assert Counter(groups.values()) == {"train": 70, "val": 20, "test": 10}
    assert split.groups(reversed(IDS)) == groups
    assert Split(train=0.7, val=0.2, test=0.1, seed=8).groups(IDS) != groups


@pytest.mark.parametrize("shares", [(0.5, 0.5, 0.5), (0, 0.5, 0.5), (1.1, -0.1, 0)])
def test_shares_that_make_no_whole_are_refused(shares: tuple[float, float, float]) -> None:
    with pytest.raises(ValidationError):
        Split(train=shares[0], val=shares[1], test=shares[2])


def test_yolo_has_a_folder_for_each_group(tmp_path: Path) -> None:
    split = Split(train=0.6, val=0.2, test=0.2)
    scene = split_scene(tmp_path, split)
    made = packed(scene, "yolo", split=split)
    described = yaml.safe_load(made.text("yolo/data.yaml"))
    assert {name: described[name] for name in ("train", "val", "test")} == {name: f"images/{name}" for name in ("train", "val", "test")}
    folders = Counter(Path(name).parent.as_posix() for name in made.names if name.startswith(("yolo/labels", "yolo/images")))
    assert folders == {
        f"yolo/{kind}/{name}": count for kind in ("labels", "images") for name, count in (("train", 6), ("val", 2), ("test", 2))
    }
    rows = list(csv.DictReader(io.StringIO(made.text("split.csv"))))
    assert {row["stem"]: row["split"] for row in rows} == {image.stem: image.group for image in scene.images}


def test_without_a_share_for_val_yolo_still_names_one(tmp_path: Path) -> None:
    split = Split(train=1, val=0, test=0)
    described = yaml.safe_load(packed(split_scene(tmp_path, split, 2), "yolo", split=split).text("yolo/data.yaml"))
    assert (described["train"], described["val"], "test" in described) == ("images/train", "images/train", False)


def test_coco_has_a_file_for_each_group_with_the_same_categories(tmp_path: Path) -> None:
    split = Split(train=0.5, val=0.5, test=0)
    scene = split_scene(tmp_path, split)
    odd = next(image for image in scene.images if image.group == "val")
    scene.images[scene.images.index(odd)] = replace(odd, objects=[replace(entry, class_id=3) for entry in odd.objects])
    made = packed(scene, "coco", split=split)
    assert [name for name in made.names if name.startswith("coco/")] == ["coco/annotations_train.json", "coco/annotations_val.json"]
    found: dict[str, COCO] = {}
    for group in ("train", "val"):
        path = tmp_path / f"{group}.json"
        path.write_bytes(made.read(f"coco/annotations_{group}.json"))
        found[group] = COCO(str(path))
        assert {image["file_name"] for image in found[group].dataset["images"]} == {i.file_name for i in scene.images if i.group == group}
        assert [kind["name"] for kind in found[group].dataset["categories"]] == ["nucleus", "class 3"]


def test_tables_have_one_unit_when_one_is_wanted(scene: Scene) -> None:
    heads = {units: packed(scene, "csv", units=units).text("csv/objects.csv").split("\n", 1)[0].split(",") for units in ("px", "um")}
    assert [name for name in heads["px"] if name.endswith("_um") or name.endswith("_um2")] == []
    assert [name for name in heads["um"] if name.endswith("_px")] == []
    assert "solidity" in heads["px"]
    assert "solidity" in heads["um"]
    assert "um" not in packed(scene, "json", units="px").json("json/project.json")["images"][0]["objects"][0]


def test_renamed_classes_have_their_new_name_everywhere(scene: Scene, tmp_path: Path) -> None:
    project = replace(scene.bundle.project, class_names={0: "HeLa"})
    made = packed(scene, "coco", "csv", "yolo", project=project)
    assert [kind["name"] for kind in load(made, tmp_path).dataset["categories"]] == ["HeLa"]
    assert {row["class"] for row in csv.DictReader(io.StringIO(made.text("csv/objects.csv")))} == {"HeLa"}
    assert yaml.safe_load(made.text("yolo/data.yaml"))["names"] == {0: "HeLa"}


def test_classes_with_the_same_new_name_become_the_first() -> None:
    options = ExportOptions(class_names={2: "cell", 1: "cell", 4: "debris"})
    assert [options.merged(number) for number in range(6)] == [0, 1, 1, 3, 4, 5]


@pytest.mark.parametrize(
    ("choices", "number"),
    [
        ({}, 4), ({"revision": "model"}, 3), ({"as_of": NOON + timedelta(minutes=90)}, 2), ({"as_of": NOON - timedelta(hours=1)}, 0),
        ({"revision": "model", "as_of": NOON + timedelta(minutes=90)}, 1),
    ],
)  # fmt: skip
def test_the_revision_that_is_wanted(choices: dict[str, object], number: int) -> None:
    assert ExportOptions(**choices).wanted(HISTORY) == number


def test_overlays_have_the_colour_the_fill_and_the_numbers_that_are_wanted(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.add("a.png", discs())

    def drawn(**style: object) -> np.ndarray:
        made = packed(scene, "overlays", style=OutlineStyle(**style))
        return np.array(Image.open(io.BytesIO(made.read("overlays/a.png"))))

    plain, red = drawn(), drawn(colour="#ff0000")
    assert ((red[..., 0] > 200) & (red[..., 1] < 60)).any()
    assert not ((plain[..., 0] > 200) & (plain[..., 1] < 60)).any()
    assert (drawn(colour="#ff0000", width_px=4) != 40).any(axis=2).sum() > 2 * (red != 40).any(axis=2).sum()
    assert drawn(colour="#ff0000", fill=0.5)[14, 15].tolist() == [148, 20, 20]
    assert red[14, 15].tolist() == [40, 40, 40]
    assert (drawn(labels=True) == 255).all(axis=2).any()
    assert not (plain == 255).all(axis=2).any()


@pytest.mark.parametrize(
    "choices",
    [{"units": "mm"}, {"outlines": {"colour": "red"}}, {"colour": "#ffffff"}, {"classNames": {"0": ""}}, {"asOf": "2026-01-01T00:00:00"}],
)
def test_choices_that_mean_nothing_are_refused(choices: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ExportOptions.model_validate(choices)
