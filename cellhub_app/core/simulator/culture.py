"""What one bright-field picture shows: which bodies, how many, how large, and how the microscope is set."""

from dataclasses import dataclass, replace

import numpy as np

from cellhub_app.core.simulator.bodies import Kind, Look

SMALLEST = 7.5  # radius of a labelled body, px
CULTURES = ("cysts", "solid", "single", "mixed", "budding", "empty")
KINDS: dict[str, tuple[Kind, ...]] = {
    "cysts": (*("cyst",) * 9, "solid"),
    "solid": ("solid", "solid", "grape"),
    "mixed": ("cyst", "thick", "solid", "grape"),
    "budding": ("thick", "solid"),
    "empty": ("cyst",),
}
SHARES = (0.4, 0.18, 0.14, 0.17, 0.08, 0.03)


@dataclass(frozen=True)
class Culture:
    """The bodies of one picture and the focus they are seen in; drawn anew for each picture."""

    kinds: tuple[Kind, ...]
    count: int
    radius: tuple[float, float]
    cell_px: float
    density: tuple[float, float]
    defocus: float  # px, typical
    crowd: float  # chance that a body touches or overlaps another
    budding: float
    ghosts: int  # bodies that nobody would outline
    fringe: float  # how strongly rims bend light, share of the density
    shading: float  # how unlike each other bodies are, 0..1
    corona: float  # chance that loose cells lie around a solid body
    pitch: float = 0.0  # of microwells, px; 0 where there are none
    through: float = 0.0  # chance that a body lies above or below another and both are seen
    black: float = 0.0  # share of the hollow bodies whose wall lets hardly any light pass


def field_of_one(rng: np.random.Generator, side: int) -> Culture:
    """One or a few bodies that fill the field, as in a well of a U-bottom plate."""
    few = rng.random() < 0.3
    kinds: tuple[Kind, ...] = ("solid", "solid", "grape", "thick", "cyst")
    return Culture(
        kinds,
        count=int(rng.integers(2, 6)) if few else 1,
        radius=(0.08 * side, 0.2 * side) if few else (0.15 * side, 0.49 * side),
        cell_px=rng.uniform(3, 14),
        density=(0.3, rng.uniform(0.8, 2.6)),
        defocus=rng.uniform(0.4, 3),
        crowd=rng.uniform(0, 0.5),
        budding=0.08,
        ghosts=0,
        fringe=_fringe(rng),
        shading=rng.uniform(0, 1),
        corona=0.4,
    )


def _fringe(rng: np.random.Generator) -> float:
    """Mostly faint; strong in the tenth of pictures that are almost phase contrast."""
    return rng.uniform(0.4, 1.2) if rng.random() < 0.1 else rng.uniform(0, 0.35)


def draw_culture(rng: np.random.Generator, height: int, width: int) -> Culture:
    """A culture at random: hollow organoids, dark spheroids, one that fills the field, a mixture, budding ones, or nothing."""
    area, side = height * width / 512**2, min(height, width)
    what = str(rng.choice(CULTURES, p=SHARES))
    if what == "single":
        return field_of_one(rng, side)
    scale = float(np.exp(rng.uniform(np.log(0.6), np.log(2))))
    small = max(SMALLEST, 9 * scale)
    large = min(small * rng.uniform(1.5, 6), 0.35 * side)
    cover = float(np.exp(rng.uniform(np.log(0.04), np.log(0.4))))
    count = 1 + rng.poisson(area * min(70, cover * 512**2 / (np.pi * small * large)))
    return Culture(
        KINDS[what],
        count=0 if what == "empty" else int(count),
        radius=(small, max(large, small + 1)),
        cell_px=6 * scale,
        density=(0.15, rng.uniform(0.4, 2.2)),
        defocus=rng.uniform(0.2, 2.8),
        crowd=rng.uniform(0, 0.6),
        budding=0.85 if what == "budding" else rng.choice([0.0, 0.1]),
        ghosts=int(rng.poisson(rng.uniform(0, 12) * area)),
        fringe=_fringe(rng),
        shading=rng.uniform(0, 1),
        corona=rng.uniform(0, 0.2),
        pitch=2 * large * rng.uniform(1.15, 2) if rng.random() < 0.08 else 0.0,
    )


