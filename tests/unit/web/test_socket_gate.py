"""What the websocket lets through to Reflex."""

from typing import Any

import pytest
from hypothesis import strategies as st
from reflex_base.registry import RegistrationContext

import cellhub_app.cellhub_app  # noqa: F401 - registers the handlers
from cellhub_app.web import socket_gate
from cellhub_app.web.session import SessionState
from cellhub_app.web.socket_gate import BURST, EventRefused, Pace, checked_event
from tests.fixtures.drawn import JSON, drawn

HANDLERS = RegistrationContext.get().event_handlers
DISMISS = f"{SessionState.get_full_name()}.dismiss"
ROOT = "reflex___state____state"
GALLERY = next(name for name in HANDLERS if name.endswith("images_state.resize")).removesuffix(".resize")


def event(name: str = DISMISS, **payload: Any) -> dict[str, Any]:
    """An event as a page sends it."""
    where = {"pathname": "/reset-password", "asPath": "/reset-password?a=1#the-secret", "query": {"a": "1"}}
    return {"name": name, "payload": payload, "router_data": where, "token": "x"}


def test_an_event_that_fits_passes_without_the_fragment_of_its_page() -> None:
    passed = checked_event(event(message_id="x"), HANDLERS)
    assert (passed["name"], passed["payload"]) == (DISMISS, {"message_id": "x"})
    assert passed["router_data"] == {"pathname": "/reset-password", "asPath": "/reset-password?a=1", "query": {"a": "1"}}


def test_what_browsers_keep_comes_back_under_its_own_name_only() -> None:
    kept = {f"{GALLERY}.thumbnail_size_rx_state_": "200"}
    assert checked_event(event(f"{ROOT}.hydrate_and_load", vars=kept, hashes=["x"]), HANDLERS)["payload"]["vars"] == kept


@pytest.mark.parametrize(
    "wrong",
    [
        event("nobody.at_home"), event(), event(message_id="x", more=1), event(f"{ROOT}.setvar", var_name="is_hydrated", value=True),
        event(f"{GALLERY}.setvar", var_name="outlines", value="x"), event(f"{ROOT}.set_is_hydrated", value="yes"),
        event(f"{ROOT}.hydrate_and_load", vars={f"{GALLERY}.project_id_rx_state_": "x"}),
        event(f"{ROOT}.hydrate_and_load", vars={f"{GALLERY}.thumbnail_size_rx_state_": ["x"]}),
        event(f"{ROOT}.hydrate_and_load", vars={"nowhere.x": "y"}), {**event(message_id="x"), "router_data": {"pathname": 5}},
        {**event(message_id="x"), "router_data": {"asPath": "/" + "x" * 9_000}},
    ],
    ids=range(11),
)  # fmt: skip
def test_an_event_that_does_not_fit_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(EventRefused) as refused:
        checked_event(wrong, HANDLERS)
    assert "the-secret" not in str(refused.value)


def test_whatever_comes_is_refused_or_fits() -> None:
    names = st.sampled_from([*HANDLERS, "x"]) | JSON
    shaped = st.fixed_dictionaries({}, optional={"name": names, "payload": JSON, "router_data": JSON})
    for data in drawn(JSON | shaped, 60):
        try:
            assert checked_event(data, HANDLERS)["name"] in HANDLERS
        except EventRefused:
            continue


def test_a_page_that_is_dragged_over_keeps_the_pace_and_a_flood_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [0.0]
    monkeypatch.setattr(socket_gate.time, "monotonic", lambda: moment[0])
    pace = Pace()
    for _ in range(3_000):
        moment[0] += 1 / 60
        assert pace.is_kept()
    flood = [pace.is_kept() for _ in range(2 * BURST)]
    assert BURST - 2 <= flood.count(True) <= BURST
    assert not any(flood[BURST:])
