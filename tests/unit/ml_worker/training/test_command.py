"""`cellhub-train` as a person with images of their own types it."""

import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ml_worker.training import checkpoint, command
from ml_worker.training.command import SHARES, parse_shares, shares_in
from tests.unit.ml_worker.training.annotated import write_domain

Run = Callable[..., None]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Calls the command with words, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(line: str) -> None:
        monkeypatch.setattr("sys.argv", line.split())
        command.main()

    return call


def said(run: Run, line: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence with which the command refuses a line."""
    with pytest.raises(SystemExit) as stopped:
        run(line)
    assert stopped.value.code == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    return sentence


def test_a_folder_of_ones_own_trains_with_one_short_line(run: Run, tmp_path: Path):
    write_domain(tmp_path / "data").joinpath("nuclei_fluo").rename(tmp_path / "data" / "my_cells")
    short = "cellhub-train --net hrnet --data data --minutes 60 --device auto"
    run(f"{short} --slice-steps 2 --batch 1 --workers 0 --simulated 1")
    state = checkpoint.read(tmp_path / ".cellhub" / "training" / "hrnet")
    assert state is not None
    assert state["step"] == 2
    assert '"shares": {"brightfield_sim": 2.0, "invasion_sim": 1.0, "my_cells": 1.0}' in state["plan"]


def test_domains_are_those_of_the_data_in_a_fixed_order(tmp_path: Path):
    for domain in ("zebrafish", "nuclei_fluo", "cells_phase", "invasion_sim"):
        for part in ("images", "masks"):
            (tmp_path / domain / part).mkdir(parents=True)
    real = {"nuclei_fluo": 4, "cells_phase": 2}
    assert shares_in(tmp_path, simulated=False) == {**real, "zebrafish": 1}
    assert list(shares_in(tmp_path, simulated=True)) == ["nuclei_fluo", "cells_phase", "brightfield_sim", "invasion_sim", "zebrafish"]
    assert all(shares_in(tmp_path, simulated=True)[domain] == SHARES[domain] for domain in real)


def test_data_without_a_domain_are_refused_in_one_sentence(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "data" / "images").mkdir(parents=True)
    assert said(run, "cellhub-train --net hrnet --data data --minutes 60", capsys) == (
        "cellhub-train: There are no training images in data: put images into data/NAME/images and their masks into data/NAME/masks, "
        "as PNG files with the same names."
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", "Say how long to train, as in --minutes 60 or --steps 1000."),
        ("--steps 1 --domains cells_phase", "There are no images in data/cells_phase/images; PNG files are read."),
        ("--steps 1 --domains a:many", "The share of a has to be a number above 0, as in a:2, not many."),
        ("--steps 1 --start nowhere.safetensors", "There are no weights nowhere.safetensors to start from."),
        ("--steps 1 --simulated 1 --device abacus", "There is no device abacus: say auto, cpu or cuda."),
    ],
)
def test_what_can_not_be_done_is_said_in_one_sentence(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str, sentence: str
):
    write_domain(tmp_path / "data", count=1)
    assert said(run, f"cellhub-train --data data {words}", capsys) == f"cellhub-train: {sentence}"


@pytest.mark.parametrize(
    ("limit", "told"), [(40, []), (0, ["packed.npz has 0.0 MB, which is more than 0 MB: name fewer domains with --domains."])]
)
def test_an_archive_that_is_larger_than_meant_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, limit: int, told: list[str]
):
    write_domain(tmp_path / "data", count=1, side=48)
    monkeypatch.setattr(command, "PACKED_MB", limit)
    run("cellhub-train pack --data data --out packed.npz")
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == told


@pytest.mark.parametrize("share", ["0", "-1", "nan", "inf"])
def test_a_share_is_above_nothing(share: str):
    with pytest.raises(ValueError, match="has to be a number above 0"):
        parse_shares([f"cells_phase:{share}"])


NEEDED = ("torch", "numpy", "opencv-python-headless", "scikit-image", "safetensors")
WITHOUT_OTHERS = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if path is None and name in blocked:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

blocked = set(sys.argv[1:])
sys.meta_path.insert(0, Absent())
import ml_worker.training.command as command
from ml_worker.training.simulated import simulate
from ml_worker.training.targets import make_targets
make_targets(simulate("invasion_sim", 1, 0, 64).labels)
"""


def _with_all_they_need(names: tuple[str, ...]) -> set[str]:
    """The distributions, and those that they ask for in turn."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in found:
            continue
        found.add(name)
        try:
            asked = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        waiting += [re.split(r"[^A-Za-z0-9._-]", one, maxsplit=1)[0] for one in asked if "extra ==" not in one]
    return found


def test_training_needs_five_packages_alone():
    enough = _with_all_they_need(NEEDED) - {"tifffile"}  # scikit-image asks for it, and does without
    ours = {"ml_worker", "cellhub_app"}
    holders = {module: {one.lower().replace("_", "-") for one in by} for module, by in importlib.metadata.packages_distributions().items()}
    others = sorted(module for module, by in holders.items() if module not in ours and not enough & by)
    assert {"numba", "sqlalchemy", "pydantic", "reflex", "arq", "redis", "tifffile"} <= set(others)
    subprocess.run([sys.executable, "-c", WITHOUT_OTHERS, *others], check=True, timeout=300)
