"""What pages say of models where images differ."""

from ml_worker.training.cards import measure_of
from ml_worker.training.page import card_page
from ml_worker.training.report import TARGETS, readme_section, robustness_table
from ml_worker.training.steadiness import Loss, losses, steadiness_sentences, worst
from tests.unit.ml_worker.training.measured import measured, score


def before(card: dict[str, object], **losses: float) -> dict[str, object]:
    """A card of the time when nuclei alone were measured."""
    variants = {variant: {"ap50": 0.5, "loss": loss} for variant, loss in losses.items()}
    return {**card, "robustness": {"domain": "nuclei_fluo", "variants": variants}}


def with_losses(name: str, **domains: dict[str, tuple[float, float]]) -> dict[str, object]:
    """A card with the losses of AP@0.5 and of foreground IoU by domain and change."""
    sections = {domain: {"images": 2, "measure": measure_of(domain), "variants": _variants(found)} for domain, found in domains.items()}
    return {**measured(name, **{domain: score(0.8) for domain in domains}), "robustness": {"domains": sections}}


def _variants(found: dict[str, tuple[float, float]]) -> dict[str, dict[str, float]]:
    return {name: {"ap50": 0.5, "loss": ap50, "foregroundIou": 0.5, "foregroundIouLoss": iou} for name, (ap50, iou) in found.items()}


STEADY = with_losses("hrnet", nuclei_fluo={"dim": (0.1, 0.3), "noisy": (-0.004, 0)}, invasion_sim={"dim": (0.5, 0.05), "noisy": (0, 0)})
SHAKY = with_losses("unet", nuclei_fluo={"dim": (0.05, 0)}, invasion_sim={"dim": (0, 0.134)}, cells_phase={"dim": (0.2, 0)})


def test_a_domain_is_judged_by_its_own_measure():
    assert worst(losses(STEADY)) == Loss("nuclei_fluo", "dim", "ap50", 0.1)
    assert worst(losses(STEADY, "invasion_sim")) == Loss("invasion_sim", "dim", "foregroundIou", 0.05)
    assert worst(losses(measured("unet", nuclei_fluo=score(0.8)))) is None
    first = {}
    for target in TARGETS:
        first.setdefault(target.domain, target.measure)
    assert {domain: measure_of(domain) for domain in first} == first


def test_the_readme_has_the_worst_loss_of_every_network_on_nuclei_and_on_everything():
    old = before(measured("resunet", nuclei_fluo=score(0.8), cells_phase=score(0.7)), dim=0.01, noisy=0.1001)
    new = measured("cbam_resunet", nuclei_fluo=score(0.1))
    cards = [with_losses("classical", nuclei_fluo={"dim": (0.5, 0.5)}), STEADY, SHAKY, old, new]
    assert robustness_table(cards).splitlines() == [
        "| most lost with changed images (limit 0.1) | fluorescent nuclei | all kinds of images, each in its measure above "
        "| all kinds of more than one image, in AP@0.5 |",
        "| --- | --- | --- | --- |",
        "| Hrnet | +0.100 AP@0.5, dim images: reached | +0.100 AP@0.5, dim images of fluorescent nuclei: reached "
        "| +0.500 AP@0.5, dim images of invading spheroids (simulated): **falls short** by 0.400 |",
        "| Unet | +0.050 AP@0.5, dim images: reached | +0.200 AP@0.5, dim images of phase-contrast cells: **falls short** by 0.100 "
        "| +0.200 AP@0.5, dim images of phase-contrast cells: **falls short** by 0.100 |",
        "| Resunet | +0.100 AP@0.5, noisy images: **falls short** by 0.0001 | measured on 1 of 2 alone | measured on 1 of 2 alone |",
    ]
    assert robustness_table(cards) in readme_section(cards)
    assert robustness_table([cards[0], new]) == ""


def test_a_page_has_a_line_for_every_domain_and_a_verdict():
    page = card_page(SHAKY)
    assert "| held-out images | images | measure | dim images |" in page
    assert "| fluorescent nuclei | 2 | AP@0.5 | +0.050 |" in page
    assert "| invading spheroids (simulated) | 2 | foreground IoU | **+0.134** (AP@0.5 +0.000) |" in page
    most = "+0.200 AP@0.5, dim images of phase-contrast cells: **falls short** by 0.100."
    assert f"Most is lost here: {most} In AP@0.5 alone: {most}\n" in page


def test_a_page_of_an_older_card_says_what_was_not_measured():
    page = card_page(before(measured("unet", nuclei_fluo=score(0.8), cells_phase=score(0.7)), dim=0.05, noisy=0.134))
    assert "| fluorescent nuclei | 3 | AP@0.5 | +0.050 | **+0.134** |" in page
    most = "+0.134 AP@0.5, noisy images of fluorescent nuclei: **falls short** by 0.034."
    assert f"In AP@0.5 alone: {most} Not measured yet: phase-contrast cells.\n" in page


def test_what_costs_too_much_is_a_weakness_with_all_its_domains():
    assert steadiness_sentences(STEADY) == ["Loses more than 0.1 with dim images: 0.50 of AP@0.5 on invading spheroids (simulated)."]
    assert steadiness_sentences(SHAKY) == [
        "Loses more than 0.1 with dim images: "
        "0.13 of foreground IoU on invading spheroids (simulated), 0.20 of AP@0.5 on phase-contrast cells."
    ]
