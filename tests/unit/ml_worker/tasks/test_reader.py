"""What the guarded process answers."""

from pathlib import Path

import pytest

from ml_worker.tasks import reader
from tests.fixtures.samples import nuclei_files


def task(path: Path) -> dict[str, str]:
    return {"path": str(path), "name": "my cells.png", "display": f"{path}.display", "thumbnail": f"{path}.thumbnail"}


def test_facts_and_pictures_of_a_sound_file(tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(nuclei_files(1)[0].data)
    facts = reader.read(task(path))["facts"]
    assert set(facts) == set(reader.ROW)
    assert (facts["width"], facts["height"], facts["format"]) == (256, 256, "png")
    assert Path(f"{path}.display").stat().st_size > Path(f"{path}.thumbnail").stat().st_size / 2


def test_a_refusal_names_the_file_as_its_owner_does(tmp_path: Path) -> None:
    path = tmp_path / "original"
    path.write_bytes(b"Dear diary")
    refused = reader.read(task(path))["refused"]
    assert refused["reason"] == "notAnImage"
    assert refused["detail"].startswith("Couldn't read my cells.png: ")


def test_running_out_of_memory_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    path = tmp_path / "original"
    path.write_bytes(nuclei_files(1)[0].data)
    monkeypatch.setattr(reader, "to_display", exhausted)
    assert "more memory than is allowed" in reader.read(task(path))["refused"]["detail"]
