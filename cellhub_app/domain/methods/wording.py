"""The sentences of a methods paragraph. They stand in papers, so they are English and say numbers rather than praise."""

from collections.abc import Mapping, Sequence
from typing import Any

from cellhub_app.core.metrics.measure import VERSION
from cellhub_app.core.statistics.choosing import TESTS, Test
from cellhub_app.core.statistics.groups import LEVEL, Unit
from cellhub_app.domain.methods.schemas import Origin, Replicates

HASH_SHOWN = 12


def segmentation(origins: Sequence[Origin], images: int, version: str) -> str:
    """Which models with which weights and parameters found how many objects."""
    models = [origin for origin in origins if origin.kind == "model"]
    if not models:
        return f"{_number(images, 'image')} {'was' if images == 1 else 'were'} annotated in CellHub {version}."
    told = "; ".join(_model(origin) for origin in models)
    return f"Of {_number(images, 'image')}, those with objects were segmented in CellHub {version} with {told}."


def corrections(objects: int, by_hand: int, imported: int) -> str:
    """Which share of the objects people drew or corrected, and which came from files."""
    if not objects:
        return "No objects are present."
    parts = [f"{by_hand:,} ({_share(by_hand, objects)}) were drawn or corrected by hand"]
    parts += [f"{imported:,} ({_share(imported, objects)}) were imported"] if imported else []
    return f"Of the {_number(objects, 'object')} analysed, {' and '.join(parts)}."


def measurement(sizes: Sequence[float], known: int, images: int) -> str:
    """What measures are defined by, and the pixel size."""
    base = f"Objects were measured in pixels, intensities on the original pixel values (definitions: CellHub measures, version {VERSION})"
    if not sizes:
        return f"{base}; the pixel size is not known."
    size = f"{sizes[0]:.4g} µm" if sizes[0] == sizes[-1] else f"{sizes[0]:.4g} to {sizes[-1]:.4g} µm"
    some = "" if known == images else f" ({known:,} of {images:,} images)"
    return f"{base}; values in µm follow from a pixel size of {size}{some}."


def experiment(conditions: Sequence[Replicates]) -> str:
    """The conditions and their replicates; nothing where there are none."""
    told = ", ".join(f"{each.condition} (n = {each.replicates}, {_number(each.images, 'image')})" for each in conditions)
    return f"Conditions, with numbers of replicates: {told}." if told else ""


def statistics(test: Test | None, unit: Unit) -> str:
    """The test, what counts as one, effect size and intervals; nothing without a test."""
    if test is None:
        return ""
    about = TESTS[test]
    one = (
        "The mean of each replicate counted once"
        if unit == "replicate"
        else "Single objects counted as independent, although they share replicates"
    )
    by = f"{_named(about.title)} ({about.reference}), two-sided"
    return f"{one}. Conditions were compared by {by}, with effect sizes and {LEVEL:.0%} confidence intervals."


def software(versions: Mapping[str, str]) -> str:
    """The versions of what computed."""
    return f"Software: {', '.join(f'{name} {version}' for name, version in versions.items())}."


def _model(origin: Origin) -> str:
    weights = f"weights SHA-256 {origin.weights_sha256[:HASH_SHOWN]}" if origin.weights_sha256 else "no trained weights"
    chosen = ", ".join(
        f"{name.replace('_', ' ')} {_plain(value)}" for name, value in sorted(origin.parameters.items()) if value is not None
    )
    found = f"{_number(origin.objects, 'object')} in {_number(origin.images, 'image')}"
    return f"the model {origin.model} ({'; '.join(part for part in (weights, chosen, found) if part)})"


def _plain(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _named(title: str) -> str:
    return title if title.startswith(("Welch", "Mann", "Kruskal")) else f"{title[0].lower()}{title[1:]}"


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _share(part: int, whole: int) -> str:
    share = 100 * part / whole
    return f"{share:.1f} %" if part == 0 or share >= 0.1 else "< 0.1 %"
