"""Figures for Prometheus. With PROMETHEUS_MULTIPROC_DIR set (before the first import), all web processes are summed."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from resource import RUSAGE_SELF, getpagesize, getrusage

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST

REQUESTS = Histogram(
    "cellhub_http_request_seconds",
    "Time from the first byte of a request to the end of its answer",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
OPEN_STREAMS = Gauge("cellhub_open_streams", "Event streams and websockets that are open now", ["kind"], multiprocess_mode="livesum")
UPLOADED_BYTES = Counter("cellhub_uploaded_bytes_total", "Bytes of files taken in")
PROCESS_MEMORY = Gauge("cellhub_process_memory_bytes", "Resident memory of each web process", multiprocess_mode="liveall")
PROCESS_CPU = Gauge("cellhub_process_cpu_seconds", "Processor time of each web process", multiprocess_mode="liveall")


@contextmanager
def open_stream(kind: str) -> Iterator[None]:
    """Count a stream as open while the block lasts."""
    gauge = OPEN_STREAMS.labels(kind)
    gauge.inc()
    try:
        yield
    finally:
        gauge.dec()


class ProcessSampler:
    """Writes this process's own memory and processor time, at most once in `every_s` seconds."""

    def __init__(self, every_s: float = 5.0) -> None:
        self._every_s = every_s
        self._next = 0.0

    def sample(self) -> None:
        """Take a sample if the last one is old enough."""
        moment = time.monotonic()
        if moment < self._next:
            return
        self._next = moment + self._every_s
        usage = getrusage(RUSAGE_SELF)
        PROCESS_CPU.set(usage.ru_utime + usage.ru_stime)
        PROCESS_MEMORY.set(int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize())


class _Depths(Collector):
    def __init__(self, queued: Mapping[str, int], oldest_s: Mapping[str, float]) -> None:
        self._queued, self._oldest_s = queued, oldest_s

    def collect(self) -> Iterator[GaugeMetricFamily]:
        depth = GaugeMetricFamily("cellhub_queue_depth", "Jobs that wait", labels=["kind"])
        for kind, count in self._queued.items():
            depth.add_metric([kind], count)
        age = GaugeMetricFamily("cellhub_queue_oldest_seconds", "Age of the oldest job that waits", labels=["kind"])
        for kind, seconds in self._oldest_s.items():
            age.add_metric([kind], seconds)
        yield depth
        yield age


def render(queued: Mapping[str, int], oldest_s: Mapping[str, float]) -> bytes:
    """All figures in Prometheus' text format, with the queue's depth and the age in seconds of its oldest job by kind."""
    depths = CollectorRegistry()
    depths.register(_Depths(queued, oldest_s))
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY) + generate_latest(depths)
    merged = CollectorRegistry()
    MultiProcessCollector(merged)  # type: ignore[no-untyped-call]
    return generate_latest(merged) + generate_latest(depths)
