"""What the README and the pages say of measured models."""

from pathlib import Path

import pytest

from ml_worker.inference.catalog import WEIGHTS_DIR, read_cards
from ml_worker.training.evaluate import DOCS, ROOT
from ml_worker.training.markdown import BEGIN, END, write_between
from ml_worker.training.page import card_page
from ml_worker.training.report import baseline_sentence, readme_section, targets_table
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


def test_the_best_network_is_compared_with_none_on_every_kind_of_image():
    plain = card("classical", nuclei_fluo=score(0.6), cells_phase=score(0.5))
    best = card("hrnet", nuclei_fluo=score(0.7), cells_phase=score(0.6))
    other = card("unet", nuclei_fluo=score(0.9), cells_phase=score(0.1))
    asked = "Wanted too: the best network by its mean AP@0.5, Hrnet, beats Classical at it on every kind of image."
    assert baseline_sentence([plain, other, best]) == f"{asked} Reached, on all 2."
    plain["scores"] = {"nuclei_fluo": score(0.7), "cells_phase": score(0.5), "histology_color": score(0.1)}
    assert baseline_sentence([plain, other, best]) == (
        f"{asked} **Falls short** on 2 of 3: fluorescent nuclei (AP@0.5 0.700 against 0.700, foreground IoU 0.900 against 0.900; "
        "3 images with 70 objects); stained tissue in colour (not trained on)."
    )


def test_what_computed_the_networks_is_told_where_it_is_known():
    cards = [measured(name, nuclei_fluo=score(0.8)) for name in ("classical", "hrnet", "resunet", "unet")]
    assert "ms a megapixel: a processor, cpu, 2 thread(s), from pixels to labels.\n" in readme_section(cards) + "\n"
    assert "* Measured on a processor, cpu, 2 thread(s): 100 ms a megapixel.\n" in card_page(cards[3])
    engines = dict(zip(("classical", "hrnet", "resunet", "unet"), (None, "openvino", "openvino", "int8"), strict=True))
    cards = [{**one, "measuredOn": {**one["measuredOn"], "engine": engines[one["name"]]}} for one in cards]
    assert "labels. Networks were computed by OpenVINO (Hrnet, Resunet); OpenVINO in eight bits (Unet)." in readme_section(cards)
    assert "2 thread(s), computed by OpenVINO in eight bits: 100 ms" in card_page(cards[3])
    assert "computed by" not in card_page(cards[0])


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
