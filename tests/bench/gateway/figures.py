"""From what was measured to the table: pure."""

from tests.bench.figure import Figure
from tests.bench.gateway.contenders import BARE, LITELLM, PORTKEY, ROUTER
from tests.bench.gateway.rounds import Alone, Load, Memory, Ratio, Streams
from tests.bench.wire.hammer import Hammered

RATIOS = {BARE: 1.5, PORTKEY: 4.0, LITELLM: 40.0}
P99_MS, ADDED_MS, CHUNKS, RESIDENT_MB = 60.0, 0.3, 40_000, 250.0
FLAT = 1.05  # of the memory after half of the requests
TWICE = 2.0  # as fast as the fastest gateway, at least, must the upstream be


def of_loads(loads: dict[str, Load], ratios: dict[str, Ratio]) -> list[Figure]:
    ours = loads[ROUTER]
    figures = [_throughput(name, load) for name, load in loads.items()]
    figures += [_ratio(name, ratios[name], goal) for name, goal in RATIOS.items() if name in ratios]
    met = ours.p99_ms.median <= P99_MS
    return [
        *figures,
        Figure("router, p99 at 128 connections", ours.p99_ms.median, "ms", f"≤ {P99_MS:g}", met, str(ours.p99_ms)),
        Figure("router, requests not answered with 200", ours.failed, "", "0", ours.failed == 0),
    ]


def _throughput(name: str, load: Load) -> Figure:
    beside = f"{load.per_second}; CPU {load.cpu_us} µs a request; the load took {load.load_share:.0%} of a core"
    return Figure(f"{name}, whole answers at 128 connections", load.per_second.median, "requests/s", "", None, beside)


def _ratio(name: str, ratio: Ratio, goal: float) -> Figure:
    beside = f"{ratio.by_rate}; by CPU a request {ratio.by_cpu}"
    met = ratio.by_rate.median >= goal
    return Figure(f"router, times the requests/s of {name}", ratio.by_rate.median, "", f"≥ {goal:g}", met, beside)


def of_events(share: float) -> Figure:
    return Figure("router, events that Kafka acknowledged", 100 * share, "%", "100", share == 1, None)


def of_upstream(name: str, found: Hammered, fastest: float) -> Figure:
    enough = found.per_second >= TWICE * fastest
    share = f"beside a load that took {found.own_cpu_s / found.seconds:.0%} of the same core"
    return Figure(
        f"upstream alone ({name})", found.per_second, "requests/s", "≥ twice the fastest gateway", enough, share
    )


def of_alone(alone: Alone) -> list[Figure]:
    beside = (
        f"at the fastest hundredth {alone.undisturbed_ms:.2f}; directly {alone.direct_ms} ms; {alone.failed} failed"
    )
    without, waiting = alone.not_waiting_ms, alone.added_ms
    met = without.median <= ADDED_MS
    name = "router, added p50 at 1 connection"
    return [
        Figure(
            f"{name}, event behind the answer", without.median, "ms", f"≤ {ADDED_MS:g}", met, f"{without}; {beside}"
        ),
        Figure(f"{name}, event acknowledged", waiting.median, "ms", "a broker's round trip more", None, f"{waiting}"),
    ]


def of_streams(found: Streams) -> Figure:
    chunks, median = found.chunks_per_second, found.chunks_per_second.median
    course = f"{chunks}; CPU {found.cpu_us} µs a chunk; the load took {found.load_share:.0%} of a core"
    beside = f"{course}; {found.failed} streams failed"
    return Figure("router, streams at 32 connections", median, "chunks/s", f"≥ {CHUNKS:,}", median >= CHUNKS, beside)


def of_memory(memory: Memory) -> list[Figure]:
    (requests, last), half = memory.at[-1], memory.at[len(memory.at) // 2 - 1][1]
    course = ", ".join(f"{mb:.0f} MB after {done:,}" for done, mb in memory.at)
    return [
        Figure(
            f"router, resident after {requests:,} requests",
            last,
            "MB",
            f"≤ {RESIDENT_MB:g}",
            last <= RESIDENT_MB,
            course,
        ),
        Figure("router, resident, times that after half of them", last / half, "", f"≤ {FLAT}", last <= FLAT * half),
    ]
