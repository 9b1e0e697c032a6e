"""`make chaos`: the chaos tests ten times, each time on a fresh CellHub and with more images and browsers than in `make test`.

Prints a table: each test's passes, and its median and longest seconds. Ends with 1 when any round failed.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tests.browser import find_or_install

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Record:
    """How one test fared in all rounds."""

    passed: int = 0
    skipped: int = 0
    failed: int = 0
    seconds: list[float] = field(default_factory=list)


def run_round(environment: dict[str, str], records: dict[str, Record]) -> int:
    """One round; pytest's exit status."""
    with tempfile.TemporaryDirectory(prefix="cellhub-chaos-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "tests/integration/chaos", "-m", "chaos", "-q", f"--junitxml={report}"]
        status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        for case in ElementTree.parse(report).iter("testcase") if report.exists() else ():
            record = records[case.get("name", "")]
            is_failed = case.find("failure") is not None or case.find("error") is not None
            is_skipped = case.find("skipped") is not None
            record.failed += is_failed
            record.skipped += is_skipped
            record.passed += not (is_failed or is_skipped)
            record.seconds.append(float(case.get("time", 0)))
    return status


def print_table(records: dict[str, Record]) -> None:
    """One line a test."""
    width = max(map(len, records), default=4)
    sys.stdout.write(f"\n{'test':{width}}  passed  skipped  failed  median s  longest s\n")
    for name, record in records.items():
        figures = f"{record.passed:6}  {record.skipped:7}  {record.failed:6}"
        sys.stdout.write(f"{name:{width}}  {figures}  {statistics.median(record.seconds):8.1f}  {max(record.seconds):9.1f}\n")


def main() -> int:
    """Run the rounds, print the table; 0 when every round passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--images", type=int, default=24)
    parser.add_argument("--browsers", type=int, default=10)
    given = parser.parse_args()
    environment = os.environ | {"CELLHUB_CHAOS_IMAGES": str(given.images), "CELLHUB_CHAOS_BROWSERS": str(given.browsers)}
    environment["PATH"] = f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    environment["CELLHUB_TEST_BROWSER"] = find_or_install(environment)
    records: dict[str, Record] = defaultdict(Record)
    statuses = []
    for number in range(given.rounds):
        sys.stdout.write(f"== round {number + 1} of {given.rounds}\n")
        sys.stdout.flush()
        statuses.append(run_round(environment, records))
    print_table(records)
    return int(any(statuses))


if __name__ == "__main__":
    sys.exit(main())