def draw_hollow(rng: np.random.Generator, height: int, width: int) -> Culture:
    """Hollow organoids in a drop of gel at random: of very different sizes, some with black walls, above and below one another."""
    area, small = height * width / 512**2, rng.uniform(9, 16)
    return replace(
        field_of_one(rng, min(height, width)),
        kinds=KINDS["cysts"],
        count=1 + rng.poisson(area * rng.uniform(10, 40)),
        radius=(small, min(small * rng.uniform(3, 7), 0.3 * min(height, width))),
        cell_px=small / 2,
        budding=0.0,
        ghosts=int(rng.poisson(rng.uniform(2, 12) * area)),
        through=rng.uniform(0.1, 0.4),
        black=rng.uniform(0, 0.6),
    )


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def draw_look(rng: np.random.Generator, culture: Culture, radius: float) -> Look:
    """How one body of the culture looks; those out of focus differ in the sign of the fringe by the side they lie on."""
    kind = culture.kinds[rng.integers(len(culture.kinds))]
    height = rng.normal(0, 1)
    density = _between(rng, *culture.density)
    look = Look(
        kind,
        density=density,
        fill=rng.uniform(0.3, 1),
        wall=rng.uniform(0.08, 0.8),
        grain=rng.uniform(0.03, 0.3),
        fuzz=rng.uniform(0, 0.3) * culture.cell_px,
        fringe=culture.fringe * density * float(np.clip(0.5 + height, -0.6, 1.2)),
        fringe_px=rng.uniform(0.8, 3.2),
        defocus=min(culture.defocus * abs(height) + rng.uniform(0.2, 0.6), 0.25 * radius),
        lens=0.0,
        inclusions=0,
    )
    if kind == "grape":
        return replace(look, fuzz=rng.uniform(0.25, 0.6) * culture.cell_px, grain=rng.uniform(0.15, 0.5))
    if kind == "thick":
        return replace(look, fill=rng.uniform(0.15, 0.8), wall=rng.uniform(0.15, 0.6), inclusions=int(rng.integers(0, 3)))
    if kind == "cyst":
        hollow = _hollow(rng, culture, look, radius)
        return _black_walled(rng, hollow) if culture.black and rng.random() < culture.black else hollow
    return look


def _hollow(rng: np.random.Generator, culture: Culture, look: Look, radius: float) -> Look:
    return replace(
        look,
        density=_between(rng, 0.45, 1.9) * (1 - 0.5 * culture.shading * rng.random()),
        fill=rng.choice([0.0, rng.uniform(-0.04, 0.06), rng.uniform(0.05, 0.3)]),
        wall=float(np.clip((2 + rng.uniform(0, 0.08) * radius) * rng.uniform(0.6, 1.6) / radius, 0.015, 0.22)),
        grain=rng.uniform(0, 0.5),
        fuzz=rng.uniform(0, 0.5),
        lens=rng.uniform(0, 0.3) * (rng.random() < 0.2),
        tilt=rng.uniform(0, 2),
        double=rng.uniform(0.2, 0.8) * (rng.random() < 0.12),
        inclusions=int(rng.poisson(rng.choice([0, 1.5]))),
        defocus=min(look.defocus, radius * rng.uniform(0.05, 0.25)),
    )


def _black_walled(rng: np.random.Generator, look: Look) -> Look:
    """The same hollow body with the broad black ring that large ones in focus have."""
    return replace(look, density=rng.uniform(1.4, 3.6), wall=rng.uniform(0.05, 0.16), fill=rng.uniform(0, 0.04), tilt=rng.uniform(0, 2.5))


def blurred_away(look: Look, rng: np.random.Generator, radius: float) -> Look:
    """The same body so far out of focus, or so faint, that nobody would outline it."""
    dark = rng.uniform(0.02, 0.13) if rng.random() < 0.96 else rng.uniform(0.5, 1.5)
    return replace(look, density=dark, defocus=radius * rng.uniform(0.5, 0.9), fringe=0, fuzz=0, inclusions=0, lens=0)
