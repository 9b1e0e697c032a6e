"""How a network does on the validation images while it trains: enough to see whether it still learns, and where."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from ml_worker.inference.forward import maps_of, pad
from ml_worker.inference.postprocess import Settings, label_maps
from ml_worker.inference.preprocess import to_network
from ml_worker.nets.registry import MULTIPLE
from ml_worker.training.data import Sample
from ml_worker.training.scoring import pooled_scores, table_row


def _row(net: nn.Module, sample: Sample, device: torch.device) -> list[int]:
    height, width = sample.labels.shape
    maps = maps_of(net, [pad(to_network(sample.image), MULTIPLE)], device)[0]
    return table_row(sample.labels, label_maps(maps[:, :height, :width], Settings()))


def validation_scores(net: nn.Module, samples: Sequence[Sample], device: torch.device) -> dict[str, dict[str, float]]:
    """Pooled AP@0.5, AP@0.75, F1 and foreground IoU of each domain, with the default post-processing; `net` is in eval mode."""
    rows: dict[str, list[list[int]]] = defaultdict(list)
    for sample in samples:
        rows[sample.domain].append(_row(net, sample, device))
    return {domain: pooled_scores(np.array(table, np.int64)) for domain, table in rows.items()}
