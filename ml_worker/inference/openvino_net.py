"""A network compiled by OpenVINO: the same layers as torch's in about two thirds of the time, in eight bits in a third.

Imported only when this engine is asked for; OpenVINO is an extra.
"""

import sys
import warnings
from functools import cache

import torch
from torch import nn

# OpenVINO reports its use to its makers where this package is installed; a laboratory's images are nobody's business.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

import openvino  # noqa: E402

from ml_worker.inference.forward import Computes, Image, Maps, as_planes, to_levels  # noqa: E402

EXAMPLE = (1, 3, 64, 64)
ANY_SHAPE = (-1, 3, -1, -1)
BYTES = ("u8", "i8")


@cache
def _core() -> openvino.Core:
    """One for the life of the process: the plugin replaces the thread's signal stack, and frees it with the last core, maybe from another
    thread; the next signal then ends the process.
    """
    return openvino.Core()


@torch.inference_mode()
def _convert(net: nn.Module) -> openvino.Model:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # torch.jit is on its way out, and OpenVINO's only reader of dynamic shapes
        traced = torch.jit.trace(net, torch.zeros(EXAMPLE), check_trace=False)  # type: ignore[no-untyped-call]
        return openvino.convert_model(traced, input=[openvino.PartialShape(ANY_SHAPE)])


class OpenVinoNetwork:
    """A torch network (eval, on the CPU) compiled for this CPU; safe to call from several threads, each with buffers of its own.

    Raises RuntimeError when the network can't be converted.
    """

    def __init__(self, net: nn.Module, threads: int) -> None:
        core = _core()
        halves = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        settings = {
            "INFERENCE_NUM_THREADS": threads,
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,
            "INFERENCE_PRECISION_HINT": "bf16" if halves else "f32",
            "ENABLE_CPU_PINNING": False,  # a pinned thread waits for its core while others are idle: twice as slow on a busy machine
        }
        self._compiled = core.compile_model(_convert(net), "CPU", settings)
        self._idle: list[openvino.InferRequest] = []

    @property
    def computes(self) -> Computes:
        """`int8` where convolutions multiply bytes on this processor, as the compiled network itself tells it, else `openvino`."""
        told = (operation.get_rt_info() for operation in self._compiled.get_runtime_model().get_ops())
        has_bytes = any(one["layerType"].value == "Convolution" and one["runtimePrecision"].value in BYTES for one in told)
        return "int8" if has_bytes else "openvino"

    def __call__(self, images: list[Image]) -> list[Maps]:
        """Maps of images of one shape. Raises MapsNotFinite."""
        try:
            request = self._idle.pop()
        except IndexError:
            request = self._compiled.create_infer_request()
        request.infer({0: as_planes(images).numpy()}, share_inputs=True, share_outputs=True)
        maps = to_levels(torch.from_numpy(request.get_output_tensor(0).data))
        self._idle.append(request)
        return maps
