import json
import subprocess
import sys

from tests.fixtures.hostile import broken_files, real_bomb

SCRIPT = """
import json, pathlib, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
from cellhub_app.core.errors import ImageRefused
from cellhub_app.core.imaging.read import probe, read_plane

def peak_mb():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024

before, refused = peak_mb(), 0
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    try:
        probe(path)
        read_plane(path)
    except ImageRefused:
        refused += 1
print(json.dumps({"refused": refused, "grown_mb": peak_mb() - before}))
"""


def test_refusing_hostile_files_takes_little_memory_and_time(tmp_path):
    files = (*broken_files(), real_bomb())
    for number, file in enumerate(files):
        (tmp_path / f"{number:03}_{file.name}").write_bytes(file.data)
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True)
    told = json.loads(done.stdout)
    assert told["refused"] == len(files)
    assert told["grown_mb"] < 100
