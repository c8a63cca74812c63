import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import msgspec
import pytest
from pydantic import TypeAdapter

from ratchet_cli.experiments import arm_of, create, guard_of, list_experiments, picture, show_experiment, stop
from ratchet_cli.router_calls import Router
from ratchet_common.errors import CannotStartError
from ratchet_monitor.api.study_views import StudyView, view
from ratchet_monitor.studies.finding import Gain, Look
from ratchet_monitor.studies.metrics import Metric
from ratchet_monitor.studies.study import Rail, after_look
from tests.unit.monitor.studies.make import START, Played, study

SHOWN = TypeAdapter(StudyView)


@dataclass
class Monitor:
    """Answers with one experiment, and keeps what it was asked."""

    found: Mapping[str, Any]
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def get(self, path: str) -> Any:
        self.asked.append((path, None))
        return {"items": [self.found]} if "?" in path else self.found

    def post(self, path: str, body: object) -> Any:
        self.asked.append((path, body))
        return self.found


async def shown(n: int = 1_500, gain: float = 0.1, **changes: Any) -> dict[str, Any]:
    of = study(guard_rails=(Rail(metric=Metric.FAILURE, limit=0.1),), **changes)
    looks = tuple(Look(START + timedelta(hours=hour), (Gain("b", 0.1, -1 / hour, 1 / hour),)) for hour in range(1, 40))
    found = await Played(of, 1).scored(n, {"a": 0.6, "b": 0.6 + gain}).found()
    document: dict[str, Any] = json.loads(SHOWN.dump_json(view(after_look(of, found, looks), ["It may be mistyped."])))
    return document


def router(found: Mapping[str, Any]) -> tuple[Monitor, Router]:
    monitor = Monitor(found)
    return monitor, cast("Router", monitor)


async def test_a_running_one_says_how_it_stands_and_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    found = await shown(300, 0.0)
    show_experiment(router(found)[1], "exp-1", as_json=False)
    said = capsys.readouterr().out
    for part in ("which model", "a 50 %, b 50 %", "model model-b", "kept so far", "in 8 of 10 cases", "mistyped"):
        assert part in said
    assert "b: the gain's interval over time, from -0.3333 to +0.3333" in said  # of 39 looks each third, the last too


async def test_a_decided_one_names_the_winner_and_what_is_left_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    found = await shown(2_000, 0.25)
    list_experiments(router(found)[1], 5, as_json=False)
    show_experiment(router(found)[1], "exp-1", as_json=False)
    said = capsys.readouterr().out
    assert "decided" in said
    assert "advance" in said
    assert "name it in requests" in said


async def test_scripts_get_what_the_api_said(capsys: pytest.CaptureFixture[str]) -> None:
    found = await shown(100)
    show_experiment(router(found)[1], "exp-1", as_json=True)
    assert json.loads(capsys.readouterr().out) == found


async def test_what_is_asked_for_is_what_was_written() -> None:
    monitor, gateway = router(await shown(60))
    given = {"task_type": "summary", "name": "which", "metric": "score", "minimum_effect": None, "why": ""}
    create(gateway, given, ["a=60:version:base", "b=40:template:t@2"], ["failure=0.02"], as_json=True)
    stop(gateway, "exp-1", "enough", as_json=True)
    assert monitor.asked == [
        (
            "/api/models/experiments",
            {
                "task_type": "summary",
                "name": "which",
                "metric": "score",
                "arms": [
                    {"name": "a", "share": 60, "version_id": "base"},
                    {"name": "b", "share": 40, "template": "t@2"},
                ],
                "guard_rails": [{"metric": "failure", "limit": 0.02}],
            },
        ),
        ("/api/models/experiments/exp-1/stop", {"why": "enough"}),
    ]


@pytest.mark.parametrize("given", ["a", "a=50", "a=50:tier:fast", "a=x:model:m"])
def test_an_arm_that_is_none_is_refused_with_an_example(given: str) -> None:
    with pytest.raises(CannotStartError, match="write it as --arm"):
        arm_of(given)


def test_a_guard_rail_that_is_none_is_refused_with_an_example() -> None:
    with pytest.raises(CannotStartError, match="write it as --guard"):
        guard_of("failure")


def test_the_picture_narrows_and_shows_where_nothing_is_gained() -> None:
    looks = [
        {"at": f"2026-11-2{day}T10:00:00Z", "gains": [{"arm": "b", "gain": 0.1, "interval": [0.1 - wide, 0.1 + wide]}]}
        for day, wide in enumerate((0.9, 0.5, 0.05))
    ]
    heading, *lines = picture(looks, "b")
    assert heading.endswith("from -1 to +1")
    assert [len(line) for line in lines] == sorted((len(line) for line in lines), reverse=True)
    assert lines[0].count(":") == 2  # of the hour, and no gain
    assert lines[-1].index("[") > lines[0].index(":", 17)
    assert picture(looks, "c") == []
    unknown = [{"at": looks[0]["at"], "gains": [{"arm": "b", "gain": None, "interval": [None, None]}]}]
    assert picture(unknown * 3, "b") == []


def test_many_looks_fit_on_a_screen() -> None:
    gains = [{"arm": "b", "gain": 0.0, "interval": [-0.1, 0.1]}]
    looks = [{"at": f"2026-11-20T10:{minute:02}:00Z", "gains": gains} for minute in range(60)]
    lines = picture(looks, "b")
    assert len(lines) <= 17
    assert lines[-1].startswith("2026-11-20 10:59")


def test_what_is_shown_is_what_the_api_documents() -> None:
    assert msgspec.json.decode(SHOWN.dump_json(view(study())))["kind"] == "experiment"
