"""`make test`: every test of CellHub, each kind in a process of its own, and one line with the totals.

Browser journeys run Playwright's own event loop, and asynchronous tests cannot run after it in one process. Unit tests run beside the
integration tests, which wait for services most of the time.
Environment: CI=true allows no skipped test where the shared data is there; CELLHUB_DATA names another data folder.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tests.browser import find_or_install
from tests.modules import install_packages

ROOT = Path(__file__).resolve().parents[1]
SIDE_BY_SIDE = ("integration", "unit")
ALONE = "e2e"
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
        run_suites(SIDE_BY_SIDE, outcome, Path(reports), environment)
        run_suites((ALONE,), outcome, Path(reports), environment)
    return conclude(outcome, time.monotonic() - started)


def run_suites(suites: Sequence[str], outcome: Outcome, reports: Path, environment: dict[str, str]) -> None:
    """Run suites of pytest at the same time; the first one prints as it goes, the others when they and it have ended."""
    running = []
    for suite in suites:
        command = [sys.executable, "-m", "pytest", f"tests/{suite}", "-q", f"--junitxml={reports / suite}.xml", "-o", "junit_family=xunit2"]
        output = (reports / f"{suite}.txt").open("w+b") if suite != suites[0] else None
        running.append((suite, output, subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)))
    for suite, output, process in running:
        say(f"\n== tests/{suite}")
        outcome.add(suite, process.wait(), reports / f"{suite}.xml")
        if output:
            with output:
                output.seek(0)
                say(output.read().decode(errors="replace"))


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
