"""How a network does on the validation images while it trains: enough to see whether it still learns, and where."""

from collections import defaultdict
from collections.abc import Sequence

import torch
from torch import nn

from cellhub_app.core.metrics.matching import count_matches, foreground_counts, pooled
from ml_worker.inference.forward import maps_of, pad
from ml_worker.inference.postprocess import Settings, label_maps
from ml_worker.inference.preprocess import to_network
from ml_worker.nets.registry import MULTIPLE
from ml_worker.training.data import Sample

THRESHOLDS = (0.5, 0.75)


def _domain_scores(net: nn.Module, samples: Sequence[Sample], device: torch.device) -> dict[str, float]:
    counts, shared, either = [], 0, 0
    for sample in samples:
        height, width = sample.labels.shape
        maps = maps_of(net, [pad(to_network(sample.image), MULTIPLE)], device)[0]
        found = label_maps(maps[:, :height, :width], Settings())
        counts.append(count_matches(sample.labels, found, THRESHOLDS))
        both, one = foreground_counts(sample.labels, found)
        shared, either = shared + both, either + one
    at_50, at_75 = (pooled(column) for column in zip(*counts, strict=True))
    values = {"ap50": at_50.average_precision, "ap75": at_75.average_precision, "f1": at_50.f1, "iou": shared / max(1, either)}
    return {name: round(value, 4) for name, value in values.items()}


def validation_scores(net: nn.Module, samples: Sequence[Sample], device: torch.device) -> dict[str, dict[str, float]]:
    """Pooled AP@0.5, AP@0.75, F1 and foreground IoU of each domain, with the default post-processing; `net` is in eval mode."""
    by_domain: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_domain[sample.domain].append(sample)
    return {domain: _domain_scores(net, some, device) for domain, some in by_domain.items()}
