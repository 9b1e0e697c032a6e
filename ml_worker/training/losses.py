"""What the networks minimise, one term a map."""

import torch
from torch import Tensor
from torch.nn import functional as F


def _dice(probability: Tensor, truth: Tensor) -> Tensor:
    shared = (probability * truth).sum((1, 2))
    return (1 - (2 * shared + 1) / (probability.sum((1, 2)) + truth.sum((1, 2)) + 1)).mean()


def map_losses(logits: Tensor, truth: Tensor) -> dict[str, Tensor]:
    """(N, 3, H, W) logits and targets -> the terms of the loss, to be added.

    Foreground: binary cross-entropy and half a dice loss. Boundary: cross-entropy, positives weighing three times.
    Distance: twice the smooth L1 loss (beta 0.1) of the sigmoid, pixels inside objects weighing double.
    """
    logits, truth = logits.float(), truth.float()
    foreground, boundary, distance = truth.unbind(1)
    cross = F.binary_cross_entropy_with_logits(logits[:, 1], boundary, reduction="none")
    apart = F.smooth_l1_loss(torch.sigmoid(logits[:, 2]), distance, reduction="none", beta=0.1)
    return {
        "foreground": F.binary_cross_entropy_with_logits(logits[:, 0], foreground),
        "dice": 0.5 * _dice(torch.sigmoid(logits[:, 0]), foreground),
        "boundary": (cross * (1 + 2 * boundary)).mean(),
        "distance": 2 * (apart * (1 + foreground)).mean(),
    }
