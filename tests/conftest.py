"""Fixtures that every kind of test may ask for."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no failure: nothing here is timed.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# Also where processes that tests start look: what one of them compiled, no other has to.
os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(__file__).resolve().parents[1] / ".cellhub" / "cache" / "numba"))

pytest_plugins = ["tests.fixtures.services"]


@pytest.fixture(scope="session")
def shared_data(request: pytest.FixtureRequest) -> Path:
    """The data folder (CELLHUB_DATA, else ../shared/data); without it the test is skipped, and fails under CI=true."""
    folder = Path(os.environ.get("CELLHUB_DATA", request.config.rootpath.parent / "shared" / "data"))
    if not folder.is_dir():
        reason = f"there is no data folder at {folder}"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return folder
