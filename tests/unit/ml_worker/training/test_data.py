import itertools
from pathlib import Path

import numpy as np
import pytest

from ml_worker.training.data import choose, load_folder, load_packed, pack
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
