"""Requests per second of the router on one core: an instant upstream, a real Kafka, every event acknowledged.

The router has core 0 for itself; upstream, Kafka, store and load share the others. Beside it, in the same run, a bare
FastAPI pass-through that records nothing.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ratchet_cli.stack.ports import free_ports
from ratchet_cli.stack.start import start_stack
from ratchet_common.auth import Scope, new_token, write_tokens
from tests.bench.cores import FIRST_CORE, kept_to, others, process
from tests.bench.figure import Figure
from tests.bench.wire.hammer import Call, Hammered, bearer, hammer
from tests.kafka.rig import real_kafka

WIRE = Path(__file__).parent / "wire"
GOAL = 1_500
CONNECTIONS = 64
SECONDS, WARM_UP_S = 15.0, 5.0
CATALOGUE = """
[providers.here]
kind = "openai_shaped"
base_url = "{url}"

[[models]]
name = "instant"
provider = "here"
tier = "balanced"
context_window = 128_000
latency_ms = 50
prices = {{ input = 0.15, output = 0.60 }}
quality = {{ default = 0.7 }}
"""


def run() -> list[Figure]:
    with kept_to(others()), tempfile.TemporaryDirectory(prefix="ratchet-bench-") as name:
        folder = Path(name)
        with start_stack(folder / "stack") as stack, real_kafka(folder / "kafka") as servers:
            upstream_port, plain_port, port = free_ports(3)
            url = f"http://127.0.0.1:{upstream_port}"
            token, row = new_token("bench", frozenset(Scope))
            write_tokens(folder / "tokens.json", [row])
            (folder / "catalogue.toml").write_text(CATALOGUE.format(url=url))
            environment = {
                "KAFKA_BOOTSTRAP_SERVERS": servers,
                "MONGODB_URL": stack.mongodb_url,
                "TOKENS_FILE": str(folder / "tokens.json"),
                "ROUTER_CATALOGUE": str(folder / "catalogue.toml"),
                "PORT": str(port),
                "LOG_LEVEL": "WARNING",
            }
            with process(
                "upstream",
                [sys.executable, str(WIRE / "upstream.py"), str(upstream_port)],
                upstream_port,
                {},
                folder,
                cores=others(),
            ):
                plain = [str(WIRE / "passthrough.py"), str(plain_port), url]
                bare = _measure("passthrough", plain, plain_port, {}, folder, token)
                ours = _measure("router", ["-m", "ratchet_router"], port, environment, folder, token)
    return _figures(ours, bare)


def _figures(ours: Hammered, bare: Hammered) -> list[Figure]:
    beside = f"bare pass-through {bare.per_second:,.0f}/s, p99 {bare.percentile_ms(0.99):.0f} ms"
    return [
        Figure("router, one core", ours.per_second, "requests/s", f"≥ {GOAL:,}", ours.per_second >= GOAL, beside),
        Figure("router, ratio to bare pass-through", ours.per_second / bare.per_second, "", "", None, beside),
        Figure("router, p99 at 64 connections", ours.percentile_ms(0.99), "ms", "", None, beside),
        Figure("router, requests not answered with 200", float(ours.failed), "", "0", ours.failed == 0, None),
    ]


def _measure(
    name: str, arguments: Sequence[str], port: int, environment: dict[str, str], folder: Path, token: str
) -> Hammered:
    with process(name, [sys.executable, *arguments], port, environment, folder, cores={FIRST_CORE}) as started:
        started.wait_until_ready()
        call = Call(port, headers=bearer(token))
        return hammer(call, connections=CONNECTIONS, seconds=SECONDS, warm_up_s=WARM_UP_S)
