import pytest
import torch

from ml_worker.inference import device as device_module
from ml_worker.inference.cpu import WAIT_POLICY, flags_in, free_host_bytes, usable_cpus
from ml_worker.inference.device import batch_size, choose_device, is_short_of_memory, run_in_batches, use_threads


class SmallDevice:
    """Runs out of memory on more than `room` items, as a GPU does."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.sizes: list[int] = []

    def __call__(self, items: list[int]) -> list[str]:
        self.sizes.append(len(items))
        if len(items) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return [f"device {item}" for item in items]


def on_cpu(items: list[int]) -> list[str]:
    return [f"cpu {item}" for item in items]


def test_out_of_memory_halves_the_batch_and_loses_nothing():
    device = SmallDevice(room=3)
    results = run_in_batches(list(range(10)), 8, device, on_cpu)
    assert results == [f"device {item}" for item in range(10)]
    assert device.sizes[:3] == [8, 4, 2]


def test_what_does_not_fit_alone_goes_to_the_cpu():
    assert run_in_batches([1, 2, 3], 2, SmallDevice(room=0), on_cpu) == ["cpu 1", "cpu 2", "cpu 3"]


def test_room_is_made_before_the_next_try():
    device = SmallDevice(room=0)

    def make_room() -> None:
        device.room = 1

    assert run_in_batches([1, 2], 2, device, on_cpu, make_room) == ["device 1", "device 2"]


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory: you tried to allocate 64 bytes."),
        MemoryError(),
    ],
)
def test_every_way_of_running_out_of_memory_is_known(error):
    def full(items: list[int]) -> list[str]:
        raise error

    assert run_in_batches([1, 2], 2, full, on_cpu) == ["cpu 1", "cpu 2"]


def test_other_failures_are_not_hidden():
    def broken(items: list[int]) -> list[str]:
        raise RuntimeError("no kernel")

    with pytest.raises(RuntimeError, match="no kernel"):
        run_in_batches([1], 1, broken, on_cpu)


def test_a_named_device_is_taken():
    assert choose_device("cpu") == torch.device("cpu")


def test_a_gpu_that_is_not_there_is_refused_in_plain_words():
    with pytest.raises(ValueError, match=r"There is no GPU cuda:99: torch .* sees \d+\. Set CELLHUB_DEVICE"):
        choose_device("cuda:99")


@pytest.mark.parametrize(("policy", "expected"), [("passive", usable_cpus()), ("active", 1)])
def test_threads_that_would_spin_are_not_started(monkeypatch, policy, expected):
    monkeypatch.setenv(WAIT_POLICY, policy)
    before = torch.get_num_threads()
    try:
        assert use_threads(None) == torch.get_num_threads() == expected
        assert use_threads(1) == 1
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(("free_gib", "expected"), [(139, 64), (1, 5), (0, 1)])
def test_a_gpus_batch_fits_its_free_memory(monkeypatch, free_gib, expected):
    monkeypatch.setattr(device_module, "free_bytes", lambda device: free_gib << 30)
    assert batch_size(torch.device("cuda"), 512 * 512) == expected
    assert batch_size(torch.device("cpu"), 512 * 512) == 1


def test_memory_is_short_below_the_reserve(monkeypatch):
    monkeypatch.setattr(device_module, "free_host_bytes", lambda: 100 << 20)
    assert is_short_of_memory(torch.device("cpu"))
    monkeypatch.setattr(device_module, "free_host_bytes", lambda: 4 << 30)
    assert not is_short_of_memory(torch.device("cpu"))
    assert free_host_bytes() > 0


def test_instruction_sets_are_read_from_the_kernels_text():
    text = "processor\t: 0\nflags\t\t: fpu avx2 avx512_bf16\n\nprocessor\t: 1\nflags\t\t: fpu\n"
    assert flags_in(text.splitlines()) == {"fpu", "avx2", "avx512_bf16"}
    assert flags_in([]) == frozenset()
