"""`make test`: every test of CellHub, each kind in a process of its own, and one line with the totals.

The JavaScript modules come first, and alone, because some of their tests are timed. Then two lanes of suites run side by side, about as
long as each other on two cores: most integration tests, and beside them the unit tests and the integration tests that start a whole
CellHub. Browser journeys come last and alone: pages are to answer in time, and Playwright runs an event loop of its own, after which no
asynchronous test can run in one process.
Environment: CI=true allows no skipped test where the shared data is there; CELLHUB_DATA names another data folder.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tests.browser import find_or_install
from tests.modules import install_packages

ROOT = Path(__file__).resolve().parents[1]
INTEGRATION = "tests/integration"
OF_STACKS = (f"{INTEGRATION}/cli", f"{INTEGRATION}/chaos")
MODULE_TESTS = ("cellhub_app/web", "tests/unit/web")
LARGEST_SKIPPED_SHARE = 0.05


@dataclass(frozen=True)
class Suite:
    """Tests that run in one process: its name and what pytest is told."""

    name: str
    arguments: tuple[str, ...]


SHOWN = Suite("integration", (INTEGRATION, *(f"--ignore={folder}" for folder in OF_STACKS)))
BESIDE = (Suite("unit", ("tests/unit",)), Suite("stacks", OF_STACKS))
ALONE = Suite("e2e", ("tests/e2e",))


@dataclass
class Outcome:
    """Counts of one or more suites."""

    passed: int = 0
    skipped: int = 0
    failed: int = 0
    broken: list[str] = field(default_factory=list)

    def add(self, suite: str, exit_code: int, reports: Path) -> None:
        """Count a finished suite; one that left no report, or failed without a failing test, is broken."""
        report = reports / f"{suite}.xml"
        cases = list(ElementTree.parse(report).iter("testcase")) if report.exists() else []
        failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
        skipped = sum(1 for case in cases if case.find("skipped") is not None)
        self.failed += failed
        self.skipped += skipped
        self.passed += len(cases) - failed - skipped
        if exit_code or not cases:
            self.broken.append(f"{suite} (exit status {exit_code}, {failed} failed)")


def main() -> int:
    """Run everything, print the totals; 0 when nothing failed and little enough was skipped."""
    started = time.monotonic()
    environment = {**os.environ, "PATH": f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    environment.setdefault("OMP_WAIT_POLICY", "passive")  # torch's threads must not spin while other tests' processes work
    environment["PLAYWRIGHT_BROWSERS_PATH"] = str(Path(sys.prefix) / "browsers")
    environment["CELLHUB_TEST_BROWSER"] = find_or_install(environment)
    outcome = Outcome()
    with tempfile.TemporaryDirectory(prefix="cellhub-tests-") as folder, second_lane() as lane:
        reports = Path(folder)
        say("== JavaScript modules")
        outcome.add("modules", run_module_tests(reports, environment), reports)
        beside = {suite.name: lane.submit(run_pytest, suite, reports, environment, is_shown=False) for suite in BESIDE}
        say("\n== integration")
        outcome.add(SHOWN.name, run_pytest(SHOWN, reports, environment), reports)
        for name, ended in beside.items():
            outcome.add(name, ended.result(), reports)
            say(f"\n== {name}\n{(reports / f'{name}.txt').read_text(errors='replace')}")
        say("\n== e2e")
        outcome.add(ALONE.name, run_pytest(ALONE, reports, environment), reports)
    return conclude(outcome, time.monotonic() - started)


@contextmanager
def second_lane() -> Iterator[ThreadPoolExecutor]:
    """Does one thing after the other, beside what the main thread does; after Ctrl-C nothing new begins."""
    lane = ThreadPoolExecutor(1)
    try:
        yield lane
    finally:
        lane.shutdown(cancel_futures=True)


def run_pytest(suite: Suite, reports: Path, environment: dict[str, str], *, is_shown: bool = True) -> int:
    """Run a suite in a process of its own, which prints as it goes or, where it is not shown, into a file; its exit status."""
    report = ("-o", "junit_family=xunit2", f"--junitxml={reports / suite.name}.xml")
    command = [sys.executable, "-m", "pytest", "-q", *report, *suite.arguments]
    with (reports / f"{suite.name}.txt").open("wb") as file:
        output = None if is_shown else file
        return subprocess.run(command, cwd=ROOT, env=environment, stdout=output, stderr=output, check=False).returncode


def run_module_tests(reports: Path, environment: dict[str, str]) -> int:
    """Run the JavaScript modules' tests with the bun that also builds the frontend; its exit status."""
    folders = [f"./{folder}" for folder in MODULE_TESTS if list((ROOT / folder).rglob("*.test.js"))]
    install_packages()
    bun = str(Path(sys.prefix) / "bin" / "bun")
    command = [bun, "test", "--reporter=junit", f"--reporter-outfile={reports / 'modules.xml'}", *folders]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def conclude(outcome: Outcome, seconds: float) -> int:
    """Print the totals and why the run is not good, if it is not."""
    total = outcome.passed + outcome.skipped + outcome.failed
    data = Path(os.environ.get("CELLHUB_DATA", ROOT.parent / "shared" / "data"))
    allowed = 0 if os.environ.get("CI") == "true" and data.is_dir() else int(LARGEST_SKIPPED_SHARE * total)
    say(f"\n{outcome.passed} passed, {outcome.skipped} skipped, {outcome.failed} failed in {seconds:.0f} s")
    problems = [f"not good: {', '.join(outcome.broken)}"] if outcome.broken else []
    if outcome.skipped > allowed:
        problems.append(f"{outcome.skipped} skipped, and {allowed} are allowed")
    for problem in problems:
        say(problem)
    return 1 if problems else 0


def say(line: str) -> None:
    """Print at once, in order with what the suites print."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
