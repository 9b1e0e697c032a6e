"""Where annotated images come from: folders, one packed archive, or the simulator."""

from collections.abc import Sequence
from pathlib import Path

from ml_worker.training.data import Sample, load_folder, load_packed
from ml_worker.training.simulated import DOMAINS as SIMULATED
from ml_worker.training.simulated import simulate

SIMULATED_SEED = 1
SIMULATED_SIDE = 512
MEASURED_IMAGES = 160  # of each simulated domain, where models are measured


def load(source: Path, domains: Sequence[str], simulated: int = 0) -> list[Sample]:
    """Samples of the domains from a folder or a packed archive (a file), and `simulated` images of each domain that is made, not read.

    Raises FileNotFoundError when a domain is absent.
    """
    real = [domain for domain in domains if domain not in SIMULATED]
    samples = (load_packed(source, real) if source.is_file() else load_folder(source, real)) if real else []
    made = [domain for domain in domains if domain in SIMULATED]
    return samples + [simulate(domain, SIMULATED_SEED, index, SIMULATED_SIDE) for domain in made for index in range(simulated)]
