"""Networks kept in memory: each is loaded once a device, whoever asks first."""

from collections.abc import Callable
from threading import Lock

import torch
from torch import nn


class NetCache:
    """Loaded networks by model name and device; safe to use from several threads."""

    def __init__(self, load: Callable[[str, torch.device], nn.Module]) -> None:
        self._load = load
        self._nets: dict[tuple[str, str], nn.Module] = {}
        self._lock = Lock()

    def get(self, name: str, device: torch.device) -> nn.Module:
        """The network, loaded now if it is not yet there. Raises what the loader raises."""
        key = (name, str(device))
        with self._lock:
            if key not in self._nets:
                self._nets[key] = self._load(name, device)
            return self._nets[key]
