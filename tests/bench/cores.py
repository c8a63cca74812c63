"""Who runs on which core: what is measured has the first for itself, everything else shares the others."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.crash.processes import Victim

FIRST_CORE = min(os.sched_getaffinity(0))
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def others() -> set[int]:
    """All cores but the first; the first too, where there is no other."""
    cores = os.sched_getaffinity(0)
    return cores - {FIRST_CORE} or cores


@contextmanager
def kept_to(cores: set[int]) -> Iterator[None]:
    """This process, and the children that it starts meanwhile, run on these cores only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def process(
    name: str, command: Sequence[str], port: int, environment: Mapping[str, str], folder: Path, *, cores: set[int]
) -> Iterator[Victim]:
    started = Victim(name, command, port, environment, folder / f"{name}.log")
    with kept_to(cores):
        started.start()
    try:
        yield started
    finally:
        started.stop()


def cpu_s(pid: int) -> float:
    """Seconds of CPU that the process has used, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
