"""Figures go where they belong, and nothing else in the file changes."""

from pathlib import Path

import pytest

from bench.previews import Waited, answer
from bench.records import HEAD, verdict, write_row, write_section

TABLE = f"# Speed\n\n{HEAD}\n|---|---|---|\n| How soon? (`upload`) | 1 ms | 2 ms |\n| How many? (`bulk`, 10) | 5 | 4 |\n\nThe end.\n"


def test_a_row_takes_the_place_of_its_own_or_goes_to_the_end(tmp_path: Path):
    path = tmp_path / "README.md"
    path.write_text(TABLE)
    write_row("upload", "How soon? (`upload`)", "3 ms", "2 ms", path)
    write_row("previews", "And now? (`previews`)", "9 ms", "1 s", path)
    assert path.read_text() == TABLE.replace("| 1 ms |", "| 3 ms |").replace("| 4 |\n", "| 4 |\n| And now? (`previews`) | 9 ms | 1 s |\n")
    path.write_text("nothing")
    with pytest.raises(ValueError, match="no table"):
        write_row("upload", "", "", "", path)


def test_a_section_of_results_is_written_again_under_its_own_title(tmp_path: Path):
    path = tmp_path / "RESULTS.md"
    for title, line in (("gpu: A", "old"), ("gpu: B", "other"), ("gpu: A", "new")):
        write_section(title, ["a machine", "", line], path)
    assert path.read_text().split("\n\n", 2)[2] == "## gpu: A\n\na machine\n\nnew\n\n## gpu: B\n\na machine\n\nother\n"


def test_previews_are_judged_by_the_slowest():
    waits = [Waited(512, "unet", 1.2, [0.1, 0.2]), Waited(2048, "hrnet", 9.0, [0.3, 1.5])]
    assert answer(waits) == "p95 1500 ms for the slowest, hrnet at 2048 px; the first preview, with the network, 1.2 to 9.0 s"
    assert (verdict(0.99, 1), verdict(1.0, 1)) == ("met", "**not met**")
