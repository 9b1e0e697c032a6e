"""What the README and the pages say of measured models."""

from pathlib import Path

import pytest

from ml_worker.inference.catalog import WEIGHTS_DIR, read_cards
from ml_worker.training.evaluate import DOCS, ROOT
from ml_worker.training.markdown import BEGIN, END, write_between
from ml_worker.training.page import card_page
from ml_worker.training.report import readme_section, targets_table
from tests.unit.ml_worker.training.measured import card, measured, score


def test_a_target_says_whether_it_is_reached():
    cards = [card("classical", nuclei_fluo=score(0.6)), card("unet", nuclei_fluo=score(0.8)), card("hrnet", nuclei_fluo=score(0.9))]
    lines = targets_table(cards).splitlines()
    assert lines[2] == "| fluorescent nuclei | AP@0.5 | 0.86 | 0.900 (0.800 to 1.000), Hrnet | 0.600 | 3 images with 70 objects | reached |"
    assert lines[3].endswith("| 0.300 | 3 images with 70 objects | **falls short** by 0.200 |")
    assert lines[4].endswith("| – | – | – | **falls short**: no network is trained on it |")


def test_a_figure_says_on_how_many_images_it_rests_and_one_image_has_no_interval():
    alone = {"spheroid_fluo_invasion": score(1.0, "spheroids", iou=0.97, images=1, objects=1)}
    cards = [measured(name, nuclei_fluo=score(0.8), **alone) for name in ("classical", "unet")]
    text = readme_section(cards)
    assert "| 0.970 (–), Unet | 0.970 | 1 image with 1 object | reached |" in text
    assert "What is said of invading spheroids in fluorescence rests on 1 image with 1 object" in text
    assert "fluorescent nuclei, AP@0.5 (3 images) | invading spheroids in fluorescence, AP@0.5 (1 image) |" in text
    assert "What is said of fluorescent nuclei" not in text
    assert "| invading spheroids in fluorescence | 1 / 1 | 1.000 (–) |" in card_page(cards[1])


def test_the_readme_keeps_what_stands_around_the_figures(tmp_path: Path):
    path = tmp_path / "README.md"
    path.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_between(path, "new")
    assert path.read_text() == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    path.write_text("nothing")
    with pytest.raises(ValueError, match="markers"):
        write_between(path, "new")


def test_pages_and_readme_say_what_the_shipped_cards_say():
    cards = [card.content for card in read_cards(WEIGHTS_DIR)]
    assert f"{BEGIN}\n{readme_section(cards)}\n{END}" in (ROOT / "README.md").read_text()
    for content in cards:
        pictures = [f"{content['name']}.png"] if (DOCS / f"{content['name']}.png").exists() else []
        assert (DOCS / f"{content['name']}.md").read_text() == card_page(content, pictures)
