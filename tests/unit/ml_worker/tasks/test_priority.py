import subprocess
import sys
from pathlib import Path

import pytest

from ml_worker.tasks.priority import NICENESS

AUTOGROUP = Path("/proc/self/autogroup")
SHOW = "import os; from ml_worker.tasks.priority import AUTOGROUP, step_back; step_back(); print(os.nice(0), AUTOGROUP.read_text())"


def shown(*, leads: bool) -> list[str]:
    done = subprocess.run([sys.executable, "-c", SHOW], start_new_session=leads, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="this system does not share processors between sessions")
def test_a_worker_steps_back_with_its_session_but_never_with_the_shell_it_was_started_from() -> None:
    niceness, _, *session = shown(leads=True)
    assert (niceness, session) == (str(NICENESS), ["nice", str(NICENESS)])
    assert shown(leads=False) == [str(NICENESS), *AUTOGROUP.read_text().split()]
