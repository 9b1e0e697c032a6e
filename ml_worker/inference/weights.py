"""Weights from disk: safetensors whose hash the model card vouches for, with batch normalisation folded away."""

import hashlib
from itertools import pairwise
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from cellhub_app.core.errors import Unavailable
from ml_worker.inference.catalog import ModelCard
from ml_worker.nets.registry import build


class WeightsDamaged(Unavailable):
    """The file of weights is missing, or is not the one that its card describes."""

    code, title = "weightsDamaged", "The weights of this model are not usable"


def sha256_of(path: Path) -> str:
    """The file's SHA-256, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fold_batch_norm(module: nn.Module) -> None:
    """Merge every BatchNorm2d into the convolution right before it; the module must be in eval mode."""
    children = list(module.named_children())
    for (name, first), (after, second) in pairwise(children):
        if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
            setattr(module, name, fuse_conv_bn_eval(first, second))
            setattr(module, after, nn.Identity())
    for child in module.children():
        fold_batch_norm(child)


def ready(net: nn.Module, device: torch.device) -> nn.Module:
    """The network prepared for inference on the device: eval, folded, channels last."""
    net.eval().requires_grad_(False)
    fold_batch_norm(net)
    return net.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def load_net(card: ModelCard, folder: Path, device: torch.device) -> nn.Module:
    """The card's network with its weights, ready on the device. Raises WeightsDamaged."""
    path = folder / f"{card.name}.safetensors"
    if card.architecture is None or not path.exists():
        raise WeightsDamaged(f"The weights of the model {card.name} are missing: there is no file {path.name}.")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != card.weights_sha256:
        raise WeightsDamaged(f"The file {path.name} is not the one its model card describes: install the model again.")
    net = build(card.architecture)
    try:
        weights = {name: value.float() for name, value in load(content).items()}
    except SafetensorError as error:
        raise WeightsDamaged(f"The file {path.name} can't be read as safetensors: install the model again.") from error
    missing, unexpected = net.load_state_dict(weights, strict=False)
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        raise WeightsDamaged(f"The file {path.name} does not fit the architecture {card.architecture}.")
    return ready(net, device)
