"""Where a network comes from: the images it was trained on, with their licences, and the runs that led to its weights."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from ml_worker.training.cards import domain_name
from ml_worker.training.splits import RULE

Training = Mapping[str, Any]
RUN = ("startedFrom", "steps", "crops", "seconds", "shares", "seed")


class Source(NamedTuple):
    """Where images of a domain come from, and what their makers allow."""

    name: str
    licence: str
    where: str


SIMULATOR = Source("our own simulator, no photographs", "MIT, as all of this repository", "`cellhub_app/core/simulator`")
DOMAIN_SOURCES = {
    "nuclei_fluo": Source("Data Science Bowl 2018 stage 1, with repaired masks", "CC0", "BBBC038"),
    "histology_color": Source("Data Science Bowl 2018 stage 1, with repaired masks", "CC0", "BBBC038"),
    "cells_phase": Source("Usiigaci, T98G cells", "MIT", "OIST"),
    "spheroid_fluo_invasion": Source("SpheroidInvasionAnalysis, with semi-automatic masks", "MIT", "–"),
    "brightfield_sim": SIMULATOR,
    "invasion_sim": SIMULATOR,
}

OWN_SOURCE = Source("images of one's own", "–", "–")


def source_of(domain: str) -> Source:
    """Where the images of a domain come from; of one's own domains nobody wrote it down."""
    return DOMAIN_SOURCES.get(domain, OWN_SOURCE)


def training_of(state: Mapping[str, Any]) -> dict[str, Any]:
    """What a card says of its training, from the checkpoint of the run."""
    plan = json.loads(state["plan"])
    return {
        "domains": list(plan["shares"]),
        "shares": plan["shares"],
        "startedFrom": plan["start"] or None,
        "split": RULE,
        "seed": plan["seed"],
        "steps": state["step"],
        "crops": state["step"] * plan["batch"],
        "cropPx": plan["size"],
        "seconds": round(state["seconds"]),
        "finished": bool(state["seconds"] >= 60 * plan["minutes"] if plan["minutes"] else state["step"] >= plan["steps"]),
    }


def with_history(training: Training, shipped: Training | None, *, continues: bool) -> dict[str, Any]:
    """The training with the runs before it, oldest first: those of the shipped card where the run `continues` its weights.

    A run that is shipped already keeps the history that it has. Raises ValueError where there is nothing that it could continue.
    """
    if shipped and all(shipped[key] == training[key] for key in RUN):
        if continues and not shipped.get("history"):
            raise ValueError("This run is shipped already, without the runs before it; bring back the card of before, then go on.")
        return {**training, "history": shipped.get("history", [])}
    if not continues:
        return {**training, "history": []}
    if not training["startedFrom"]:
        raise ValueError("This run began with random weights, so it continues none; leave out --continues.")
    if not shipped:
        raise ValueError("There is no card of this model whose training the run could continue; leave out --continues.")
    return {**training, "history": [*shipped.get("history", []), {key: shipped[key] for key in RUN}]}


def _total(training: Training, key: str) -> int:
    return int(training[key] + sum(run[key] for run in training.get("history", [])))


def training_sentence(training: Training) -> str:
    """How long a network was trained, and with what it began."""
    last = ""
    if training.get("history"):
        part = f"{training['steps']:,} steps, {training['crops']:,} crops and {training['seconds'] / 3600:.1f} h"
        last = f", of which {part} in the last run"
    hours = _total(training, "seconds") / 3600
    totals = f"{_total(training, 'steps'):,} steps, {_total(training, 'crops'):,} crops of {training['cropPx']} px, {hours:.1f} h"
    names = ", ".join(domain_name(domain) for domain in training["domains"])
    return f"Trained on {names}: {totals}{last}, seed {training['seed']}. {_beginning(training)}"


def _beginning(training: Training) -> str:
    first = [*training.get("history", []), training][0]["startedFrom"]
    if not first:
        return "It began with random weights."
    return f"It began with the weights of `{first}`; what came before is not recorded."


def runs(training: Training) -> list[Training]:
    """All recorded runs, oldest first; empty where one says it all."""
    return [*training["history"], training] if training.get("history") else []
