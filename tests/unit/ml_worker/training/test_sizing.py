import numpy as np
import pytest
import torch

from ml_worker.inference.scale import typical_diameter
from ml_worker.inference.sizes import LOWEST, STEP, VIEW_PX, SizeEstimator
from ml_worker.nets.registry import build
from ml_worker.nets.sizer import BINS
from ml_worker.training.data import Sample
from ml_worker.training.sizing import SizedCrops, spread, train_sizes
from ml_worker.training.splits import part_of


def squares(stem: str, side: int = 24) -> Sample:
    """Bright squares of one size, numbered."""
    labels = np.zeros((192, 192), np.uint16)
    for number, (row, column) in enumerate(np.ndindex(4, 4), 1):
        labels[row * 48 : row * 48 + side, column * 48 : column * 48 + side] = number
    return Sample("squares", stem, (labels > 0).astype(np.uint8)[:, :, None] * 180 + 20, labels)


def stems(part: str, count: int) -> list[str]:
    named = (f"square-{number}" for number in range(1000))
    return [stem for stem in named if part_of(stem) == part][:count]


def test_crops_depend_on_seed_and_step_alone_and_show_what_they_say():
    crops = SizedCrops([squares("a")], seed=3, batch=6, shares={})
    images, sizes = crops[5]
    again, _ = crops[5]
    assert images.shape == (6, 3, VIEW_PX, VIEW_PX)
    assert torch.equal(images, again)
    diameter = typical_diameter(squares("a").labels)
    assert diameter is not None
    assert all(np.log2(4) <= size <= np.log2(4 * diameter) + 1e-5 for size in sizes.tolist())


def test_images_without_objects_teach_no_size():
    empty = Sample("squares", "b", np.zeros((64, 64, 1), np.uint8), np.zeros((64, 64), np.uint16))
    assert [sample.stem for sample in SizedCrops([squares("a"), empty], seed=0, batch=1, shares={}).samples] == ["a"]


def test_a_size_is_spread_over_the_bins_beside_it():
    wanted = spread(torch.tensor([LOWEST + 4 * STEP, -3.0, 99.0]))
    assert wanted.sum(1).tolist() == pytest.approx([1, 1, 1])
    assert wanted.argmax(1).tolist() == [4, 0, BINS - 1]
    assert wanted[0, 3] == pytest.approx(wanted[0, 5].item())


def test_a_size_network_is_made_measured_and_read_again(tmp_path):
    samples = [squares(stem) for part in ("train", "validation", "held_out") for stem in stems(part, 2)]
    plan = {"shares": {"squares": 1.0}, "startedFrom": "fresh", "seed": 0, "crops": 64, "workers": 0}
    card = train_sizes(build("unet").state_dict(), samples, tmp_path, plan=plan)
    assert card["validation"]["squares"]["views"] == 6
    assert card["heldOut"]["squares"]["medianOctaves"] < 8
    assert SizeEstimator(tmp_path, torch.device("cpu"))([]) == []
