import pytest
import torch

from ml_worker.nets.registry import MULTIPLE, NETS, build, parameter_count


@pytest.mark.parametrize("name", NETS)
def test_every_net_gives_three_maps_of_the_image_size(name):
    net = build(name).eval()
    with torch.inference_mode():
        maps = net(torch.rand(2, 3, 2 * MULTIPLE, 3 * MULTIPLE))
    assert maps.shape == (2, 3, 2 * MULTIPLE, 3 * MULTIPLE)


@pytest.mark.parametrize("name", NETS)
def test_every_parameter_learns(name):
    net = build(name)
    net(torch.rand(2, 3, 2 * MULTIPLE, 2 * MULTIPLE)).square().mean().backward()
    assert all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in net.parameters())


@pytest.mark.parametrize("name", NETS)
def test_every_net_has_about_a_million_parameters(name):
    assert 0.7e6 < parameter_count(build(name)) < 1.5e6


def test_an_unknown_architecture_is_refused():
    with pytest.raises(KeyError):
        build("transformer")
