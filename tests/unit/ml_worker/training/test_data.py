import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest

from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from ml_worker.inference.preprocess import to_network
from ml_worker.training.data import choose, domains_in, load_folder, load_packed, pack
from ml_worker.training.splits import part_of
from tests.unit.ml_worker.training.annotated import simulated_samples, write_domain


def test_the_archive_holds_exactly_what_the_folder_holds_without_the_held_out(tmp_path: Path):
    every = load_folder(write_domain(tmp_path, count=14, side=48), ["nuclei_fluo"])
    size = pack(every, tmp_path / "packed.npz")
    samples = [one for one in every if one.stem != "simulated13"]
    assert len(samples) == len(every) - 1
    again = load_packed(tmp_path / "packed.npz", ["nuclei_fluo"])
    assert size == (tmp_path / "packed.npz").stat().st_size
    assert [one.stem for one in again] == [one.stem for one in samples]
    for one, other in zip(samples, again, strict=True):
        assert one.image.shape == other.image.shape
        assert (one.image == other.image).all()
        assert (one.labels == other.labels).all()


def test_a_domain_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match="cells_phase"):
        load_folder(tmp_path, ["cells_phase"])


def _write(root: Path, image: np.ndarray, mask: np.ndarray) -> Path:
    for name, pixels in (("images", image), ("masks", mask)):
        (root / "own" / name).mkdir(parents=True)
        cv2.imwrite(str(root / "own" / name / "one.png"), pixels)
    return root


@pytest.mark.parametrize("colours", [1, 3])
def test_sixteen_bits_look_to_a_network_as_they_would_in_eight(tmp_path: Path, colours: int):
    image, labels = fluorescent_nuclei(1, 96, 96)
    picture = np.stack([image // (one + 1) for one in range(colours)], 2)
    deep = picture.astype(np.uint16) * 40 + 1000
    (sample,) = load_folder(_write(tmp_path, deep[:, :, ::-1], labels.astype(np.uint16)), ["own"])
    assert sample.image.dtype == np.uint8
    assert np.unique(sample.image).size > 100
    assert np.abs(to_network(sample.image) - to_network(deep)).max() < 0.02


def test_eight_bits_are_kept_bit_for_bit(tmp_path: Path):
    image, labels = fluorescent_nuclei(1, 96, 96)
    (sample,) = load_folder(_write(tmp_path, image.astype(np.uint8), labels.astype(np.uint16)), ["own"])
    assert np.array_equal(sample.image[:, :, 0], image)


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        (np.zeros((20, 30), np.uint16), r"The mask of own/one has 30 x 20 px, but its image has 40 x 20"),
        (np.zeros((20, 40, 3), np.uint8), r"The mask of own/one is in colour"),
    ],
)
def test_a_mask_that_does_not_fit_is_named(tmp_path: Path, mask: np.ndarray, said: str):
    with pytest.raises(ValueError, match=said):
        load_folder(_write(tmp_path, np.zeros((20, 40), np.uint8), mask), ["own"])


def test_an_image_without_a_mask_and_a_file_that_is_none_are_named(tmp_path: Path):
    root = _write(tmp_path, np.zeros((20, 40), np.uint8), np.zeros((20, 40), np.uint16))
    (root / "own" / "images" / "two.png").touch()
    with pytest.raises(FileNotFoundError, match=r"two\.png has no mask"):
        load_folder(root, ["own"])
    (root / "own" / "masks" / "two.png").touch()
    with pytest.raises(ValueError, match="own/two can't be read as an image"):
        load_folder(root, ["own"])


def test_domains_are_found_in_folders_and_archives(tmp_path: Path):
    root = write_domain(tmp_path / "data")
    (root / "notes" / "images").mkdir(parents=True)
    pack(load_folder(root, ["nuclei_fluo"]), tmp_path / "packed.npz")
    assert domains_in(root) == domains_in(tmp_path / "packed.npz") == ["nuclei_fluo"]
    assert domains_in(tmp_path / "nowhere") == []


def test_parts_are_disjoint_and_fixed():
    samples = simulated_samples(26, side=48)
    parts = [{one.stem for one in choose(samples, part)} for part in ("train", "validation", "held_out")]
    assert sum(map(len, parts)) == 26
    assert all(parts)
    assert not any(a & b for a, b in itertools.combinations(parts, 2))
    stems = ("simulated13", "003cee89357d9fe1", "simulated24", "a")
    assert [part_of(stem) for stem in stems] == ["held_out", "held_out", "validation", "train"]


@pytest.mark.shared_data
def test_held_out_images_are_a_sixth_to_an_eighth(shared_data: Path):
    samples = load_folder(shared_data / "train", ["nuclei_fluo"])
    assert 0.1 < len(choose(samples, "held_out")) / len(samples) < 0.17
    assert np.unique([part_of(one.stem) for one in samples]).size == 3
