import subprocess
import sys
from pathlib import Path

from cellhub_app.core import telemetry

_IN_A_PROCESS = """
from cellhub_app.core import telemetry
telemetry.REQUESTS.labels("GET", "/x", "200").observe(0.01)
with telemetry.open_stream("sse"):
    print(telemetry.render({"segment": 3}, {"segment": 7.5}).decode())
"""


def test_a_stream_counts_while_it_is_open() -> None:
    gauge = telemetry.OPEN_STREAMS.labels("test")
    with telemetry.open_stream("test"):
        assert gauge._value.get() == 1
    assert gauge._value.get() == 0


def test_a_process_samples_itself_at_most_once_in_a_while() -> None:
    telemetry.ProcessSampler().sample()
    first = telemetry.PROCESS_MEMORY._value.get()
    assert first > 10_000_000
    telemetry.PROCESS_MEMORY.set(1)
    sampler = telemetry.ProcessSampler()
    sampler.sample()
    telemetry.PROCESS_MEMORY.set(1)
    sampler.sample()
    assert telemetry.PROCESS_MEMORY._value.get() == 1


def test_the_figures_of_all_processes_are_summed(tmp_path: Path) -> None:
    environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PATH": "/usr/bin"}
    command = [sys.executable, "-c", _IN_A_PROCESS]
    for requests in (1, 2):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
        assert f'cellhub_http_request_seconds_count{{method="GET",route="/x",status="200"}} {requests}.0' in done.stdout
        assert 'cellhub_queue_depth{kind="segment"} 3.0' in done.stdout
        assert 'cellhub_queue_oldest_seconds{kind="segment"} 7.5' in done.stdout
