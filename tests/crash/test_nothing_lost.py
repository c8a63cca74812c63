"""The short versions; `make bench ONLY=nothing_lost` runs the long ones."""

from pathlib import Path

import pytest

from tests.crash import scenario
from tests.crash.counting import Counted
from tests.patience import SHORT_SESSION_MS
from tests.places import store_folder


def nothing_is_lost(counted: Counted) -> None:
    assert counted.nothing_lost, counted
    assert not counted.buried, counted


@pytest.mark.kafka
def test_each_service_killed_once_on_apache_kafka_loses_nothing(tmp_path: Path) -> None:
    counted = scenario.on_kafka(tmp_path, requests=500, kills_each=1, feedback_share=0.5, seed=11)
    assert counted.kills == 4
    nothing_is_lost(counted)


@pytest.mark.slow
def test_the_whole_embedded_process_killed_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_SESSION_TIMEOUT_MS", str(SHORT_SESSION_MS))
    with store_folder() as folder:
        counted = scenario.embedded(folder, requests=300, kills=2, feedback_share=0.5, seed=12)
    assert counted.kills == 2
    nothing_is_lost(counted)
