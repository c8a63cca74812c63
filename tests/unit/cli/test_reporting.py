"""`ratchet report` and `ratchet prompts`: what is asked for, and where it goes."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import TypeAdapter

from ratchet_cli import prompts
from ratchet_cli.reporting import report
from ratchet_cli.router_calls import Router
from ratchet_common.errors import CannotStartError
from ratchet_monitor.api.prompts import BestView, ComparisonView, PromptsView, SuggestionsView
from ratchet_monitor.prompts.best import best
from ratchet_monitor.prompts.comparing import ASSUMES, compare
from ratchet_monitor.prompts.performance import numbers, performance
from ratchet_monitor.prompts.retiring import note_on, to_retire
from tests.unit.monitor.prompts.make import DAY, DAYS, SINCE, Made, uses

NOW = SINCE + DAYS * DAY
USES = uses(Made("old_v1", 20, 10, 0.4), Made("new_v1", 20, 10, 0.9), Made("new_v2", 2, 0))


@dataclass
class Monitor:
    content: bytes = b"# Week\x1b[31m\n"
    found: Any = None
    asked: list[str] = field(default_factory=list)

    def read(self, path: str) -> bytes:
        self.asked.append(path)
        return self.content

    def get(self, path: str) -> Any:
        self.asked.append(path)
        return self.found


def gateway(monitor: Monitor) -> Router:
    return cast("Router", monitor)


def shown(kind: Any, view: object) -> Any:
    return json.loads(TypeAdapter(kind).dump_json(view))


def test_a_report_is_printed_as_markdown_without_letters_that_command_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    monitor = Monitor()
    report(gateway(monitor), "weekly", "2026-11-23", "", None, as_json=False)
    assert monitor.asked == ["/api/models/reports/weekly?format=md&at=2026-11-23"]
    assert capsys.readouterr().out == "# Week\ufffd[31m\n"


@pytest.mark.parametrize(
    ("kind", "name", "as_json", "format_"),
    [
        ("", "week.html", False, "html"),
        ("", "week.md", False, "md"),
        ("html", "week.txt", False, "html"),
        ("", "week.json", True, "json"),
    ],
)
def test_its_format_is_that_of_the_file(kind: str, name: str, as_json: bool, format_: str, tmp_path: Path) -> None:
    monitor = Monitor(b"{}")
    report(gateway(monitor), "daily", "", kind, tmp_path / name, as_json=as_json)
    assert monitor.asked == [f"/api/models/reports/daily?format={format_}"]
    assert (tmp_path / name).read_bytes().strip() == b"{}"


@pytest.mark.parametrize(("kind", "name"), [("pdf", "a.html"), ("", "a.txt"), ("md", "no/such/place.md")])
def test_what_cannot_be_written_is_a_sentence(kind: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match=r"There is no format|ends in none|cannot be written"):
        report(gateway(Monitor()), "daily", "", kind, tmp_path / name, as_json=False)


@pytest.mark.parametrize(("kind", "name"), [("", "week.html"), ("md", "week.json"), ("html", None)])
def test_two_formats_at_once_are_refused(kind: str, name: str | None, tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match=r"--json contradicts .*(html|md): leave one out"):
        report(gateway(Monitor(b"{}")), "daily", "", kind, tmp_path / name if name else None, as_json=True)


@pytest.mark.parametrize("content", [b"<html>", b"", b"\xff"])
def test_an_answer_that_is_no_json_is_a_sentence(content: bytes) -> None:
    with pytest.raises(CannotStartError, match="no JSON"):
        report(gateway(Monitor(content)), "daily", "", "", None, as_json=True)


def test_templates_are_listed_with_their_versions(capsys: pytest.CaptureFixture[str]) -> None:
    monitor = Monitor(found=shown(PromptsView, PromptsView(SINCE, NOW, performance(USES), 1200)))
    prompts.list_prompts(gateway(monitor), {"template_id": "", "days": 20}, as_json=False)
    said = capsys.readouterr().out
    assert monitor.asked == ["/api/models/prompts/performance?days=20"]
    for part in ("new ", "new_v1", "new_v2", "old_v1", "2026-11-20", "1,200 more uses are of templates"):
        assert part in said
    assert "old " not in said  # one version is one line


def test_a_comparison_shows_the_differences_and_what_they_assume(capsys: pytest.CaptureFixture[str]) -> None:
    view = ComparisonView(
        since=SINCE,
        until=NOW,
        templates=[numbers(name, its, 1) for name, its in USES.items()],
        comparisons=[compare("new_v1", USES["new_v1"], "old_v1", USES["old_v1"])],
        experiments=[],
        assumes=ASSUMES,
    )
    monitor = Monitor(found=shown(ComparisonView, view))
    prompts.compare(gateway(monitor), ["old_v1", "new_v1"], {"days": 20}, as_json=False)
    said = capsys.readouterr().out
    assert monitor.asked == ["/api/models/prompts/compare?template_ids=old_v1%2Cnew_v1&days=20"]
    for part in ("new_v1 minus old_v1", "better", "100% of the answers", "ratchet experiments create"):
        assert part in said


def test_the_best_and_those_that_can_go_come_with_their_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    found = shown(BestView, BestView(SINCE, NOW, best(USES), ASSUMES))
    prompts.best(gateway(Monitor(found=found)), {"days": 20}, as_json=False)
    told = SuggestionsView(SINCE, NOW, to_retire(USES, (), NOW, 30 * DAY), ASSUMES, note_on(7))
    gone = shown(SuggestionsView, told)
    prompts.suggestions(gateway(Monitor(found=gone)), {"days": 20}, as_json=False)
    said = " ".join(capsys.readouterr().out.split())
    assert "new_v1 is the best of 2" in said
    assert "its quality is 0." in said
    assert "7 uses were counted as those of others" in said
