"""What tracing costs a request of the router, in CPU time of the whole process, the thread that exports included.

A request here is what the router does for one: the edge around it, one call to a model, one event out, a thousand of
them a second. Off, it is what is left of that in the code; with a collector there, it is all of it up to the bytes on
the wire.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ratchet_common import trace_context, tracing
from ratchet_common.edge import Edge
from ratchet_common.settings import CommonSettings
from ratchet_common.trace_export import tracing_of
from ratchet_common.tracing import Calling, Tracing
from tests.bench.figure import Figure

ROUNDS, RUNS = 3_000, 3
AT_ONCE, PAUSE_S = 20, 0.02
OFF_GOAL_US = 5.0
COLLECTOR = """
import sys, time
from tests.otlp import collecting
with collecting() as collector:
    print(collector.url, flush=True)
    sys.stdin.read()
"""
SCOPE = {"type": "http", "method": "POST", "path": "/v1/chat/completions", "headers": []}


def run() -> list[Figure]:
    bare = _cpu_us(_edge(None, hooks=False))
    off = _cpu_us(_edge(None))
    with subprocess.Popen([sys.executable, "-c", COLLECTOR], stdin=-1, stdout=-1, text=True) as collector:
        assert collector.stdout is not None
        url = collector.stdout.readline().strip()
        unsampled = _traced(url, otel_traces_sampler="always_off")
        on = _traced(url)
        collector.communicate("")
    return [
        _figure("off", off - bare, OFF_GOAL_US),
        _figure("on, left out by the sampler", unsampled - bare, None),
        _figure("on, recorded and sent", on - bare, None),
    ]


def _figure(how: str, more_us: float, goal: float | None) -> Figure:
    met = None if goal is None else more_us <= goal
    return Figure(f"tracing {how}: more CPU a request", more_us, "µs", f"≤ {goal:.0f}" if goal else "", met)


def _traced(url: str, **how: Any) -> float:
    needed: dict[str, Any] = {"kafka_bootstrap_servers": "k:9", "mongodb_url": "m", "tokens_file": Path("t")}
    its = tracing_of("router", CommonSettings(**needed, otel_exporter_otlp_endpoint=url, **how))
    assert its is not None
    try:
        return _cpu_us(_edge(its))
    finally:
        its.close()


def _edge(its: Tracing | None, *, hooks: bool = True) -> Edge:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        if hooks:
            Calling("chat", "provider", "model").end(read=100, written=20)
            tracing.note("ratchet.result_id", "0190f5c0-0000-7000-8000-000000000000")
            sending = its.sending("predictions", b"acme:1", None) if its is not None else None
            if sending is not None:
                sending.headers  # noqa: B018  as the producer asks for them
                sending.end(None)
            elif its is None:
                trace_context.carried(b"acme:1")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return Edge(app, "bench", 1024, tracing=its)


def _cpu_us(edge: Edge) -> float:
    """The best of some runs, a request; all threads of the process count."""
    return min(asyncio.run(_run(edge)) for _ in range(RUNS)) / ROUNDS * 1e6


async def _run(edge: Callable[..., Any]) -> float:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Any) -> None: ...

    began = time.process_time()
    for n in range(ROUNDS):
        await edge(dict(SCOPE), receive, send)
        if n % AT_ONCE == 0:
            await asyncio.sleep(PAUSE_S)
    return time.process_time() - began
