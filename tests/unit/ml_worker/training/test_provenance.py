"""What a card tells of the runs that led to a network's weights."""

import json
import re
import sys
from pathlib import Path

import pytest
import torch

from ml_worker.training import evaluate as command
from ml_worker.training.cards import DOMAIN_KINDS
from ml_worker.training.evaluate import weights_from_run
from ml_worker.training.page import card_page
from ml_worker.training.provenance import DOMAIN_SOURCES, SIMULATOR, training_of, training_sentence, with_history
from ml_worker.training.train import Plan, Trainer
from tests.unit.ml_worker.training.annotated import simulated_samples
from tests.unit.ml_worker.training.measured import measured, score


def run_of(start: str, steps: int) -> dict[str, object]:
    plan = {"shares": {"nuclei_fluo": 2.0}, "start": start, "seed": 7, "batch": 8, "size": 256, "minutes": 0, "steps": steps}
    return training_of({"plan": json.dumps(plan), "step": steps, "seconds": 3600.0})


def test_a_run_that_continues_makes_history_of_those_before_it():
    first = with_history(run_of("", 1000), None, continues=False)
    second = with_history(run_of("net_before", 200), first, continues=True)
    third = with_history(run_of("net_again", 30), second, continues=True)
    assert first["history"] == []
    assert [(run["startedFrom"], run["steps"], run["crops"]) for run in third["history"]] == [(None, 1000, 8000), ("net_before", 200, 1600)]
    assert set(third["history"][0]) == {"startedFrom", "steps", "crops", "seconds", "shares", "seed"}
    assert training_sentence(third) == (
        "Trained on fluorescent nuclei: 1,230 steps, 9,840 crops of 256 px, 3.0 h, "
        "of which 30 steps, 240 crops and 1.0 h in the last run, seed 7. "
        "It began with random weights."
    )


def test_a_run_that_is_shipped_already_is_not_counted_twice():
    second = with_history(run_of("net_before", 200), run_of("", 1000), continues=True)
    for continues in (True, False):
        assert with_history(run_of("net_before", 200), second, continues=continues) == second
    assert with_history(run_of("", 300), second, continues=False)["history"] == []
    with pytest.raises(ValueError, match="shipped already"):
        with_history(run_of("net_before", 200), run_of("net_before", 200), continues=True)


@pytest.mark.parametrize(("start", "shipped", "says"), [("", {"steps": 1}, "random weights"), ("net_before", None, "no card")])
def test_what_can_not_have_been_continued_is_refused(start, shipped, says):
    shipped = {**run_of("", 1000), **shipped} if shipped else None
    with pytest.raises(ValueError, match=says):
        with_history(run_of(start, 200), shipped, continues=True)


def test_what_is_not_recorded_is_said():
    lost = "It began with the weights of `trunk`; what came before is not recorded."
    older = run_of("trunk", 4200)
    assert training_sentence(older) == f"Trained on fluorescent nuclei: 4,200 steps, 33,600 crops of 256 px, 1.0 h, seed 7. {lost}"
    assert training_sentence(with_history(run_of("unet_before", 100), older, continues=True)).endswith(lost)


def test_a_page_lists_the_runs_where_there_are_several():
    training = with_history(run_of("net_before", 200), run_of("", 1000), continues=True)
    card = {**measured("unet", nuclei_fluo=score(0.8)), "training": training}
    assert "| random weights | 1,000 | 8,000 | 1.0 | 7 | fluorescent nuclei 2 |" in card_page(card)
    assert "| `net_before` | 200 | 1,600 | 1.0 | 7 | fluorescent nuclei 2 |" in card_page(card)
    assert "The runs that led" not in card_page({**card, "training": run_of("", 1000)})


def test_the_card_of_a_run_has_the_history_of_the_shipped_one(tmp_path: Path):
    plan = Plan(batch=1, size=64, steps=0, workers=0, shares={"nuclei_fluo": 1.0}, start="unet_before")
    Trainer(plan, simulated_samples(6), tmp_path / "run", torch.device("cpu")).save()
    card = weights_from_run("unet", tmp_path / "run", tmp_path, half=True, shipped=run_of("", 1000), continues=True)
    assert [run["steps"] for run in card["training"]["history"]] == [1000]
    assert json.loads((tmp_path / "unet.json").read_text()) == card


def test_without_a_run_nothing_is_continued(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["cellhub-evaluate", "unet", "--continues"])
    with pytest.raises(SystemExit):
        command.main()
    assert "name its folder with --run" in capsys.readouterr().err


def test_every_kind_of_image_has_a_source_with_a_licence_that_the_readme_names():
    assert set(DOMAIN_SOURCES) == set(DOMAIN_KINDS)
    licence = (command.ROOT / "README.md").read_text().split("## Licence")[1].replace("\n", " ")
    for source in set(DOMAIN_SOURCES.values()) - {SIMULATOR}:
        name = source.name.split(",")[0]
        assert re.search(rf"{re.escape(name)} \([^)]*\b{source.licence}\)", licence), name


def test_a_page_says_where_its_images_come_from_under_which_licence():
    card = measured("unet", nuclei_fluo=score(0.8), cells_phase=score(0.8, "cells"))
    trained = {**run_of("", 10), "shares": {"nuclei_fluo": 3.0, "invasion_sim": 1.0}}
    page = card_page({**card, "training": trained})
    source = "Data Science Bowl 2018 stage 1, with repaired masks | CC0 | BBBC038 |"
    assert f"| fluorescent nuclei | 75% | {source}" in page
    assert "| phase-contrast cells | – | Usiigaci, T98G cells | MIT | OIST |" in page
    assert "| invading spheroids (simulated) | 25% | our own simulator" in page
    assert "stained tissue" not in page
    assert f"| fluorescent nuclei | – | {source}" in card_page(card)
