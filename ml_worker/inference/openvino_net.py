"""A network compiled by OpenVINO: the same layers as torch's in about two thirds of the time, in eight bits in a third.

Imported only when this engine is asked for; OpenVINO is an extra.
"""

import sys
import warnings
from collections.abc import Callable
from functools import cache
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

# OpenVINO reports its use to its makers where this package is installed; a laboratory's images are nobody's business.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

import openvino  # noqa: E402

from ml_worker.inference.forward import Computes, Image, Maps, as_planes, to_levels  # noqa: E402

MAPPED = ((1, 3, 64, 64), (-1, 3, -1, -1))
BYTES = ("u8", "i8")

Shape = tuple[int, ...]
Floats = NDArray[np.float32]
Read = TypeVar("Read")


@cache
def _core() -> openvino.Core:
    """One for the life of the process: the plugin replaces the thread's signal stack, and frees it with the last core, maybe from another
    thread; the next signal then ends the process.
    """
    return openvino.Core()


@torch.inference_mode()
def _convert(net: nn.Module, example: Shape, accepted: Shape) -> openvino.Model:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # torch.jit is on its way out, and OpenVINO's only reader of dynamic shapes
        traced = torch.jit.trace(net, torch.zeros(example), check_trace=False)  # type: ignore[no-untyped-call]
        return openvino.convert_model(traced, input=[openvino.PartialShape(accepted)])


class Compiled:
    """A torch network (eval, on the CPU) of one input and one output, compiled for this CPU; safe to call from several threads, each with
    buffers of its own.

    It takes arrays of the shape `accepted`, where -1 stands for any length; `halves` lets it compute in bfloat16 where the processor has
    that. Raises RuntimeError when the network can't be converted.
    """

    def __init__(self, net: nn.Module, threads: int, example: Shape, accepted: Shape, *, halves: bool) -> None:
        core = _core()
        halves = halves and "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        settings = {
            "INFERENCE_NUM_THREADS": threads,
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,
            "INFERENCE_PRECISION_HINT": "bf16" if halves else "f32",
            "ENABLE_CPU_PINNING": False,  # a pinned thread waits for its core while others are idle: twice as slow on a busy machine
        }
        self.model = core.compile_model(_convert(net, example, accepted), "CPU", settings)
        self._idle: list[openvino.InferRequest] = []

    def run(self, given: Floats, read: Callable[[Floats], Read]) -> Read:
        """What `read` makes of the answer, whose memory is used again afterwards."""
        try:
            request = self._idle.pop()
        except IndexError:
            request = self.model.create_infer_request()
        request.infer({0: given}, share_inputs=True, share_outputs=True)
        answer = read(request.get_output_tensor(0).data)
        self._idle.append(request)
        return answer


class OpenVinoNetwork:
    """A network of maps (torch, eval, on the CPU), compiled. Raises RuntimeError when it can't be converted."""

    def __init__(self, net: nn.Module, threads: int) -> None:
        self._compiled = Compiled(net, threads, *MAPPED, halves=True)

    @property
    def computes(self) -> Computes:
        """`int8` where convolutions multiply bytes on this processor, as the compiled network itself tells it, else `openvino`."""
        told = (operation.get_rt_info() for operation in self._compiled.model.get_runtime_model().get_ops())
        has_bytes = any(one["layerType"].value == "Convolution" and one["runtimePrecision"].value in BYTES for one in told)
        return "int8" if has_bytes else "openvino"

    def __call__(self, images: list[Image]) -> list[Maps]:
        """Maps of images of one shape. Raises MapsNotFinite."""
        return self._compiled.run(as_planes(images).numpy(), lambda logits: to_levels(torch.from_numpy(logits)))


class OpenVinoRates:
    """The size network, compiled for views of one `shape`: in halves a size differs by less than half a percent, in half the time.

    Raises RuntimeError as above.
    """

    def __init__(self, net: nn.Module, threads: int, shape: Shape) -> None:
        self._compiled = Compiled(net, threads, shape, shape, halves=True)

    def __call__(self, views: Floats) -> Floats:
        return self._compiled.run(views, np.copy)
