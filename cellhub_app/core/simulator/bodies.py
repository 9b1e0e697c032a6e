"""Spheroids and organoids under transmitted light: what they absorb and bend, as optical density, and where their outline is."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from cellhub_app.core.simulator.grain import Tissue
from cellhub_app.core.simulator.optics import blur
from cellhub_app.core.simulator.shapes import Field, Lobe, Window, depth, draw_lobe, reach_of

Kind = Literal["cyst", "thick", "solid", "grape"]


@dataclass(frozen=True)
class Look:
    """How one body looks. Densities are natural logarithms; px lengths are in the picture."""

    kind: Kind
    density: float  # at its darkest
    fill: float  # share of the density in the middle of a hollow body, at the rim of a solid one
    wall: float  # thickness of a hollow body's wall, of a solid one's lighter rim; share of the radius
    grain: float  # deviation of the density by single cells, share of the density
    fuzz: float  # px that cells stand out of the rim
    fringe: float  # density of the bright line that the rim bends out of (below 0: into) the picture
    fringe_px: float
    defocus: float  # px
    lens: float  # how much brighter the middle is than the surroundings
    inclusions: int  # vesicles, crumbs and clots within
    tilt: float = 0.0  # how much darker one side of the wall is than the other
    double: float = 0.0  # density of a second wall within, share of the first


@dataclass(frozen=True)
class Rendered:
    """A body on its window: optical density (h, w), and the pixels inside its outline; `contrast` is that of its rim."""

    window: Window
    density: Field
    inside: NDArray[np.bool_]
    contrast: float
    centre: tuple[int, int]  # row, column, on the canvas


def _ball(rho: Field) -> Field:
    return np.asarray(np.sqrt(np.clip(1 - rho * rho, 0, None)), np.float32)


def _shell(rho: Field, wall: float) -> Field:
    """The path of light through a hollow ball of radius 1, divided by its largest."""
    inner = 1 - wall
    path = _ball(rho) - inner * _ball(rho / np.float32(inner))
    return np.asarray(path / np.sqrt(1 - inner * inner), np.float32)


def _matter(look: Look, rho: Field, under: Field) -> Field:
    """Density without grain of a body whose centre has rho 0 and whose rim has 1, darkest about 1. `under` varies it slowly."""
    if look.kind == "cyst":
        shell = _shell(rho, look.wall)
        if look.double:
            shell = shell + look.double * _shell(np.minimum(rho / np.float32(1 - 1.4 * look.wall), 1), 0.7 * look.wall)
        bright = look.lens * np.clip(1 - rho * rho, 0, 1) ** 2
        return np.asarray(shell**2 * (1 + 0.3 * under) + look.fill * _ball(rho) - bright, np.float32)
    if look.kind == "thick":
        body = (1 - look.fill) * _shell(rho, look.wall) + look.fill * np.minimum(1, 1.6 * _ball(rho))
        return np.asarray(body * (1 + 0.15 * under), np.float32)
    rise = np.clip((1 - rho) / look.wall, 0, 1)
    body = np.minimum(1, 3 * _ball(rho)) * (look.fill + (1 - look.fill) * rise * rise * (3 - 2 * rise))
    return np.asarray(body * (1 + 0.15 * under), np.float32)


def _inclusions(rng: np.random.Generator, look: Look, density: Field, centre: tuple[float, float], radius: float) -> None:
    """Add vesicles (rings), crumbs (dots) and clots at the wall to a hollow body."""
    for _ in range(look.inclusions):
        angle, away = rng.uniform(0, 2 * np.pi), radius * rng.choice([rng.uniform(0, 0.75), 0.9])
        x, y = centre[0] + away * np.cos(angle), centre[1] + away * np.sin(angle)
        size = max(1.5, min(radius * rng.uniform(0.05, 0.35), 1.05 * radius - away, 40.0))
        window = Window.around(float(x), float(y), 1.3 * size + 3, (density.shape[0], density.shape[1]))
        if window.empty:
            continue
        inside_px = depth([draw_lobe(rng, float(x), float(y), size, rng.uniform(1, 1.6), 0.08)], window)
        rho = np.asarray(np.clip(1 - inside_px / np.float32(size), 0, 1), np.float32)
        filled = size < 4 or rng.random() < 0.4
        matter = _ball(rho) if filled else _shell(rho, min(0.4, 1.5 / size)) ** 2
        window.of(density)[...] += blur(np.asarray(look.density * rng.uniform(0.15, 0.8) * matter, np.float32), rng.uniform(0.5, 1.5))


def _rim_lines(look: Look, inside_px: Field) -> Field:
    width = look.fringe_px
    bright = np.exp(-((inside_px + width) ** 2) / (2 * (0.6 * width) ** 2))
    dark = np.exp(-((inside_px - 0.7 * width) ** 2) / (2 * (0.5 * width) ** 2))
    return np.asarray(look.fringe * (0.8 * dark - bright), np.float32)


def _soften(density: Field, sigma: float) -> Field:
    """A blur that costs the same whatever its width."""
    if sigma < 0.4:
        return density
    step = max(1, int(sigma / 2.5))
    if step == 1 or min(density.shape) < 4 * step:
        return blur(density, sigma)
    height, width = density.shape
    small = np.asarray(cv2.resize(density, (width // step, height // step), interpolation=cv2.INTER_AREA), np.float32)
    return np.asarray(cv2.resize(blur(small, sigma / step), (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _outline_depth(density: Field, inside_px: Field, softness: float, radius: float) -> tuple[float, float]:
    """Where a careful eye sets the outline: the depth (px) of half the rim's contrast, and that contrast."""
    low, high = -3 * softness - 4, min(radius, 0.04 * radius + 2 * softness + 3)
    step = 1 + inside_px.size // 40_000
    inside_px, density = inside_px[::step, ::step], density[::step, ::step]
    bins = np.clip(((inside_px - low) * 2).astype(np.int32), 0, int((high - low) * 2))
    seen = np.bincount(bins.ravel(), 1 - np.exp(-density.ravel()), int((high - low) * 2) + 1)
    many = np.bincount(bins.ravel(), minlength=int((high - low) * 2) + 1)
    profile = (seen / np.maximum(many, 1))[1:-1]
    if not profile.size:
        return 0.0, 0.0
    peak = int(np.argmax(profile))
    below = np.flatnonzero(profile[: peak + 1] < profile[peak] / 2)
    at = below[-1] + 1.5 if below.size else 1.0
    return low + float(at) / 2, float(profile[peak])


