from threading import Event, Thread

import pytest
import torch

from ml_worker.inference.cache import NetCache
from ml_worker.inference.forward import Image, Maps, Network
from ml_worker.inference.weights import WeightsDamaged

CPU = torch.device("cpu")
WAIT_S = 30


def network_called(name: str) -> Network:
    def compute(images: list[Image]) -> list[Maps]:
        raise AssertionError(name)

    return compute


class Shelf:
    """Loads networks and counts how often."""

    def __init__(self) -> None:
        self.loaded: list[str] = []

    def __call__(self, name: str, device: torch.device) -> Network:
        self.loaded.append(name)
        return network_called(name)


def test_a_network_is_loaded_once_and_stays():
    shelf = Shelf()
    cache = NetCache(shelf, lambda device: False)
    assert not cache.has("unet", CPU)
    assert cache.get("unet", CPU) is cache.get("unet", CPU)
    assert cache.has("unet", CPU)
    assert shelf.loaded == ["unet"]


def test_loading_one_network_holds_up_no_other_and_happens_once():
    began, may_end, loads = Event(), Event(), []

    def load(name: str, device: torch.device) -> Network:
        loads.append(name)
        if name == "slow":
            began.set()
            assert may_end.wait(WAIT_S)
        return network_called(name)

    cache = NetCache(load, lambda device: False)
    slow: list[Network] = []
    waiting = [Thread(target=lambda: slow.append(cache.get("slow", CPU))) for _ in range(3)]
    for thread in waiting:
        thread.start()
    assert began.wait(WAIT_S)
    cache.get("quick", CPU)
    assert not cache.has("slow", CPU)
    may_end.set()
    for thread in waiting:
        thread.join(WAIT_S)
    assert loads.count("slow") == 1
    assert len(set(map(id, slow))) == 1


def test_the_least_used_network_goes_when_memory_is_short():
    shelf = Shelf()
    cache = NetCache(shelf, lambda device: sum(cache.has(name, CPU) for name in "abc") > 1)
    for name in "abac":
        cache.get(name, CPU)
    assert [cache.has(name, CPU) for name in "abc"] == [True, False, True]
    cache.get("b", CPU)
    assert shelf.loaded == ["a", "b", "c", "b"]


def test_a_network_that_can_not_be_loaded_is_tried_again():
    answers = [WeightsDamaged("the file is missing"), network_called("unet")]

    def load(name: str, device: torch.device) -> Network:
        answer = answers.pop(0)
        if isinstance(answer, WeightsDamaged):
            raise answer
        return answer

    cache = NetCache(load, lambda device: False)
    with pytest.raises(WeightsDamaged, match="missing"):
        cache.get("unet", CPU)
    assert cache.get("unet", CPU) is cache.get("unet", CPU)


def test_what_is_not_needed_can_be_dropped_at_once():
    cache = NetCache(Shelf(), lambda device: False)
    for name in "abc":
        cache.get(name, CPU)
    cache.drop_others("b", CPU)
    assert [cache.has(name, CPU) for name in "abc"] == [False, True, False]
