"""What every benchmark needs of a running CellHub: a new account, a project, uploads, and the name of the machine for the record."""

import argparse
import os
import platform
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx

API = "/api/v1"
FILES_PER_REQUEST = 50


def machine() -> str:
    """Processor, cores and memory of this machine, in one line."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{name or platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a share of the values does not exceed (nearest rank)."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def parser(description: str | None) -> argparse.ArgumentParser:
    """A command line that asks for the server's address."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--url", default="http://localhost:8000", help="address of a running CellHub")
    return made


class Account:
    """A person who has just registered, over HTTP alone."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.email, self.password = f"bench-{uuid4().hex[:12]}@example.org", secrets.token_urlsafe(18)
        self.http = httpx.Client(base_url=self.url + API, timeout=120)
        self._post("/auth/register", {"email": self.email, "password": self.password, "name": "Benchmark"})
        tokens = self._post("/auth/login", {"email": self.email, "password": self.password})
        self.http.headers["Authorization"] = f"Bearer {tokens['accessToken']}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return checked(self.http.post(path, json=body)).json()

    def get(self, path: str, **query: Any) -> Any:
        """The JSON behind a path."""
        return checked(self.http.get(path, params=query)).json()

    def make_project(self, name: str, sample_kind: str = "nuclei") -> str:
        """A new project's id."""
        return str(self._post("/projects", {"name": name, "sampleKind": sample_kind})["id"])

    def upload(self, project: str, files: Iterable[tuple[str, bytes]]) -> list[dict[str, Any]]:
        """Upload files, as many a request as are allowed; the accepted images. Raises RuntimeError when one is refused."""
        accepted, refused = self.offer(project, files)
        if refused:
            raise RuntimeError(f"refused: {refused}")
        return accepted

    def offer(self, project: str, files: Iterable[tuple[str, bytes]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Upload files, some of which may be refused; the accepted images and the refusals."""
        accepted: list[dict[str, Any]] = []
        refused: list[dict[str, Any]] = []
        waiting = list(files)
        while waiting:
            some, waiting = waiting[:FILES_PER_REQUEST], waiting[FILES_PER_REQUEST:]
            answer = checked(self.http.post(f"/projects/{project}/images", files=[("files", file) for file in some])).json()
            accepted += answer["accepted"]
            refused += answer["refused"]
        return accepted, refused

    def segment(self, project: str, model: str, images: list[str] | str = "all", **parameters: Any) -> str:
        """Start a batch; its id."""
        body = {"imageIds": images, "model": model, "parameters": parameters}
        return str(self._post(f"/projects/{project}/segmentations", body)["id"])

    def wait_for_batch(self, batch: str, timeout_s: float = 1800) -> dict[str, Any]:
        """The batch once it is finished."""
        return wait_until(lambda: self.get(f"/batches/{batch}"), lambda view: bool(view["finishedAt"]), timeout_s)

    def images(self, project: str) -> list[dict[str, Any]]:
        """All images of a project."""
        found: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = self.get(f"/projects/{project}/images", limit=200, **({"cursor": cursor} if cursor else {}))
            found += page["data"]
            cursor = page["nextCursor"]
            if cursor is None:
                return found


def checked(response: httpx.Response) -> httpx.Response:
    """The response if it is good. Raises RuntimeError with the problem's sentence."""
    if response.is_error:
        raise RuntimeError(f"{response.request.method} {response.request.url.path}: {response.status_code} {response.text[:500]}")
    return response


def wait_until(ask: Callable[[], Any], is_enough: Callable[[Any], bool], timeout_s: float) -> Any:
    """Ask twice a second until the answer is enough. Raises TimeoutError."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        answer = ask()
        if is_enough(answer):
            return answer
        time.sleep(0.5)
    raise TimeoutError(f"not done within {timeout_s:.0f} s")
