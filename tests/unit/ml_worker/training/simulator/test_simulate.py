from pathlib import Path

import numpy as np
import pytest

from ml_worker.training.data import load_folder
from ml_worker.training.simulator.simulate import DOMAINS, simulate, write_folder
from ml_worker.training.simulator.truth import connected


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_picture_depends_on_domain_seed_index_and_size_alone(domain: str):
    one, other = simulate(domain, 3, 5, 96), simulate(domain, 3, 5, (96, 96))
    assert one.stem == f"{domain}-3-000005"
    assert (one.image == other.image).all()
    assert (one.labels == other.labels).all()
    for different in (simulate(domain, 4, 5, 96), simulate(domain, 3, 6, 96)):
        assert different.image.shape != one.image.shape or (different.image != one.image).any()


@pytest.mark.parametrize("domain", DOMAINS)
def test_labels_are_numbered_without_gaps_and_each_is_one_piece(domain: str):
    for index in range(6):
        sample = simulate(domain, 1, index, (160, 224))
        assert sample.image.dtype == np.uint8
        assert sample.image.shape[2] in (1, 3)
        assert sample.labels.dtype == np.uint16
        assert sample.image.shape[:2] == sample.labels.shape == (160, 224)
        assert np.unique(sample.labels).tolist() == list(range(sample.labels.max() + 1))
        assert connected(sample.labels).max() == sample.labels.max()


def test_the_folder_reads_back_as_the_same_samples(tmp_path: Path):
    write_folder(tmp_path, "brightfield_sim", count=3, seed=2, size=96)
    for index, sample in enumerate(load_folder(tmp_path, ["brightfield_sim"])):
        made = simulate("brightfield_sim", 2, index, 96)
        assert sample.stem == made.stem
        assert (sample.image == made.image).all()
        assert (sample.labels == made.labels).all()


def test_an_unknown_domain_and_a_tiny_size_are_refused_in_plain_words():
    with pytest.raises(ValueError, match="no simulated domain 'nuclei'"):
        simulate("nuclei", 1, 1, 96)
    with pytest.raises(ValueError, match="at least 64 px"):
        simulate("invasion_sim", 1, 1, 40)
