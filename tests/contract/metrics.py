"""What the four services export, as their code declares it."""

import importlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from prometheus_client.metrics import MetricWrapperBase

from ratchet_common.topics import EVERY_SERVICE

SUFFIXES = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
UNITS = {"_seconds": "seconds", "_usd": "USD", "_events": "events"}
SELECTOR = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{([^}]*)\})?")
MATCHER = re.compile(r'([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"')
GROUPING = re.compile(r"\b(?:by|on|without|ignoring)\s*\(([^)]*)\)")
OF_A_SCRAPE = {"job", "instance"}
OWN = re.compile(r"(?:ratchet|http|gen_ai|messaging)(?:_|:)")
OF_THE_LIBRARY = {"up", "process_cpu_seconds_total", "process_resident_memory_bytes"}


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    type: str
    labels: tuple[str, ...]
    unit: str
    of: str
    meaning: str


@cache
def exported() -> dict[str, Metric]:
    """By the name that a query uses, without a histogram's suffixes."""
    for service in EVERY_SERVICE:
        importlib.import_module(f"ratchet_{service}.main")
    importlib.import_module("ratchet_router.documents.worker_main")
    return {metric.name: metric for metric in _declared()}


def _declared() -> Iterator[Metric]:
    seen = set()
    for module in sorted(name for name in sys.modules if name.startswith("ratchet_")):
        for found in list(vars(sys.modules[module]).values()):
            if isinstance(found, MetricWrapperBase) and not found._labelvalues and id(found) not in seen:
                seen.add(id(found))
                of = module.partition(".")[0].removeprefix("ratchet_")
                yield _metric(found, "all" if of == "common" else of)


def _metric(found: MetricWrapperBase, of: str) -> Metric:
    name = found._name + ("_total" if found._type == "counter" else "")
    unit = next((unit for suffix, unit in UNITS.items() if found._name.endswith(suffix)), "")
    return Metric(name, str(found._type), tuple(found._labelnames), unit, of, found._documentation)


def series() -> dict[str, Metric]:
    """By the names of what is scraped."""
    return {f"{metric.name}{suffix}": metric for metric in exported().values() for suffix in SUFFIXES[metric.type]}


def unknown_in(query: str, recorded: frozenset[str]) -> list[str]:
    """Metrics and labels that a query names and nobody exports. `recorded`: by rules."""
    known, bare = series(), GROUPING.sub("", re.sub(r"\[[^\]]*\]", "", query))
    found: list[str] = []
    labels: set[str] = set()
    open_ended = False  # what a rule records has labels of its own
    for name, matchers in SELECTOR.findall(bare):
        if name in known:
            its = {*known[name].labels, *OF_A_SCRAPE} | ({"le"} if name.endswith("_bucket") else set())
            labels |= its
            found += [f"{name}{{{label}}}" for label in MATCHER.findall(matchers) if label not in its]
        elif name in recorded or name in OF_THE_LIBRARY:
            open_ended = True
        elif OWN.match(name) and name not in labels_of_all():
            found.append(name)
    if not open_ended:
        grouped = {label.strip() for group in GROUPING.findall(query) for label in group.split(",")}
        found += [f"by ({label})" for label in sorted(grouped - labels - {""})]
    return found


@cache
def labels_of_all() -> frozenset[str]:
    return frozenset(label for metric in exported().values() for label in metric.labels)
