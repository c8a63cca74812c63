"""20,000 requests while every service in turn is killed with SIGKILL, on Apache Kafka; and the embedded whole."""

import tempfile
from pathlib import Path

from tests.bench.figure import Figure
from tests.crash import scenario
from tests.crash.counting import Counted

REQUESTS = 20_000
KILLS_EACH = 5
KILLS_OF_THE_WHOLE = 8


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="ratchet-bench-") as folder:
        kafka, whole = Path(folder) / "kafka", Path(folder) / "whole"
        kafka.mkdir()
        whole.mkdir()
        on_kafka = scenario.on_kafka(kafka, requests=REQUESTS, kills_each=KILLS_EACH, feedback_share=0.2, seed=1)
        embedded = scenario.embedded(whole, requests=REQUESTS, kills=KILLS_OF_THE_WHOLE, feedback_share=0.2, seed=2)
    return [*_figures("Apache Kafka", on_kafka), *_figures("embedded", embedded)]


def _figures(where: str, counted: Counted) -> list[Figure]:
    told = f"{counted.acknowledged} requests, {counted.acknowledged_feedback} feedback, {counted.kills} kills"
    rows = {
        "requests acknowledged and not observed by monitor": counted.not_observed,
        "observations missing in monitor's total_predictions": counted.not_in_performance,
        "feedback acknowledged, neither example nor refusal": counted.not_an_example_nor_refused,
        "result ids twice": counted.acknowledged_twice + counted.counted_twice,
    }
    return [
        Figure(f"nothing lost, {where}: {name}", float(value), "", "0", value == 0, told)
        for name, value in rows.items()
    ]
