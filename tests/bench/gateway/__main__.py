"""`make bench-gateway`: the router beside its peers. A table, and build/bench-gateway.json."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from tests.bench.cores import kept_to, others
from tests.bench.figure import Figure, table
from tests.bench.gateway import figures, rounds
from tests.bench.gateway.contenders import Field, everything

OUT = Path("build/bench-gateway.json")
REQUESTS, REQUESTS_LONG = 100_000, 1_000_000
PARTS = ("loads", "alone", "streams", "memory")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench-gateway", description=__doc__)
    parser.add_argument("--long", action="store_true", help=f"memory over {REQUESTS_LONG:,} requests")
    parser.add_argument("--only", choices=PARTS, help="measure just one part")
    asked = parser.parse_args()
    console = Console()
    found: list[Figure] = []
    parts = [asked.only] if asked.only else [*PARTS]
    with kept_to(others()), everything(peers="loads" in parts) as field:
        for name, why in field.missing.items():
            console.print(f"{name} takes no part: {why}", markup=False)
        for part in parts:
            new = _measured(part, field, long=asked.long)
            found += new
            _write(field, found)
            console.print(table(new))
    return int(any(figure.met is False for figure in found))


def _write(field: Field, found: list[Figure]) -> None:
    OUT.parent.mkdir(exist_ok=True)
    written = {"upstream": field.upstream, "missing": field.missing, "figures": [asdict(figure) for figure in found]}
    OUT.write_text(json.dumps(written, indent=2) + "\n")


def _measured(part: str, field: Field, *, long: bool) -> list[Figure]:
    if part == "loads":
        loads, ratios = rounds.side_by_side(field)
        alone = rounds.upstream_alone(field)
        fastest = max(load.per_second.median for load in loads.values())
        upstream = figures.of_upstream(field.upstream, alone, fastest)
        events = figures.of_events(rounds.share_by_kafka(field))
        return [upstream, events, *figures.of_loads(loads, ratios)]
    if part == "alone":
        return figures.of_alone(rounds.one_at_a_time(field))
    if part == "streams":
        return [figures.of_streams(rounds.streamed(field))]
    return figures.of_memory(rounds.memory(field, REQUESTS_LONG if long else REQUESTS))


if __name__ == "__main__":
    sys.exit(main())
