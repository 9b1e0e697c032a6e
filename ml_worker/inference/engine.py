"""The one place that decides what computes a network on this machine: torch, or OpenVINO where it is installed."""

import logging
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Literal, TypeVar

import cv2
import numpy as np
import torch
from torch import nn

from ml_worker.inference.catalog import ModelCard, Preset
from ml_worker.inference.forward import Image, Opened, Rates, TorchNetwork, TorchRates
from ml_worker.inference.quantized import quantize, read_ranges
from ml_worker.inference.weights import load_net

log = logging.getLogger(__name__)

EngineName = Literal["auto", "torch", "openvino", "int8", "compile"]
EIGHT_BIT_PRESET: Preset = "fast"
PROBE_SIDE, PROBE_BLOB_PX = 128, 5
TOLERANCE, EIGHT_BIT_TOLERANCE = 0.5, 4.0  # mean difference from torch's maps of the probe, in steps of 1/255
FAILURES = (ImportError, OSError, RuntimeError, LookupError, TypeError, ValueError)

RATES_TOLERANCE = 0.2  # largest difference of log-probabilities of the probe

Ready = TypeVar("Ready")

_told: set[str] = set()


class EngineDisagrees(RuntimeError):
    """A compiled network answers something else than torch."""


def open_network(card: ModelCard, folder: Path, device: torch.device, engine: EngineName, threads: int) -> Opened:
    """The card's network, ready to be called.

    `auto` takes OpenVINO on a CPU where it is installed, in eight bits for models of the preset `fast` that ship ranges; `openvino` never
    takes eight bits, `int8` does wherever there are ranges, `compile` is torch.compile. What can't be used, or answers something else
    than torch does, falls back with one warning: eight bits to OpenVINO's full precision, all else to torch. Raises WeightsDamaged.
    """
    net = load_net(card, folder, device)
    plain: Opened = TorchNetwork(net, device)
    if engine == "compile":
        return _or_plain(plain, card.name, "torch.compile", lambda: _by_torch_compile(net, device, plain))
    if device.type != "cpu" or engine == "torch":
        return plain
    wants_bytes = engine == "int8" or (engine == "auto" and card.preset == EIGHT_BIT_PRESET)
    rounded = _in_eight_bits(net, card, folder, threads, plain) if wants_bytes else None
    return rounded or _or_plain(plain, card.name, "OpenVINO", lambda: _by_openvino(net, threads, plain))


def open_rates(net: nn.Module, device: torch.device, engine: EngineName, threads: int, shape: tuple[int, ...]) -> Rates:
    """The size network, ready for views of that shape (n, 3, h, w): compiled by OpenVINO on a CPU wherever that computes the maps.

    Falls back to torch like `open_network`.
    """
    plain: Rates = TorchRates(net, device)
    if device.type != "cpu" or engine in ("torch", "compile"):
        return plain
    return _or_plain(plain, "of sizes", "OpenVINO", lambda: _rates_by_openvino(net, threads, shape, plain))


def _rates_by_openvino(net: nn.Module, threads: int, shape: tuple[int, ...], plain: Rates) -> Rates:
    from ml_worker.inference.openvino_net import OpenVinoRates

    rates = OpenVinoRates(net, threads, shape)
    probe = np.broadcast_to(cv2.resize(_probe()[:, :, 0], shape[:1:-1]), shape).astype(np.float32)
    difference = float(np.abs(rates(probe) - plain(probe)).max())
    if not difference <= RATES_TOLERANCE:
        raise EngineDisagrees(f"its votes differ by {difference:.2f}")
    return rates


def _or_plain(plain: Ready, model: str, engine: str, make: Callable[[], Ready]) -> Ready:
    try:
        return make()
    except FAILURES as error:
        missing = isinstance(error, ModuleNotFoundError)
        reason = f"{engine} is not installed" if missing else f"{engine} can't compute the model {model} ({error})"
        _tell_once(f"{reason}; torch computes instead, with the same results in two to three times the time.")
        return plain


def _tell_once(sentence: str) -> None:
    if sentence not in _told:
        _told.add(sentence)
        log.warning(sentence)


def _by_openvino(net: nn.Module, threads: int, plain: Opened, tolerance: float = TOLERANCE) -> Opened:
    from ml_worker.inference.openvino_net import OpenVinoNetwork

    return _checked(OpenVinoNetwork(net, threads), plain, tolerance)


def _in_eight_bits(net: nn.Module, card: ModelCard, folder: Path, threads: int, plain: Opened) -> Opened | None:
    """The network in eight bits; None where it has no ranges or can't be used so, which is told unless OpenVINO itself is absent."""
    try:
        ranges = read_ranges(card, folder)
        return _by_openvino(quantize(deepcopy(net), ranges), threads, plain, EIGHT_BIT_TOLERANCE) if ranges else None
    except ModuleNotFoundError:
        return None  # full precision needs OpenVINO as well, and says so
    except FAILURES as error:
        reason = f"The model {card.name} can't compute in eight bits here ({error})"
        _tell_once(f"{reason}; it computes in full precision instead, which takes up to twice the time.")
        return None


def _by_torch_compile(net: nn.Module, device: torch.device, plain: Opened) -> Opened:
    compiled: nn.Module = torch.compile(net, dynamic=True)  # type: ignore[assignment]
    return _checked(TorchNetwork(compiled, device, "compile"), plain, TOLERANCE)


def _probe() -> Image:
    """Blobs of a few pixels, from dark to bright."""
    noise = np.random.default_rng(0).random((PROBE_SIDE, PROBE_SIDE), np.float32)
    blobs = cv2.GaussianBlur(noise, (0, 0), PROBE_BLOB_PX)
    stretched: Image = (blobs - blobs.min()) / (blobs.max() - blobs.min())
    return stretched[:, :, None]


def _checked(network: Opened, plain: Opened, tolerance: float) -> Opened:
    """The network, once it has answered nearly the same as torch. Raises EngineDisagrees."""
    found, expected = (one([_probe()])[0].astype(np.int16) for one in (network, plain))
    difference = float(np.abs(found - expected).mean())
    if not difference <= tolerance:
        raise EngineDisagrees(f"its maps differ by {difference:.1f} of 255 steps")
    return network
