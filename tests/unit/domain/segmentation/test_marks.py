"""From which doubt on an image should be looked at first: each model's card says it."""

import json
from pathlib import Path

import pytest

from cellhub_app.core.settings import get_settings
from cellhub_app.domain.segmentation import service

CARD = {
    "title": "A", "sampleKinds": ["nuclei"], "preset": "fast", "parameters": {}, "weightsSha256": None, "scores": {}, "kinds": {},
    "secondsPerMegapixel": 1.0,
}  # fmt: skip


def test_a_mark_is_the_cards_and_a_card_without_doubts_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    doubts = {"fitted": {"lookFrom": 0.2}, "none": None}
    for name, doubt in doubts.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({**CARD, "name": name, "doubt": doubt}))
    settings = get_settings().model_copy(update={"weights_dir": tmp_path})
    monkeypatch.setattr(service, "get_settings", lambda: settings)
    assert service.marks() == {"fitted": 0.2}
