"""A process that keeps few arenas gives back what many threads have freed; it is tried in one of its own."""

import platform
import subprocess
import sys
from textwrap import dedent

import pytest

MANY = dedent("""
    import threading
    from pathlib import Path
    from ratchet_common.arenas import keep_few_arenas

    keep_few_arenas()
    meet = threading.Barrier(24)

    def allocate() -> None:
        held = [bytes(1_000) for _ in range(2_000)]
        meet.wait()

    threads = [threading.Thread(target=allocate) for _ in range(24)]
    for one in threads: one.start()
    for one in threads: one.join()
    # A heap of an arena is mapped as 64 MiB of address space, aligned to its size
    maps = [line.split()[0].split("-")[0] for line in Path("/proc/self/maps").read_text().splitlines()]
    print(sum(int(start, 16) % (64 << 20) == 0 for start in maps))
""")


def heaps(**environment: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", MANY], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has arenas, and this system has another")
def test_threads_share_two_arenas() -> None:
    assert heaps() <= 2
    assert heaps(MALLOC_ARENA_MAX="24") > 2


FREED = dedent("""
    from pathlib import Path
    from ratchet_common.arenas import give_back

    def resident_mb() -> float:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))

    held = [bytes(20_000) for _ in range(5_000)]
    last = held[-1]  # at the end of the heap: all below it stays with the process
    before = resident_mb()
    del held
    give_back()
    print(before - resident_mb())
""")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="what is given back is glibc's")
def test_what_is_free_amid_what_is_held_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, timeout=60, check=True)
    assert float(done.stdout) > 80  # MB, of 95
