import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from ml_worker.inference.catalog import WEIGHTS_DIR
from ml_worker.inference.segmenter import Segmenter
from ml_worker.training import checkpoint, command
from ml_worker.training.augment import Ranges
from ml_worker.training.data import choose, load_folder
from ml_worker.training.evaluate import weights_from_run
from ml_worker.training.losses import map_losses
from ml_worker.training.scoring import measure, summary
from ml_worker.training.train import OtherRun, Plan, Trainer
from tests.unit.ml_worker.training.annotated import simulated_samples, write_domain

CPU = torch.device("cpu")
PLAN = Plan(batch=2, size=64, steps=6, workers=0, warmup_steps=1)


def trainer(folder: Path, plan: Plan = PLAN) -> Trainer:
    return Trainer(plan, simulated_samples(6), folder, CPU)


def numbers(net: nn.Module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in net.parameters()])


def test_three_steps_and_three_after_resuming_are_six_steps(tmp_path: Path):
    whole = trainer(tmp_path / "whole")
    whole.run()
    trainer(tmp_path / "parts").run(stop_after_steps=3)
    resumed = trainer(tmp_path / "parts")
    assert resumed.step == 3
    resumed.run()
    assert resumed.step == whole.step == 6
    for net in ("net", "ema"):
        start, one, other = (numbers(getattr(run, net)) for run in (trainer(tmp_path / "fresh"), whole, resumed))
        # sums of the same numbers differ in the last bit from run to run
        assert (one - other).norm() < 1e-2 * (one - start).norm()


def test_a_run_does_not_go_on_with_another_plan(tmp_path: Path):
    trainer(tmp_path).run(stop_after_steps=1)
    for changed, said in (
        ({"net": "hrnet"}, "--net unet, now hrnet"),
        ({"batch": 4, "learning_rate": 0.1}, "--batch 2, now 4; --rate 0.002, now 0.1"),
        ({"shares": {"cells_phase": 2.0}}, "--domains nuclei_fluo:1, now cells_phase:2"),
        ({"start": "unet"}, "--start nothing, now unet"),
        ({"ranges": Ranges(inverted=0.9)}, "how crops are varied"),
    ):
        with pytest.raises(OtherRun) as refused:
            trainer(tmp_path, replace(PLAN, **changed))
        assert str(refused.value) == (
            f"The run in {tmp_path} was begun with other options ({said}): give those again, or a new folder with --out."
        )


def test_a_run_goes_on_for_longer_and_with_other_helpers(tmp_path: Path):
    trainer(tmp_path).run(stop_after_steps=1)
    longer = replace(PLAN, minutes=1.0, steps=9, workers=2, save_minutes=1.0, validate_minutes=1.0, report_steps=1)
    assert trainer(tmp_path, longer).step == 1


def test_a_run_of_before_goes_on_though_it_did_not_write_down_all(tmp_path: Path):
    trainer(tmp_path).run(stop_after_steps=1)
    state = checkpoint.read(tmp_path)
    assert state is not None
    older = {name: value for name, value in json.loads(state["plan"]).items() if name != "start"}
    checkpoint.save(tmp_path, {**state, "plan": json.dumps(older)})
    assert trainer(tmp_path).step == 1


def test_training_lowers_the_loss(tmp_path: Path):
    run = trainer(tmp_path, Plan(batch=2, size=64, steps=1000, workers=0, warmup_steps=5))
    images, targets = run.batches[0]
    before = float(sum(map_losses(run.net(images), targets).values()).detach())
    run.run(stop_after_steps=40)
    assert float(sum(map_losses(run.net(images), targets).values()).detach()) < 0.9 * before


def test_a_finished_run_does_not_go_on(tmp_path: Path):
    trainer(tmp_path).run()
    again = trainer(tmp_path)
    again.run()
    assert again.step == 6


def test_the_course_is_kept_in_csv(tmp_path: Path):
    run = trainer(tmp_path, Plan(batch=1, size=64, steps=6, workers=0, report_steps=2, warmup_steps=1))
    run.run(stop_after_steps=4)
    with (tmp_path / "losses.csv").open() as log:
        rows = list(csv.DictReader(log))
    assert [row["step"] for row in rows] == ["2", "4"]
    assert float(rows[1]["learning_rate"]) < float(rows[0]["learning_rate"])
    assert all(float(row["distance"]) > 0 for row in rows)


def test_minutes_end_a_run(tmp_path: Path):
    run = trainer(tmp_path, Plan(batch=2, size=64, minutes=0.01, workers=0))
    run.run()
    assert run.progress >= 1
    assert 0 < run.step < 100


def test_validation_scores_go_into_the_log(tmp_path: Path):
    run = trainer(tmp_path)
    run.validation = simulated_samples(2)
    run.run(stop_after_steps=1)
    run.validate()
    with (tmp_path / "validation.csv").open() as log:
        (entry,) = csv.DictReader(log)
    assert (entry["step"], entry["domain"]) == ("1", "nuclei_fluo")
    assert 0 <= float(entry["ap75"]) <= float(entry["ap50"]) <= 1


def test_shipped_weights_make_a_model_that_runs(tmp_path: Path):
    trainer(tmp_path / "run").run(stop_after_steps=2)
    (tmp_path / "out").mkdir()
    card = weights_from_run("unet", tmp_path / "run", tmp_path / "out", half=True)
    assert card["training"]["steps"] == 2
    assert card["training"]["finished"] is False
    assert card["weights"]["bytes"] < 2.2e6
    sample = simulated_samples(1)[0]
    assert Segmenter(tmp_path / "out", device="cpu").segment(sample.image, "unet").labels.shape == sample.labels.shape


def test_a_checkpoint_is_whole_or_absent(tmp_path: Path):
    assert checkpoint.read(tmp_path) is None
    checkpoint.save(tmp_path, {"step": 3})
    assert checkpoint.read(tmp_path) == {"step": 3}
    assert [path.name for path in tmp_path.iterdir()] == ["last.pt"]


def test_the_command_trains_and_packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    root = write_domain(tmp_path / "data")
    few = ["--domains", "nuclei_fluo:2", "--steps", "1", "--batch", "1", "--workers", "0"]
    train = [*few, "--data", str(tmp_path / "packed.npz"), "--out"]
    for given in (
        ["pack", "--data", str(root), "--domains", "nuclei_fluo", "--out", str(tmp_path / "packed.npz")],
        [*train, str(tmp_path / "run"), "--net", "unet"],
        [*train, str(tmp_path / "grown"), "--net", "resunet", "--start", str(tmp_path / "run")],
    ):
        monkeypatch.setattr("sys.argv", ["cellhub-train", *given])
        command.main()
    for folder in ("run", "grown"):
        state = checkpoint.read(tmp_path / folder)
        assert state is not None
        assert state["step"] == 1


@pytest.mark.shared_data
def test_shipped_unet_on_held_out_images(shared_data: Path):
    held_out = choose(load_folder(shared_data / "train", ["nuclei_fluo"]), "held_out")[::5]
    assert len(held_out) >= 12
    scores = summary(measure(Segmenter(WEIGHTS_DIR, device="cpu"), "unet", held_out))
    assert scores["ap50"] >= 0.70
