"""Networks kept in memory: each is loaded once a device, whoever asks first; what is used least goes when memory is short."""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock

import torch

from ml_worker.inference.forward import Network

Key = tuple[str, str]


class NetCache:
    """Loaded networks by model name and device; safe to use from several threads.

    Loading one never holds up those who ask for another. `is_short(device)` tells, before something is loaded, whether memory is short
    there; then the least recently used networks of that device go.
    """

    def __init__(self, load: Callable[[str, torch.device], Network], is_short: Callable[[torch.device], bool]) -> None:
        self._load, self._is_short = load, is_short
        self._nets: OrderedDict[Key, Future[Network]] = OrderedDict()
        self._lock = Lock()

    def get(self, name: str, device: torch.device) -> Network:
        """The network, loaded now if it is not yet there. Raises what the loader raises, and tries again the next time."""
        key = (name, str(device))
        with self._lock:
            found = self._nets.get(key)
            mine: Future[Network] = found or Future()
            self._nets[key] = mine
            self._nets.move_to_end(key)
        if found is None:
            self._fill(key, mine, device)
        return mine.result()

    def has(self, name: str, device: torch.device) -> bool:
        """Whether the network is loaded already."""
        found = self._nets.get((name, str(device)))
        return found is not None and found.done()

    def drop_others(self, name: str, device: torch.device) -> None:
        """Forget every network of the device but this one."""
        with self._lock:
            for key in [key for key in self._nets if key[1] == str(device) and key[0] != name]:
                del self._nets[key]

    def _fill(self, key: Key, mine: Future[Network], device: torch.device) -> None:
        try:
            self._make_room(key, device)
            mine.set_result(self._load(key[0], device))
        except BaseException as error:  # noqa: BLE001 - whoever waits must hear of it
            with self._lock:
                if self._nets.get(key) is mine:
                    del self._nets[key]
            mine.set_exception(error)

    def _make_room(self, key: Key, device: torch.device) -> None:
        while self._is_short(device):
            with self._lock:
                idle = [other for other, net in self._nets.items() if other[1] == key[1] and other != key and net.done()]
                if not idle:
                    return
                del self._nets[idle[0]]
