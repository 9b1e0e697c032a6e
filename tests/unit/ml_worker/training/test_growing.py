import pytest
import torch
from torch import nn

from ml_worker.nets.registry import build
from ml_worker.training.growing import start_from


def lived_in(name: str) -> nn.Module:
    """A network whose batch statistics are not those of a fresh one."""
    torch.manual_seed(2)
    net = build(name)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, 0, 0.1)
            nn.init.uniform_(module.running_var, 0.5, 2)
    return net.eval()


@pytest.mark.parametrize(("parent", "child"), [("unet", "resunet"), ("resunet", "cbam_resunet"), ("unet", "cbam_resunet")])
def test_a_grown_network_gives_the_maps_of_its_parent(parent, child):
    source, grown = lived_in(parent), build(child)
    begun = start_from(grown, source.state_dict())
    image = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        assert torch.allclose(grown.eval()(image), source(image), atol=1e-5)
    assert begun
    assert all("shortcut" in name or "attention" in name for name in begun)


def test_what_was_silent_learns_after_growing():
    grown = build("cbam_resunet")
    start_from(grown, lived_in("unet").state_dict())
    grown(torch.rand(2, 3, 64, 64)).square().mean().backward()
    gains = [module.shortcut[1].weight.grad for module in grown.modules() if hasattr(module, "shortcut")]
    gates = [module.look.bias.grad for module in grown.modules() if hasattr(module, "look")]
    assert gains
    assert gates
    assert all(gradient is not None and gradient.abs().sum() > 0 for gradient in gains + gates)


def test_a_network_starts_from_its_own_kind_without_anything_new():
    assert start_from(build("hrnet"), lived_in("hrnet").state_dict()) == []


def test_weights_of_something_else_are_refused():
    with pytest.raises(ValueError, match="share no layer"):
        start_from(build("unet"), {"transformer.weight": torch.zeros(3)})
