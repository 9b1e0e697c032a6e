import httpx
import pytest
from redis.asyncio import Redis

from cellhub_app.api import health
from cellhub_app.core.runtime import Runtime
from tests.integration.api.conftest import NewClient, Person


async def test_a_whole_house_is_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health/live")).json() == {"status": "ok"}
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "parts": {"database": "ok", "redis": "ok", "storage": "ok"}})


async def test_a_house_without_redis_lives_but_is_not_ready(
    client: httpx.AsyncClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Redis.from_url("redis://127.0.0.1:1/0") as away:
        monkeypatch.setattr(runtime, "redis", away)
        ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["parts"]["redis"]) == (503, "does not answer")
    assert (await client.get("/health/live")).status_code == 200


async def test_a_database_of_another_version_is_not_ready(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "newest_migration", lambda: "a newer one")
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["parts"]["database"]) == (503, "the database waits for a migration")


async def test_figures_count_requests_by_route_and_jobs_that_wait(client: httpx.AsyncClient, ada: Person) -> None:
    project_id = await ada.project()
    await ada.upload(project_id, "a.png", "b.png")
    await ada.http.get(f"/api/v1/projects/{project_id}")
    figures = (await client.get("/metrics")).text
    assert 'cellhub_http_request_seconds_count{method="GET",route="/api/v1/projects/{project_id}",status="200"}' in figures
    assert project_id not in figures
    assert 'cellhub_queue_depth{kind="ingest"} 2.0' in figures
    assert 'cellhub_queue_oldest_seconds{kind="segment"} 0.0' in figures
    assert "cellhub_process_memory_bytes" in figures


async def test_figures_are_not_for_the_internet(new_client: NewClient) -> None:
    stranger = new_client()
    stranger._transport.client = ("203.0.113.9", 1)
    assert (await stranger.get("/metrics")).status_code == 200
    stranger._transport.client = ("8.8.8.8", 1)
    assert (await stranger.get("/metrics")).status_code == 404
