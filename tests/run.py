"""`make test`: every test of CellHub, each kind in a process of its own, and one line with the totals.

Browser journeys run Playwright's own event loop, and asynchronous tests cannot run after it in one process.
Environment: CI=true allows no skipped test where the shared data is there; CELLHUB_DATA names another data folder.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tests.browser import find_or_install
from tests.modules import install_packages

ROOT = Path(__file__).resolve().parents[1]
PYTEST_SUITES = ("unit", "integration", "e2e")
MODULE_TESTS = ("cellhub_app/web", "tests/unit/web")
LARGEST_SKIPPED_SHARE = 0.05


@dataclass
class Outcome:
    """Counts of one or more suites."""

    passed: int = 0
    skipped: int = 0
    failed: int = 0
    broken: list[str] = field(default_factory=list)

    def add(self, suite: str, exit_code: int, report: Path) -> None:
        """Count a finished suite; one that left no report, or failed without a failing test, is broken."""
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
    with tempfile.TemporaryDirectory(prefix="cellhub-tests-") as reports:
        run_module_tests(outcome, Path(reports) / "modules.xml", environment)
        for suite in PYTEST_SUITES:
            say(f"\n== tests/{suite}")
            report = Path(reports) / f"{suite}.xml"
            command = [sys.executable, "-m", "pytest", f"tests/{suite}", "-q", f"--junitxml={report}", "-o", "junit_family=xunit2"]
            outcome.add(suite, subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode, report)
    return conclude(outcome, time.monotonic() - started)


def run_module_tests(outcome: Outcome, report: Path, environment: dict[str, str]) -> None:
    """Run the JavaScript modules' tests with the bun that also builds the frontend."""
    say("== JavaScript modules")
    folders = [f"./{folder}" for folder in MODULE_TESTS if list((ROOT / folder).rglob("*.test.js"))]
    install_packages()
    bun = Path(sys.prefix) / "bin" / "bun"
    command = [bun, "test", "--reporter=junit", f"--reporter-outfile={report}", *folders]
    outcome.add("modules", subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode, report)


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