def _slope(rng: np.random.Generator, tilt: float, lobe: Lobe, window: Window) -> Field:
    """A plane through the middle of a body that reaches `tilt` at its rim, in a random direction."""
    angle = rng.uniform(0, 2 * np.pi)
    x = (np.arange(window.x0, window.x1, dtype=np.float32) - lobe.x) * np.cos(angle)
    y = (np.arange(window.y0, window.y1, dtype=np.float32) - lobe.y) * np.sin(angle)
    return np.asarray((x[None] + y[:, None]) * (tilt / lobe.radius), np.float32)


def render(rng: np.random.Generator, look: Look, lobes: list[Lobe], tissue: Tissue, shape: tuple[int, int]) -> Rendered | None:
    """One body as the objective sees it; None when it lies outside the canvas of `shape`."""
    window = Window.around(lobes[0].x, lobes[0].y, reach_of(lobes) + 3 * (look.defocus + look.fringe_px + look.fuzz) + 3, shape)
    if window.empty:
        return None
    inside_px = depth(lobes, window) + look.fuzz * window.of(tissue.clumps)
    radius = max(lobe.radius for lobe in lobes)
    rho = np.asarray(np.clip(1 - inside_px / np.float32(radius), 0, 1), np.float32)
    matter = look.density * _matter(look, rho, window.of(tissue.patches) + _slope(rng, look.tilt, lobes[0], window))
    cells = window.of(tissue.cells) + (0.8 if look.kind == "grape" else 0.3) * window.of(tissue.clumps)
    grain = look.grain * (0.4 + 0.6 * rho)  # cells show best where few lie over each other
    grainy = matter * np.maximum(1 + grain * cells, 0.2)
    raw = np.asarray(grainy + _rim_lines(look, inside_px) if look.fringe else grainy, np.float32)
    _inclusions(rng, look, raw, (lobes[0].x - window.x0, lobes[0].y - window.y0), lobes[0].radius)
    density = _soften(raw, look.defocus)
    at, contrast = _outline_depth(density, inside_px, look.defocus + look.fringe_px, radius)
    centre = int(np.clip(lobes[0].y, 0, shape[0] - 1)), int(np.clip(lobes[0].x, 0, shape[1] - 1))
    return Rendered(window, density, inside_px > at, contrast, centre)
