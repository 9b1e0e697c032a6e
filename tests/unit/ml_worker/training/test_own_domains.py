"""`cellhub-evaluate` on images of one's own, in a folder with a name that nobody knows."""

from pathlib import Path

import pytest
import torch

from ml_worker.inference.scale import Scaling
from ml_worker.training import evaluate as command
from ml_worker.training.cards import known_first, write_card
from ml_worker.training.data import load_folder
from ml_worker.training.evaluate import domains_to_measure, evaluate
from ml_worker.training.report import readme_section
from ml_worker.training.train import Plan, Trainer
from tests.unit.ml_worker.training.annotated import write_domain


def own_domain(root: Path, count: int) -> Path:
    write_domain(root, count=count, side=64).joinpath("nuclei_fluo").rename(root / "my_organoids")
    return root


def trained(data: Path, run: Path) -> Path:
    plan = Plan(batch=1, size=64, steps=2, workers=0, shares={"my_organoids": 1.0})
    Trainer(plan, load_folder(data, ["my_organoids"]), run, torch.device("cpu")).run()
    return run


def test_a_domain_of_ones_own_is_measured_under_its_own_name(tmp_path: Path):
    data, mine = own_domain(tmp_path / "data", 30), tmp_path / "mine"
    card = evaluate("unet", data, mine, trained(data, tmp_path / "run"), simulated=0, docs=mine)
    assert card["scores"]["my_organoids"]["images"] == 1
    assert card["scores"]["my_organoids"]["sampleKind"] == "other"
    assert set(card["robustness"]["domains"]) == set(card["baseline"]["scores"]) == {"my_organoids"}
    assert card["sampleKinds"] == ["other"]
    page = (mine / "unet.md").read_text()
    assert "Trained on my_organoids: 2 steps" in page
    assert "| my_organoids | 100% | images of one's own | – | – |" in page
    assert (mine / "unet.png").exists()
    plain = evaluate("classical", data, mine, None, simulated=0)
    assert "my_organoids, AP@0.5 (1 image)" in readme_section([card, plain])


def test_scalings_are_chosen_again_without_touching_the_thresholds(tmp_path: Path):
    data, mine = own_domain(tmp_path / "data", 30), tmp_path / "mine"
    card = evaluate("unet", data, mine, trained(data, tmp_path / "run"), simulated=0)
    assert card["scaling"] is None
    thresholds = {**card["postprocessing"], "seed": 0.53}
    write_card({**card, "postprocessing": thresholds, "scaling": Scaling(40.0, 80.0, 60.0).written()}, mine)
    again = evaluate("unet", data, mine, None, retune="scaling", simulated=0)
    assert (again["postprocessing"], again["scaling"], again["weights"]) == (thresholds, None, card["weights"])


@pytest.mark.parametrize(("count", "purpose"), [(13, "to measure the model on"), (24, "to choose the settings on")])
def test_too_few_images_are_said_before_anything_is_measured(tmp_path: Path, count: int, purpose: str):
    data = own_domain(tmp_path / "data", count)
    write_domain(data, count=14, side=64)
    with pytest.raises(ValueError, match=f"no image of my_organoids {purpose}. .* Add images, some 50 in all"):
        evaluate("unet", data, tmp_path / "mine", trained(data, tmp_path / "run"), simulated=0)
    assert not (tmp_path / "mine").exists()


def test_a_folder_that_is_not_there_is_said_in_one_sentence(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["cellhub-evaluate", "unet", "--data", str(tmp_path / "nowhere"), "--out", str(tmp_path)])
    with pytest.raises(SystemExit) as stopped:
        command.main()
    assert stopped.value.code == 2
    assert capsys.readouterr().err == (
        f"cellhub-evaluate: There is no folder {tmp_path / 'nowhere'}; name the folder of your domains with --data.\n"
    )


def test_known_domains_come_first_and_simulated_ones_are_made_not_read(tmp_path: Path):
    for domain in ("zebrafish", "cells_phase", "invasion_sim", "my_organoids"):
        for part in ("images", "masks"):
            (tmp_path / domain / part).mkdir(parents=True)
    assert domains_to_measure(tmp_path, simulated=False) == ["cells_phase", "my_organoids", "zebrafish"]
    assert domains_to_measure(tmp_path, simulated=True) == ["cells_phase", "brightfield_sim", "invasion_sim", "my_organoids", "zebrafish"]
    assert known_first(["b", "nuclei_fluo", "a", "b"]) == ["nuclei_fluo", "a", "b"]
