"""Conditions over HTTP and through the SDK: from file names, from a table, painted, and back out."""

import pytest

from tests.integration.api.conftest import NewPerson, Person

API = "/api/v1/projects"
NAMES = ("P1_A01_1.png", "P1_A01_2.png", "P1_B02_1.png", "P2_A01_1.png", "notes.png")
TEMPLATE = {"template": "{plate}_{well}_{field}"}


@pytest.fixture
async def plate(ada: Person) -> str:
    """A project of five images, of which four have names of wells."""
    project = await ada.project()
    await ada.upload(project, *NAMES)
    return f"{API}/{project}/conditions"


async def test_wells_come_from_names_after_a_look_and_conditions_are_painted(ada: Person, plate: str) -> None:
    before = (await ada.http.get(plate)).json()
    assert (before["images"], before["withoutWell"], before["plates"]) == (5, 5, [])
    assert before["guesses"][0]["fits"] == 4
    seen = (await ada.http.post(f"{plate}/preview", json=TEMPLATE)).raise_for_status().json()
    assert (seen["placed"], seen["unplaced"], seen["layout"]) == (4, ["notes.png"], 6)
    assert (await ada.http.get(plate)).json() == before
    assert (await ada.http.put(plate, json=TEMPLATE)).json() == {"changed": 4}
    wells = [{"plate": "P1", "well": "a1", "condition": "control"}, {"plate": "P2", "well": "A01", "condition": "taxol"}]
    assert (await ada.http.put(plate, json={"wells": wells})).json() == {"changed": 3}
    after = (await ada.http.get(plate)).json()
    assert (after["withoutCondition"], after["withoutWell"]) == (2, 1)
    assert after["plates"][0]["wells"][0] == {"well": "A01", "conditions": ["control"], "images": 2}
    assert after["conditions"] == [
        {"condition": "control", "images": 2, "replicates": 1},
        {"condition": "taxol", "images": 1, "replicates": 1},
    ]
    assert (await ada.http.put(plate, json=TEMPLATE)).json() == {"changed": 4}
    assert (await ada.http.get(plate)).json() == after, "a template without {condition} keeps conditions"


async def test_a_table_goes_out_and_comes_back(ada: Person, plate: str) -> None:
    table = "file,well,condition,replicate\nP1_A01_1.png,C3,control,mouse 1\nnotes.png,,taxol,\nelse.png,A1,x,\nP1_B02_1.png,Z1,x,\n"
    seen = (await ada.http.post(f"{plate}/preview", json={"csv": table})).raise_for_status().json()
    assert (seen["placed"], seen["unknown"], len(seen["problems"])) == (2, ["else.png"], 1)
    assert (await ada.http.put(plate, json={"csv": table})).json() == {"changed": 2}
    out = await ada.http.get(f"{plate}/table.csv")
    assert "P1_A01_1.png,,C03,control,mouse 1\n" in out.text
    assert "notes.png,,,taxol,\n" in out.text
    assert (await ada.http.delete(plate)).json() == {"changed": 2}
    assert (await ada.http.put(plate, json={"csv": out.text})).json() == {"changed": 5}
    assert (await ada.http.get(f"{plate}/table.csv")).text == out.text


async def test_images_are_placed_one_by_one_and_only_ones_own(ada: Person, plate: str, person: NewPerson) -> None:
    eve = await person("eve")
    [foreign] = await eve.upload(await eve.project(), "x.png")
    own = (await ada.http.get(plate.replace("conditions", "images"))).json()["data"][0]["id"]
    placed = [{"imageId": each, "condition": "late", "well": "B2"} for each in (own, foreign)]
    assert (await ada.http.put(plate, json={"images": placed})).json() == {"changed": 1}
    assert (await eve.http.get(plate)).status_code == 404


async def test_what_can_not_be_meant_is_refused_in_a_sentence(ada: Person, plate: str) -> None:
    for body in (
        {},
        TEMPLATE | {"csv": "file,well\n"},
        {"template": "{plate}"},
        {"csv": "x"},
        {"wells": [{"well": "Z9", "condition": "x"}]},
    ):
        answer = await ada.http.put(plate, json=body)
        assert answer.status_code == 422
        assert answer.json()["detail"].endswith(".")


async def test_trashed_images_are_no_part_of_the_experiment(ada: Person, plate: str) -> None:
    await ada.http.put(plate, json=TEMPLATE)
    image = next(row for row in (await ada.http.get(plate.replace("conditions", "images"))).json()["data"] if row["name"] == NAMES[3])
    await ada.http.delete(f"/api/v1/images/{image['id']}")
    after = (await ada.http.get(plate)).json()
    assert [each["plate"] for each in after["plates"]] == ["P1"]
    assert after["images"] == 4


async def test_what_a_template_says_is_corrected_image_by_image_and_taken_back(ada: Person, plate: str) -> None:
    await ada.http.put(plate, json={"csv": f"file,condition\n{NAMES[0]},early\n"})
    table = (await ada.http.get(f"{plate}/table.csv")).text
    lost = (await ada.http.post(f"{plate}/preview", json=TEMPLATE | {"unplaced": True})).raise_for_status().json()["rows"]
    assert [(row["name"], row["condition"]) for row in lost] == [("notes.png", None)]
    second = (await ada.http.post(f"{plate}/preview", json=TEMPLATE | {"at": 1})).json()["rows"][0]
    assert second["name"] == NAMES[1]
    corrections = [{"imageId": lost[0]["imageId"], "well": "H12", "condition": "late"}, {"imageId": second["imageId"], "well": "C01"}]
    corrections[1]["condition"] = None
    done = (await ada.http.put(plate, json=TEMPLATE | {"images": corrections, "withBefore": True})).raise_for_status().json()
    assert (done["changed"], len(done["before"])) == (5, 5)
    after = (await ada.http.get(f"{plate}/table.csv")).text
    for line in (f"{NAMES[0]},P1,A01,early,P1 A01", f"{NAMES[1]},,C01,,C01", "notes.png,,H12,late,H12"):
        assert f"{line}\n" in after
    assert (await ada.http.put(plate, json={"images": done["before"]})).json() == {"changed": 5}
    assert (await ada.http.get(f"{plate}/table.csv")).text == table


async def test_painted_wells_are_taken_back_also_where_their_images_differed(ada: Person, plate: str) -> None:
    await ada.http.put(plate, json=TEMPLATE)
    await ada.http.put(plate, json={"csv": f"file,plate,well,condition\n{NAMES[0]},P1,A1,early\n{NAMES[1]},P1,A1,late\n"})
    table = (await ada.http.get(f"{plate}/table.csv")).text
    wells = [{"plate": "P1", "well": "A01", "condition": "control"}]
    done = (await ada.http.put(plate, json={"wells": wells, "withBefore": True})).json()
    assert done["changed"] == 2
    assert {each["condition"] for each in done["before"]} == {"early", "late"}
    await ada.http.put(plate, json={"images": done["before"]})
    assert (await ada.http.get(f"{plate}/table.csv")).text == table


async def test_names_of_a_table_that_no_image_has_are_all_counted(ada: Person, plate: str) -> None:
    lines = "".join(f"else{number}.png,x\n" for number in range(30))
    seen = (await ada.http.post(f"{plate}/preview", json={"csv": f"file,condition\n{lines}"})).json()
    assert (seen["unknownCount"], len(seen["unknown"]), seen["problemCount"]) == (30, 20, 0)
