"""Which question the README's row of accuracy is about."""

import pytest

from bench.accuracy import asked


@pytest.mark.parametrize("other", [("--model", "hrnet"), ("--domain", "spheroids"), ("--images", "3")])
def test_only_the_default_question_is_written_down(other: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(other).write is False
    with pytest.raises(SystemExit):
        asked([*other, "--write"])
    assert "leave out --write" in capsys.readouterr().err


def test_the_default_question_may_be_written_down() -> None:
    assert asked(["--write", "--url", "http://localhost:1"]).write
