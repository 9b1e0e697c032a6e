"""The door of imports: what is sent is answered at once, by who may; a worker does the rest."""

from cellhub_app.core.limits import JSON_BODY_MAX_BYTES
from cellhub_app.core.runtime import Runtime
from tests.integration.api.conftest import Person

FILES = [("files", ("labels.json", b"{}", "application/json"))]


async def test_an_import_is_queued_and_listed(ada: Person):
    project = await ada.project()
    answer = await ada.http.post(f"/api/v1/projects/{project}/imports", files=FILES, data={"format": "coco", "mode": "add"})
    assert answer.status_code == 202
    view = answer.json()
    assert (view["status"], view["format"], view["mode"], view["report"]) == ("queued", "coco", "add", None)
    assert view["files"] == [{"name": "labels.json", "bytes": 2}]
    assert (await ada.http.get(f"/api/v1/imports/{view['id']}")).json() == view
    assert (await ada.http.get(f"/api/v1/projects/{project}/imports")).json()["data"] == [view]


async def test_files_may_be_as_large_as_those_of_an_upload(ada: Person, runtime: Runtime):
    project = await ada.project()
    large = b" " * (runtime.settings.max_file_bytes - 1)
    assert 2 * len(large) > JSON_BODY_MAX_BYTES
    files = [("files", (f"{number}.json", large, "application/json")) for number in range(2)]
    answer = await ada.http.post(f"/api/v1/projects/{project}/imports", files=files)
    assert answer.status_code == 202
    assert [file["bytes"] for file in answer.json()["files"]] == [len(large)] * 2


async def test_how_is_checked_before_anything_is_kept(ada: Person):
    project = await ada.project()
    for data in ({"format": "word"}, {"mode": "merge"}):
        answer = await ada.http.post(f"/api/v1/projects/{project}/imports", files=FILES, data=data)
        assert answer.status_code == 422
    assert (await ada.http.post(f"/api/v1/projects/{project}/imports", data={"format": "coco"})).status_code in {415, 422}
    assert (await ada.http.get(f"/api/v1/projects/{project}/imports")).json()["data"] == []


async def test_annotators_may_and_viewers_may_not(ada: Person, bob: Person):
    project = await ada.project()
    assert (await bob.http.post(f"/api/v1/projects/{project}/imports", files=FILES)).status_code == 404
    await ada.share(project, bob, "viewer")
    assert (await bob.http.post(f"/api/v1/projects/{project}/imports", files=FILES)).status_code == 403
    assert (await bob.http.get(f"/api/v1/projects/{project}/imports")).json()["data"] == []
    await ada.http.patch(f"/api/v1/projects/{project}/members/{bob.id}", json={"role": "annotator"})
    assert (await bob.http.post(f"/api/v1/projects/{project}/imports", files=FILES)).status_code == 202
