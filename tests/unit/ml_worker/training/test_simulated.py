from pathlib import Path

import numpy as np
import pytest

from cellhub_app.core.simulator.truth import connected
from ml_worker.training.data import load_folder
from ml_worker.training.simulated import DOMAINS, simulate, write_folder


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
    for index in range(8):
        sample = simulate(domain, 1, index, (128, 176))
        assert (sample.image.dtype, sample.labels.dtype) == (np.uint8, np.uint16)
        assert sample.image.shape in ((128, 176, 1), (128, 176, 3))
        assert sample.labels.shape == (128, 176)
        assert np.unique(sample.labels[sample.labels > 0]).tolist() == list(range(1, sample.labels.max() + 1))
        assert connected(sample.labels).max() == sample.labels.max()


@pytest.mark.parametrize("domain", DOMAINS)
def test_pictures_are_grey_and_coloured(domain: str):
    assert {simulate(domain, 2, index, 64).image.shape[2] for index in range(12)} == {1, 3}


def test_the_folder_reads_back_as_the_same_samples(tmp_path: Path):
    paths = write_folder(tmp_path, "brightfield_sim", count=3, seed=2, size=96, first=4)
    samples = load_folder(tmp_path, ["brightfield_sim"])
    assert [path.stem for path in paths] == [sample.stem for sample in samples]
    for index, sample in enumerate(samples, 4):
        made = simulate("brightfield_sim", 2, index, 96)
        assert sample.stem == made.stem
        assert (sample.image == made.image).all()
        assert (sample.labels == made.labels).all()


def test_an_unknown_domain_and_a_tiny_size_are_refused_in_plain_words():
    with pytest.raises(ValueError, match="no simulated domain 'nuclei'"):
        simulate("nuclei", 1, 1, 96)
    with pytest.raises(ValueError, match="at least 64 px"):
        simulate("invasion_sim", 1, 1, 40)
