import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellhub_app.core.events import Event, EventType

values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20))


@given(st.sampled_from(EventType), st.uuids() | st.none(), st.dictionaries(st.text(max_size=10), values, max_size=5))
def test_an_event_survives_its_line(kind: EventType, project_id: object, data: dict[str, object]) -> None:
    event = Event(kind, project_id, data=data)
    assert Event.decode(event.encode()) == event


@pytest.mark.parametrize("line", ["", "{", "[]", '{"type": "nothing"}'])
def test_other_lines_are_refused(line: str) -> None:
    with pytest.raises((ValueError, TypeError, AttributeError)):
        Event.decode(line)
